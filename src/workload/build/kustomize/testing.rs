//! Builds of files in memory, for tests.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::error::Error;
use super::settle::settle;
use super::tree::{Directory, Link, SourceFile, SourceTree};
use super::{BuildOptions, Outcome, build, file};
use crate::error::Hint as _;
use crate::yaml::{self, Source};

/// Files of a folder and of those below it.
pub(super) type Files<'f> = &'f [(&'f str, &'f [u8])];

/// The objects that a folder makes, as YAML; or the error with its hint.
pub(super) fn built(files: Files<'_>) -> Result<Vec<Value>, String> {
    let built = try_build(files).map_err(|error| match error.hint() {
        Some(hint) => format!("{error} ({hint})"),
        None => error.to_string(),
    });
    let objects = built?.objects.into_iter();
    Ok(objects.map(|object| object.json).collect())
}

/// What the user is told about a build.
pub(super) fn warned(files: Files<'_>) -> Vec<String> {
    try_build(files).unwrap().warnings
}

fn try_build(files: Files<'_>) -> Result<Outcome, Error> {
    let mut directories = Vec::new();
    let mut places = BTreeMap::new();
    for (path, text) in files {
        let Some(folder) = path.strip_suffix("kustomization.yaml") else {
            continue;
        };
        places.insert(folder.trim_end_matches('/').to_owned(), directories.len());
        let source = Source::new(*path);
        let text = std::str::from_utf8(text).unwrap();
        let root = yaml::load_untyped(text, &source)?.remove(0);
        directories.push(Directory {
            shown: format!("app/{folder}"),
            file_name: "kustomization.yaml".to_owned(),
            kustomization: file::decode(&root, &source)?,
            oddities: Vec::new(),
            source,
            text: text.into(),
            links: BTreeMap::new(),
            charts: Vec::new(),
            remote: None,
        });
    }
    for (folder, index) in &places {
        let mut links = BTreeMap::new();
        for (other, place) in &places {
            links.insert(relative(folder, other), Link::Directory(*place));
        }
        for (path, bytes) in files {
            let file = SourceFile {
                source: Source::new(*path),
                bytes: bytes.to_vec(),
                confidential: path.contains("secret"),
            };
            links.insert(relative(folder, path), Link::File(Arc::new(file)));
        }
        directories[*index].links = links;
    }
    let root = places[""];
    let tree = SourceTree { directories, root };
    build(&tree, BuildOptions::default())
}

fn relative(folder: &str, path: &str) -> String {
    match path.strip_prefix(folder) {
        Some(inner) if folder.is_empty() || inner.starts_with('/') => {
            inner.trim_start_matches('/').to_owned()
        }
        _ => format!("{}{path}", "../".repeat(folder.split('/').count())),
    }
}

/// The documents of a text.
pub(super) fn documents(text: &str) -> Vec<Value> {
    let mut nodes = yaml::load_untyped(text, &Source::new("expected")).unwrap();
    for node in &mut nodes {
        settle(node).unwrap();
    }
    nodes.iter().map(yaml::Node::to_json).collect()
}

/// Fails unless a folder makes the objects of a text.
#[track_caller]
pub(super) fn check(files: Files<'_>, expected: &str) {
    let built = built(files).unwrap();
    let expected = documents(expected);
    assert_eq!(built, expected, "\n{}", yaml::documents_to_yaml(&built));
}

/// [`check`] for files that are texts.
#[track_caller]
pub(super) fn check_texts(files: &[(&str, &str)], expected: &str) {
    check(&bytes(files), expected);
}

/// The error, with its hint, of a folder that cannot be built.
#[track_caller]
pub(super) fn failure(files: &[(&str, &str)]) -> String {
    built(&bytes(files)).unwrap_err()
}

fn bytes<'f>(files: &[(&'f str, &'f str)]) -> Vec<(&'f str, &'f [u8])> {
    let files = files.iter();
    files.map(|(path, text)| (*path, text.as_bytes())).collect()
}
