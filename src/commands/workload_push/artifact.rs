//! What `ksail workload push` packs, and what it says about it.

use std::collections::BTreeMap;
use std::path::Path;

use crate::cli::workload::{Push, Sources};
use crate::commands::workload_build::{Decrypt, build_waves};
use crate::commands::workload_context::WorkloadContext;
use crate::commands::workload_reading::source_paths;
use crate::exec::event::Events;
use crate::oci::artifact;
use crate::workload::discover::Text;
use crate::workload::object::Object;
use crate::workload::pack::{self, PackedFile, Provenance, Tree};
use crate::workload::{Error, build};
use crate::yaml::Source;

/// Name of what came through standard input.
const STDIN_FILE: &str = "manifests.yaml";
/// The time of `--reproducible`.
const EPOCH: &str = "1970-01-01T00:00:00Z";

/// The files as they are.
pub(super) fn file_tree(
    sources: &Sources,
    ignored: Option<&[String]>,
    context: &mut WorkloadContext<'_>,
) -> Result<Tree, Error> {
    let path = match source_paths(sources, context)?.as_slice() {
        [one] => one.clone(),
        _ => return Err(Error::SeveralTrees),
    };
    let tree = if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        context
            .stdin
            .read_to_end(&mut bytes)
            .map_err(Error::Stdin)?;
        Tree {
            files: vec![PackedFile {
                path: STDIN_FILE.to_owned(),
                bytes,
                executable: false,
            }],
            ..Tree::default()
        }
    } else {
        let ignored: Vec<&str> = match ignored {
            Some(patterns) => patterns.iter().map(String::as_str).collect(),
            None => pack::DEFAULT_IGNORED.to_vec(),
        };
        pack::read_tree(&context.cwd.join(&path), &path, &ignored)?
    };
    for file in &tree.files {
        warn_of_plaintext(&readable(file), context.events);
    }
    Ok(tree)
}

/// A file for each object, with encrypted values left as they are.
pub(super) async fn built_tree(
    sources: &Sources,
    context: &mut WorkloadContext<'_>,
) -> Result<Tree, Error> {
    let waves = build_waves(sources, Decrypt::Nothing, context).await?;
    let objects: Vec<&Object> = waves.iter().flat_map(|wave| &wave.objects).collect();
    for object in &objects {
        warn_of_plaintext(std::slice::from_ref(*object), context.events);
    }
    let file = |(path, text): (String, String)| PackedFile {
        path,
        bytes: text.into_bytes(),
        executable: false,
    };
    Ok(Tree {
        files: build::object_files(&objects)
            .into_iter()
            .map(file)
            .collect(),
        ..Tree::default()
    })
}

/// The objects in a file, if it holds any; what else may be in it is not ours to judge.
fn readable(file: &PackedFile) -> Vec<Object> {
    let is_manifest = [".yaml", ".yml", ".json"]
        .iter()
        .any(|ending| file.path.ends_with(ending));
    match std::str::from_utf8(&file.bytes) {
        Ok(text) if is_manifest && text.contains("Secret") => {
            let text = Text {
                source: Source::new(&*file.path),
                text: text.to_owned(),
            };
            let parsed = build::parse_texts(vec![text]).and_then(build::expand_documents);
            parsed.map(|built| built.objects).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

fn warn_of_plaintext(objects: &[Object], events: &Events) {
    for object in objects.iter().filter(|object| object.is_plain_secret()) {
        let Object { id, origin, .. } = object;
        events.warn(format!(
            "{id} ({origin}) is not encrypted: who can pull the artifact can read it"
        ));
    }
}

/// The annotations: what flags say, else what git knows.
pub(super) async fn describe(
    args: &Push,
    sources: &Sources,
    context: &WorkloadContext<'_>,
) -> BTreeMap<String, String> {
    let created = if args.reproducible {
        Some(EPOCH.to_owned())
    } else {
        args.created.clone()
    };
    let all_said = args.source.is_some() && args.revision.is_some() && created.is_some();
    let known = match source_paths(sources, context)
        .ok()
        .and_then(|paths| paths.first().cloned())
    {
        Some(path) if !all_said && path.as_os_str() != "-" => {
            pack::ask_git(directory(&context.cwd.join(path))).await
        }
        _ => None,
    };
    let known = known.unwrap_or_default();
    if known.changed && args.revision.is_none() {
        context
            .events
            .warn("the sources differ from the last commit, so no revision is recorded; name one with `--revision`");
    }
    annotations(args, created, known)
}

fn annotations(
    args: &Push,
    created: Option<String>,
    known: Provenance,
) -> BTreeMap<String, String> {
    let mut annotations: BTreeMap<String, String> = args.annotations.iter().cloned().collect();
    // A time of one commit and a revision of another would not go together.
    let own_time = args.revision.is_none().then_some(known.created).flatten();
    for (key, said, found) in [
        (artifact::SOURCE, args.source.clone(), known.source),
        (artifact::REVISION, args.revision.clone(), known.revision),
        (artifact::CREATED, created, own_time),
    ] {
        if let Some(value) = said.or(found) {
            annotations.entry(key.to_owned()).or_insert(value);
        }
    }
    annotations
}

fn directory(path: &Path) -> &Path {
    if crate::fsx::is_dir(path) {
        path
    } else {
        path.parent().unwrap_or(path)
    }
}
