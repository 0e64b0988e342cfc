//! Objects and where they are: documents, and items of lists.

use std::collections::BTreeSet;

use super::check::Place;
use crate::sops;
use crate::workload::build::Parsed;
use crate::workload::object::ObjectId;
use crate::yaml::{Node, Value};

/// One object and where it is.
pub(super) struct Unit<'a> {
    pub(super) node: &'a Node,
    pub(super) parsed: &'a Parsed,
    pub(super) lines_before: u32,
    /// Its place in a list, and what the list says about kinds of its items.
    pub(super) item: Option<Item<'a>>,
}

#[derive(Clone, Copy)]
pub(super) struct Item<'a> {
    pub(super) index: usize,
    api_version: &'a str,
    kind: Option<&'a str>,
}

/// All objects, in order.
pub(super) fn units(parsed: &[Parsed]) -> Vec<Unit<'_>> {
    let mut units = Vec::new();
    for text in parsed {
        for (node, before) in text.documents.iter().zip(&text.lines_before) {
            take_apart(node, text, *before, &mut units);
        }
    }
    units
}

/// All `apiVersion`s that objects have.
pub fn api_versions(parsed: &[Parsed]) -> BTreeSet<String> {
    let units = units(parsed);
    units
        .iter()
        .filter_map(|unit| unit.kind().0.map(str::to_owned))
        .collect()
}

/// Adds a document, or the items of one that is a list.
fn take_apart<'a>(
    node: &'a Node,
    parsed: &'a Parsed,
    lines_before: u32,
    units: &mut Vec<Unit<'a>>,
) {
    let text = |key| node.get(key).and_then(Node::as_str);
    let items = node.get("items").map(|items| &items.value);
    if let (Some(api_version), Some(kind), Some(Value::Seq(items))) =
        (text("apiVersion"), text("kind"), items)
        && let Some(kind) = kind.strip_suffix("List")
    {
        for (index, node) in items.iter().enumerate() {
            let kind = Some(kind).filter(|kind| !kind.is_empty());
            let item = Item {
                index,
                api_version,
                kind,
            };
            units.push(Unit {
                node,
                parsed,
                lines_before,
                item: Some(item),
            });
        }
        return;
    }
    units.push(Unit {
        node,
        parsed,
        lines_before,
        item: None,
    });
}

impl<'a> Unit<'a> {
    /// `apiVersion` and `kind`; items of a `ConfigMapList` may leave them to the list.
    pub(super) fn kind(&self) -> (Option<&'a str>, Option<&'a str>) {
        let text = |key| {
            self.node
                .get(key)
                .and_then(Node::as_str)
                .filter(|text| !text.is_empty())
        };
        let list = self
            .item
            .and_then(|item| Some((item.api_version, item.kind?)));
        let given = |key, list: Option<&'a str>| {
            if self.node.get(key).is_some() {
                text(key)
            } else {
                list
            }
        };
        (
            given("apiVersion", list.map(|(api_version, _)| api_version)),
            given("kind", list.map(|(_, kind)| kind)),
        )
    }

    /// What it is, as far as it says so.
    pub(super) fn id(&self) -> Option<ObjectId> {
        let (Some(api_version), Some(kind)) = self.kind() else {
            return None;
        };
        let text = |key| {
            self.node
                .get("metadata")?
                .get(key)?
                .as_str()
                .map(str::to_owned)
        };
        Some(ObjectId {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            namespace: text("namespace"),
            name: text("name")
                .or_else(|| text("generateName"))
                .unwrap_or_default(),
        })
    }

    /// Where it is, and what may be said about it.
    pub(super) fn place(&self) -> Place {
        let sealed = sops::is_encrypted(self.node);
        let object = self.id();
        let secret = object.as_ref().is_some_and(|id| id.kind == "Secret");
        Place {
            source: self.parsed.source().clone(),
            lines_before: self.lines_before,
            confidential: self.parsed.confidential || secret || sealed,
            object,
            sealed,
        }
    }
}
