//! Documents to objects: lists are taken apart, what is not meant for a cluster is left out or refused.

use crate::yaml::{Mark, Node, Source, Value};

use super::kustomize::tree::FILE_NAMES;
use super::parallel;
use super::stages::{Built, Parsed};
use crate::workload::Error;
use crate::workload::object::{Object, ObjectId, Origin};

/// Group of kustomizations.
const KUSTOMIZE: &str = "kustomize.config.k8s.io";

/// Documents that one thread takes at a time.
const BATCH: usize = 64;

/// Groups of configuration files that live beside manifests.
pub(crate) const CONFIGURATION: [&str; 3] = ["ksail.io", "kind.x-k8s.io", "k3d.io"];

/// Turns all documents into objects, in order.
pub fn expand_documents(parsed: Vec<Parsed>) -> Result<Built, Error> {
    let mut texts = Vec::with_capacity(parsed.len());
    let mut batches: Vec<Vec<(Place, Node)>> = vec![Vec::new()];
    for mut parsed in parsed {
        let documents = std::mem::take(&mut parsed.documents);
        for (document, before) in documents.into_iter().zip(&parsed.lines_before) {
            if batches.last().is_none_or(|batch| batch.len() == BATCH) {
                batches.push(Vec::with_capacity(BATCH));
            }
            if let Some(batch) = batches.last_mut() {
                let place = Place {
                    source: parsed.text.source.clone(),
                    text: texts.len(),
                    lines_before: *before,
                    confidential: parsed.confidential,
                };
                batch.push((place, document));
            }
        }
        texts.push(parsed);
    }
    let built = parallel::try_map(batches, expand_batch).map_err(|refusal| {
        let text = &texts[refusal.text].text;
        // No message quotes a line of a text with secrets.
        let at = super::parse::source(text).at(refusal.mark);
        Error::Document {
            excerpt: at.excerpt(&text.text),
            at,
            reason: refusal.why,
        }
    })?;
    let mut all = Built::default();
    for built in built {
        all.objects.extend(built.objects);
        all.skipped.extend(built.skipped);
    }
    Ok(all)
}

fn expand_batch(batch: Vec<(Place, Node)>) -> Result<Built, Refusal> {
    let mut built = Built::default();
    for (place, document) in batch {
        expand(&place, document, &mut built)?;
    }
    Ok(built)
}

/// Where the marks of a document count from.
struct Place {
    source: Source,
    /// Index of the text it is in.
    text: usize,
    lines_before: u32,
    confidential: bool,
}

/// A document that yields no object. The text joins later: what runs in parallel does not need it.
struct Refusal {
    text: usize,
    mark: Mark,
    why: String,
}

impl Place {
    fn origin(&self, mark: Mark) -> Origin {
        Origin {
            source: self.source.clone(),
            line: mark.line + self.lines_before,
        }
    }

    fn refuse(&self, mark: Mark, why: String) -> Refusal {
        let line = mark.line + self.lines_before;
        Refusal {
            text: self.text,
            mark: Mark { line, ..mark },
            why,
        }
    }
}

fn expand(place: &Place, document: Node, built: &mut Built) -> Result<(), Refusal> {
    let origin = place.origin(document.at);
    let refuse = |(mark, reason): (Mark, String)| place.refuse(mark, reason);
    if !matches!(document.value, Value::Map(_)) {
        let found = document.value.kind();
        return Err(refuse((
            document.at,
            format!("expected a Kubernetes object, found {found}"),
        )));
    }
    let (api_version, kind) = match (field(&document, "apiVersion"), field(&document, "kind")) {
        (Ok(Some(api_version)), Ok(Some(kind))) => (api_version, kind),
        (Err(wrong), _) | (_, Err(wrong)) => return Err(refuse(wrong)),
        (api_version, kind) => {
            let missing = match (api_version, kind) {
                (Ok(Some(_)), _) => "`kind` is",
                (_, Ok(Some(_))) => "`apiVersion` is",
                _ => "`apiVersion` and `kind` are",
            };
            let reason = format!("not a Kubernetes object: {missing} missing");
            return Err(refuse((document.at, reason)));
        }
    };
    let group = api_version.rsplit_once('/').map_or("", |(group, _)| group);
    if CONFIGURATION.contains(&group) {
        built.skipped.push(format!(
            "{origin}: skipped `{kind}` of `{group}`, which is configuration, not a manifest"
        ));
        return Ok(());
    }
    if group == KUSTOMIZE {
        let names = crate::text::List::or(FILE_NAMES);
        let why = format!("a kustomization is built from a folder, where it is called {names}");
        return Err(place.refuse(document.at, why));
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

/// A field that must hold text if it is there. Its name in messages is `name`.
fn field(of: &Node, name: &str) -> Result<Option<String>, (Mark, String)> {
    let key = name.rsplit('.').next().unwrap_or(name);
    match of.get(key) {
        None => Ok(None),
        Some(node) => match &node.value {
            Value::String(text) if !text.is_empty() => Ok(Some(text.clone())),
            Value::Null => Ok(None),
            Value::String(_) => Err((node.at, format!("`{name}` must not be empty"))),
            other => Err((
                node.at,
                format!("`{name}` must be a string, found {}", other.kind()),
            )),
        },
    }
}

fn identify(
    document: &Node,
    api_version: String,
    kind: String,
) -> Result<ObjectId, (Mark, String)> {
    let metadata = document
        .entries()
        .iter()
        .find(|entry| entry.key == "metadata");
    let field = |name: &str| match metadata {
        None => Ok(None),
        Some(metadata) => field(&metadata.value, &format!("metadata.{name}"))
            .map_err(|(mark, reason)| (mark, format!("{kind}: {reason}"))),
    };
    let name = match (field("name")?, field("generateName")?) {
        (Some(name), _) if name.contains(['%', '/']) => {
            let at = metadata.and_then(|metadata| metadata.value.get("name"));
            return Err((
                at.map_or(document.at, |name| name.at),
                format!("{kind}: `metadata.name` must not contain `%` or `/`"),
            ));
        }
        (Some(name), _) => name,
        (None, Some(prefix)) => ObjectId::generated(&prefix),
        (None, None) => {
            return Err((
                metadata.map_or(document.at, |metadata| metadata.key_at),
                format!("{kind}: `metadata.name` is missing"),
            ));
        }
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
) -> Result<(), Refusal> {
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
