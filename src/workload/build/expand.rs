//! Documents to objects: lists are taken apart, what is not meant for a cluster is left out or refused.

use crate::yaml::{Mark, Node, Source, Value};

use super::parallel;
use super::stages::{Built, Parsed};
use crate::workload::Error;
use crate::workload::object::{Object, ObjectId, Origin};

/// Documents that one thread takes at a time.
const BATCH: usize = 64;

/// Groups of configuration files that live beside manifests.
pub(in crate::workload) const CONFIGURATION: [&str; 3] = ["ksail.io", "kind.x-k8s.io", "k3d.io"];

/// Turns all documents into objects, in order.
pub fn expand_documents(parsed: Vec<Parsed>) -> Result<Built, Error> {
    let mut batches: Vec<Vec<(Place, Node)>> = vec![Vec::new()];
    for Parsed {
        text,
        documents,
        lines_before,
        confidential,
    } in parsed
    {
        for (document, before) in documents.into_iter().zip(lines_before) {
            if batches.last().is_none_or(|batch| batch.len() == BATCH) {
                batches.push(Vec::with_capacity(BATCH));
            }
            if let Some(batch) = batches.last_mut() {
                let place = Place {
                    source: text.source.clone(),
                    lines_before: before,
                    confidential,
                };
                batch.push((place, document));
            }
        }
    }
    let built = parallel::try_map(batches, expand_batch)?;
    let mut all = Built::default();
    for built in built {
        all.objects.extend(built.objects);
        all.skipped.extend(built.skipped);
    }
    Ok(all)
}

fn expand_batch(batch: Vec<(Place, Node)>) -> Result<Built, Error> {
    let mut built = Built::default();
    for (place, document) in batch {
        expand(&place, document, &mut built)?;
    }
    Ok(built)
}

/// Where the marks of a document count from.
struct Place {
    source: Source,
    lines_before: u32,
    confidential: bool,
}

impl Place {
    fn at(&self, mark: Mark) -> Origin {
        Origin {
            source: self.source.clone(),
            line: mark.line + self.lines_before,
        }
    }
}

fn expand(place: &Place, document: Node, built: &mut Built) -> Result<(), Error> {
    let origin = place.at(document.at);
    let refuse = |reason: String| Error::Object {
        origin: origin.clone(),
        reason,
    };
    if !matches!(document.value, Value::Map(_)) {
        return Err(refuse(format!(
            "expected a Kubernetes object, found {}",
            document.value.kind()
        )));
    }
    let field = |name: &str| match document.get(name).map(|node| &node.value) {
        Some(Value::String(text)) if !text.is_empty() => Ok(text.clone()),
        Some(Value::Null) | None => Err(refuse(format!(
            "not a Kubernetes object: `{name}` is missing"
        ))),
        Some(_) => Err(refuse(format!("`{name}` must be a non-empty string"))),
    };
    let (api_version, kind) = match (field("apiVersion"), field("kind")) {
        (Ok(api_version), Ok(kind)) => (api_version, kind),
        (Err(_), Err(_))
            if document.get("apiVersion").is_none() && document.get("kind").is_none() =>
        {
            return Err(refuse(
                "not a Kubernetes object: `apiVersion` and `kind` are missing".into(),
            ));
        }
        (Err(error), _) | (_, Err(error)) => return Err(error),
    };
    let group = api_version.rsplit_once('/').map_or("", |(group, _)| group);
    if CONFIGURATION.contains(&group) {
        built.skipped.push(format!(
            "{origin}: skipped `{kind}` of `{group}`, which is configuration, not a manifest"
        ));
        return Ok(());
    }
    if group == "kustomize.config.k8s.io" {
        return Err(Error::Kustomization(origin.to_string()));
    }
    if kind.ends_with("List")
        && matches!(
            document.get("items").map(|items| &items.value),
            Some(Value::Seq(_))
        )
    {
        return expand_list(place, document, &api_version, &kind, built);
    }
    let id = identify(&document, api_version, kind).map_err(refuse)?;
    let mut json = document.into_json();
    // Exported objects carry it, and no apply request may.
    if let Some(metadata) = json
        .get_mut("metadata")
        .and_then(|metadata| metadata.as_object_mut())
    {
        metadata.remove("managedFields");
    }
    let confidential = place.confidential || id.kind == "Secret";
    built.objects.push(Object {
        id,
        origin,
        json,
        confidential,
    });
    Ok(())
}

fn identify(document: &Node, api_version: String, kind: String) -> Result<ObjectId, String> {
    let metadata = document.get("metadata");
    let field = |name: &str| match metadata
        .and_then(|metadata| metadata.get(name))
        .map(|node| &node.value)
    {
        Some(Value::String(text)) if !text.is_empty() => Ok(Some(text.clone())),
        Some(Value::Null) | None => Ok(None),
        Some(_) => Err(format!(
            "{kind}: `metadata.{name}` must be a non-empty string"
        )),
    };
    let name = match (field("name")?, field("generateName")?) {
        (Some(name), _) if name.contains(['%', '/']) => {
            return Err(format!(
                "{kind}: `metadata.name` must not contain `%` or `/`"
            ));
        }
        (Some(name), _) => name,
        (None, Some(prefix)) => ObjectId::generated(&prefix),
        (None, None) => return Err(format!("{kind}: `metadata.name` is missing")),
    };
    Ok(ObjectId {
        namespace: field("namespace")?,
        api_version,
        kind,
        name,
    })
}

/// Items of a `List` say what they are; those of a `ConfigMapList` may leave that to the list.
fn expand_list(
    place: &Place,
    list: Node,
    api_version: &str,
    kind: &str,
    built: &mut Built,
) -> Result<(), Error> {
    let Value::Map(entries) = list.value else {
        return Ok(());
    };
    let items = entries.into_iter().find(|entry| entry.key == "items");
    let Some(Value::Seq(items)) = items.map(|entry| entry.value.value) else {
        return Ok(());
    };
    let item_kind = kind.strip_suffix("List").filter(|kind| !kind.is_empty());
    for mut item in items {
        if let (Some(item_kind), Value::Map(entries)) = (item_kind, &mut item.value) {
            for (place, (key, text)) in [("apiVersion", api_version), ("kind", item_kind)]
                .into_iter()
                .enumerate()
            {
                if !entries.iter().any(|entry| entry.key == key) {
                    let value = Node {
                        value: Value::String(text.to_owned()),
                        at: item.at,
                        plain: true,
                    };
                    let entry = crate::yaml::Entry {
                        key: key.to_owned(),
                        key_at: item.at,
                        value,
                    };
                    entries.insert(place.min(entries.len()), entry);
                }
            }
        }
        expand(place, item, built)?;
    }
    Ok(())
}
