//! Strict reading along the table: from a YAML tree to a [`Tree`] whose values have the types of their fields.

use serde_json::{Number, Value as Json};

use super::formats;
use super::schema::{Field, Kind, Leaf, StructType, table};
use super::tree::{Data, Member, Tree};
use crate::config::error::{Error, Problem};
use crate::config::fields::{Cell, typed};
use crate::yaml::{Entry, Location, Mark, Node, Source, Value};

/// The fields of a mapping. `ignored` are names that the caller has dealt with.
pub(super) fn fields(cell: &Cell<'_>, body: &StructType, ignored: &[&str]) -> Result<Tree, Error> {
    let mut members = Vec::new();
    for (name, entry, key_at) in entries(cell)? {
        if ignored.contains(&name) {
            continue;
        }
        let Some(field) = body.fields.iter().find(|field| field.name == name) else {
            let known: Vec<&str> = names(&body.fields);
            let problem = Problem::unknown(entry.path.clone(), name, &known);
            return Err(Error::field(key_at, problem));
        };
        // Null is the same as absence, for fields of every kind.
        if !matches!(*typed(entry.node), Value::Null) {
            members.push(Member {
                key: name.to_owned(),
                key_at,
                value: value(&entry, &field.kind)?,
            });
        }
    }
    Ok(Tree::new(Data::Map(members), cell.at()))
}

/// A value of this kind.
pub(super) fn value(cell: &Cell<'_>, kind: &Kind) -> Result<Tree, Error> {
    let data = match kind {
        Kind::Optional(inner) => return value(cell, inner),
        Kind::Struct(index) => return fields(cell, table().body(*index), &[]),
        Kind::List(inner, _) => {
            let items = cell.items()?;
            let items = items.iter().map(|item| element(item, inner));
            Data::List(items.collect::<Result<_, _>>()?)
        }
        Kind::Map(inner, _) => {
            let mut members = Vec::new();
            for (name, entry, key_at) in entries(cell)? {
                members.push(Member {
                    key: name.to_owned(),
                    key_at,
                    value: element(&entry, inner)?,
                });
            }
            Data::Map(members)
        }
        Kind::Leaf(leaf) => data(cell, leaf)?,
    };
    Ok(Tree::new(data, cell.at()))
}

/// An element of a list or mapping: null is the zero value of texts and flags, and nothing else.
fn element(cell: &Cell<'_>, kind: &Kind) -> Result<Tree, Error> {
    if matches!(*typed(cell.node), Value::Null) {
        let zero = match kind {
            Kind::Leaf(Leaf::Text | Leaf::Argument) => Some(Data::Text(String::new())),
            Kind::Leaf(Leaf::Bool) => Some(Data::Bool(false)),
            _ => None,
        };
        if let Some(zero) = zero {
            return Ok(Tree::new(zero, cell.at()));
        }
    }
    value(cell, kind)
}

fn data(cell: &Cell<'_>, leaf: &Leaf) -> Result<Data, Error> {
    match leaf {
        Leaf::Text | Leaf::Expression => cell.text().map(Data::Text),
        Leaf::Bool => cell.flag().map(Data::Bool),
        Leaf::Integer(low, high) => {
            let number = cell.integer(*low..=*high)?;
            Ok(Data::Number(number.into()))
        }
        Leaf::Enum(words, _) => {
            let words: Vec<(&str, &str)> = words.iter().map(|word| (*word, *word)).collect();
            let word = cell.choice(&words, true)?;
            Ok(Data::Text(word.to_owned()))
        }
        Leaf::Pem(names) => pem(cell, names),
        Leaf::Object(_) => {
            // Its content is free, but it is a mapping.
            cell.fields()?;
            Ok(free(cell.node, &|mark| cell.place(mark)).data)
        }
        Leaf::Argument => match &cell.node.value {
            Value::Seq(_) => {
                let items = cell.items()?;
                let items = items
                    .iter()
                    .map(|item| Ok(Tree::new(Data::Text(item.text()?), item.at())));
                Ok(Data::List(items.collect::<Result<_, Error>>()?))
            }
            _ => cell.text().map(Data::Text),
        },
        // A single port is a number and nothing else.
        Leaf::PortRange if matches!(*typed(cell.node), Value::Int(_)) => {
            let port = cell.integer(0..=i64::from(u16::MAX))?;
            Ok(Data::Number(port.into()))
        }
        Leaf::Base64
        | Leaf::Duration
        | Leaf::Endpoint
        | Leaf::Url
        | Leaf::SizeMatch
        | Leaf::ByteSize
        | Leaf::DiskSize
        | Leaf::Size
        | Leaf::Address
        | Leaf::Prefix
        | Leaf::AddressPort
        | Leaf::PortRange
        | Leaf::HardwareAddress
        | Leaf::RoutingTable => {
            let text = cell.text()?;
            formats::check(leaf, &text).map_err(|why| cell.rule(why))?;
            Ok(Data::Text(text))
        }
    }
}

