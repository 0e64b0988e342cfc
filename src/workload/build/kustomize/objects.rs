//! Objects of a text: documents are checked, lists are taken apart.

use std::collections::VecDeque;
use std::sync::Arc;

use super::error::Error;
use super::internal::adopt;
use super::resource::Resource;
use super::schema::Schema;
use super::settle::settle;
use super::tree::SourceFile;
use super::written::Written;
use crate::workload::build::parallel;
use crate::workload::object::Origin;
use crate::yaml::{self, Mark, Node, Source, Value};

/// Documents that one core reads at once.
const CHUNK: usize = 64;

/// The objects of a file.
pub(crate) fn read_file(file: &SourceFile, schema: &Arc<Schema>) -> Result<Vec<Resource>, Error> {
    let (text, source) = file.text()?;
    let mut found = read_text(text, &source, schema)?;
    for resource in &mut found {
        resource.confidential = file.confidential;
    }
    Ok(found)
}

/// The objects of a text.
pub(crate) fn read_text(
    text: &str,
    source: &Source,
    schema: &Arc<Schema>,
) -> Result<Vec<Resource>, Error> {
    let mut documents = yaml::load_untyped(text, source)?.into_iter();
    let mut chunks = Vec::new();
    while documents.len() > 0 {
        chunks.push(documents.by_ref().take(CHUNK).collect::<Vec<Node>>());
    }
    let found = parallel::try_map(chunks, |chunk| {
        let mut found = Vec::new();
        for document in chunk {
            read_document(document, source, schema, &mut found)?;
        }
        Ok::<_, Error>(found)
    })?;
    Ok(found.into_iter().flatten().collect())
}

/// Adds the objects of one document. The items of a list come behind everything else of the document, as kustomize has
/// them.
fn read_document(
    document: Node,
    source: &Source,
    schema: &Arc<Schema>,
    found: &mut Vec<Resource>,
) -> Result<(), Error> {
    let mut queue = VecDeque::from([document]);
    while let Some(mut node) = queue.pop_front() {
        match &node.value {
            Value::Null => continue,
            Value::Map(entries) if entries.is_empty() => continue,
            Value::Seq(items) if items.is_empty() => continue,
            _ => {}
        }
        let kind = check(&node, source)?;
        if kind.ends_with("List")
            && let Value::Map(entries) = &mut node.value
            && let Some(items) = entries.iter_mut().find(|entry| entry.key == "items")
        {
            let at = items.value.at;
            match std::mem::replace(&mut items.value.value, Value::Null) {
                Value::Seq(items) => queue.extend(items),
                Value::Null => {}
                other => {
                    let what = format!("`items` of a {kind} must be a list, not {}", other.kind());
                    return Err(Error::at(&source.at(at), what));
                }
            }
            continue;
        }
        settle(&mut node)
            .map_err(|(at, why)| Error::at(&source.at(at), format!("{kind}: {why}")))?;
        let origin = Origin {
            source: source.clone(),
            line: node.at.line,
        };
        let written = Written::of(&node);
        let mut resource = Resource::new(node.into_json(), origin, schema);
        resource.written = written;
        adopt(&mut resource);
        found.push(resource);
    }
    Ok(())
}

/// Checks that a node can be an object and returns its kind.
fn check(node: &Node, source: &Source) -> Result<String, Error> {
    let fail = |at: Mark, what: String| Err(Error::at(&source.at(at), what));
    if !matches!(node.value, Value::Map(_)) {
        let what = format!("expected a Kubernetes object, found {}", node.value.kind());
        return fail(node.at, what);
    }
    let kind = match node.get("kind") {
        Some(kind) => match kind.as_str() {
            Some(text) if !text.is_empty() => text.to_owned(),
            _ => {
                return fail(
                    kind.at,
                    "`kind` must be a string that is not empty".to_owned(),
                );
            }
        },
        None => {
            return fail(
                node.at,
                "not a Kubernetes object: `kind` is missing".to_owned(),
            );
        }
    };
    if kind.ends_with("List") {
        return Ok(kind);
    }
    match node
        .get("metadata")
        .and_then(|metadata| metadata.get("name"))
    {
        Some(name) if name.as_str().is_some_and(|name| !name.is_empty()) => Ok(kind),
        Some(name) if !name.is_null() => fail(
            name.at,
            format!("{kind}: `metadata.name` must be a string that is not empty"),
        ),
        _ => fail(node.at, format!("{kind}: `metadata.name` is missing")),
    }
}
