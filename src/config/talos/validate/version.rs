//! Which fields and documents a version of Talos knows.

use crate::config::error::{Error, Problem};
use crate::config::talos::document::{Document, MachineConfig};
use crate::config::talos::schema::{Kind, Leaf, StructType, table};
use crate::config::talos::tree::{Data, Tree};
use crate::config::talos::version::Minor;

/// Refuses whatever this version does not know.
pub(super) fn check(config: &MachineConfig, version: Minor) -> Result<(), Error> {
    config
        .documents
        .iter()
        .try_for_each(|document| document_known(document, version))
}

fn document_known(document: &Document, version: Minor) -> Result<(), Error> {
    let Some(kind) = document.kind() else {
        return Ok(());
    };
    if version < kind.since {
        let why = format!(
            "is `{}`, which is known from Talos {} on; this is {version}",
            kind.kind, kind.since
        );
        return Err(Error::rule(document.at().clone(), "kind", why));
    }
    fields(&document.body, table().body(kind.body), version, "")
}

fn fields(tree: &Tree, body: &StructType, version: Minor, path: &str) -> Result<(), Error> {
    for member in tree.members() {
        let path = joined(path, &member.key);
        let forms = || body.fields.iter().filter(|field| field.name == member.key);
        let known = forms().find(|field| field.since <= version && version <= field.until);
        if let Some(field) = known {
            value(&member.value, &field.kind, version, &path)?;
            continue;
        }
        let since = forms().map(|field| field.since).min();
        let until = forms().map(|field| field.until).max();
        let why = match (since, until) {
            (Some(since), _) if version < since => {
                format!("is known from Talos {since} on; this is {version}")
            }
            (_, Some(until)) => format!("is known up to Talos {until}; this is {version}"),
            _ => "is not known".to_owned(),
        };
        return Err(Error::rule(member.key_at.clone(), path, why));
    }
    Ok(())
}

fn value(tree: &Tree, kind: &Kind, version: Minor, path: &str) -> Result<(), Error> {
    match kind {
        Kind::Optional(inner) => value(tree, inner, version, path),
        Kind::Struct(index) => fields(tree, table().body(*index), version, path),
        Kind::List(inner, _) => {
            let mut items = tree.items().iter().enumerate();
            items.try_for_each(|(index, item)| {
                value(item, inner, version, &format!("{path}[{index}]"))
            })
        }
        Kind::Map(inner, _) => tree.members().iter().try_for_each(|member| {
            value(&member.value, inner, version, &joined(path, &member.key))
        }),
        Kind::Leaf(Leaf::Text) if matches!(tree.data, Data::List(_)) => {
            let why = format!(
                "must be a single text: lists are known from Talos 1.13 on; this is {version}"
            );
            Err(Error::rule(tree.at.clone(), path, why))
        }
        // Where newer versions take a share of the disk as well.
        Kind::Leaf(Leaf::ByteSize) if tree.text().is_some_and(|text| text.contains('%')) => {
            let why = format!(
                "must be a size in bytes: percentages are known from Talos 1.12 on; this is {version}"
            );
            Err(Error::rule(tree.at.clone(), path, why))
        }
        Kind::Leaf(Leaf::Enum(words, _)) => match tree.text() {
            Some(text) if !words.contains(&text) => {
                let problem = Problem::choice(path, text, words);
                Err(Error::field(tree.at.clone(), problem))
            }
            _ => Ok(()),
        },
        Kind::Leaf(_) => Ok(()),
    }
}

fn joined(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}