/// Certificate and key: both always there, so that a patch replaces both.
fn pem(cell: &Cell<'_>, names: &'static [&'static str]) -> Result<Data, Error> {
    let mut fields = cell.fields()?;
    let mut members = Vec::new();
    for name in names {
        let Some(part) = fields.take(name) else {
            continue;
        };
        let text = part.text()?;
        formats::check(&Leaf::Base64, &text).map_err(|why| part.rule(why))?;
        members.push(Member {
            key: (*name).to_owned(),
            key_at: part.at(),
            value: Tree::new(Data::Text(text), part.at()),
        });
    }
    fields.finish()?;
    Ok(Data::Map(members))
}

/// A value of any kind, with the types that the decoder of Talos gives plain scalars: `yes` is text to it.
fn free(node: &Node, place: &dyn Fn(Mark) -> Location) -> Tree {
    let data = match &*typed(node) {
        Value::Null => Data::Null,
        Value::Bool(flag) => match node.as_str() {
            Some(word) if !word.eq_ignore_ascii_case(&flag.to_string()) => {
                Data::Text(word.to_owned())
            }
            _ => Data::Bool(*flag),
        },
        Value::Int(number) => Data::Number((*number).into()),
        Value::UInt(number) => Data::Number((*number).into()),
        Value::Float(number) => Number::from_f64(*number).map_or(Data::Null, Data::Number),
        Value::String(text) => Data::Text(text.clone()),
        Value::Seq(items) => Data::List(items.iter().map(|item| free(item, place)).collect()),
        Value::Map(entries) => {
            let members = entries.iter().map(|entry| Member {
                key: entry.key.clone(),
                key_at: place(entry.key_at),
                value: free(&entry.value, place),
            });
            Data::Map(members.collect())
        }
    };
    Tree::new(data, place(node.at))
}

/// A free value as JSON.
pub(super) fn free_json(node: &Node) -> Json {
    let nowhere = Source::new("").whole();
    free(node, &|_| nowhere.clone()).to_json()
}

/// A JSON value as if it had been written at one place.
pub(super) fn node_of(json: &Json, at: Mark) -> Node {
    let plain = !matches!(json, Json::String(_));
    let value = match json {
        Json::Null => Value::Null,
        Json::Bool(flag) => Value::String(flag.to_string()),
        Json::Number(number) => Value::String(number.to_string()),
        Json::String(text) => Value::String(text.clone()),
        Json::Array(items) => Value::Seq(items.iter().map(|item| node_of(item, at)).collect()),
        Json::Object(map) => {
            let entries = map.iter().map(|(key, value)| Entry {
                key: key.clone(),
                key_at: at,
                value: node_of(value, at),
            });
            Value::Map(entries.collect())
        }
    };
    Node { value, at, plain }
}

/// The entries of a mapping with their keys and the places of those.
fn entries<'a>(cell: &Cell<'a>) -> Result<Vec<(&'a str, Cell<'a>, Location)>, Error> {
    let keys = cell.node.entries().iter().map(|entry| entry.key.as_str());
    let fields = cell.fields()?;
    let entries = keys.zip(fields.entries());
    Ok(entries
        .map(|(key, (entry, key_at))| (key, entry, key_at))
        .collect())
}

/// The names of fields, each once.
pub(super) fn names(fields: &[Field]) -> Vec<&'static str> {
    let mut names: Vec<&str> = Vec::new();
    for field in fields {
        if !names.contains(&field.name) {
            names.push(field.name);
        }
    }
    names
}
