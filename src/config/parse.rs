//! Strict decoding of `ksail.yaml` along the table of fields.

use std::collections::BTreeMap;

use super::error::{Error, Problem};
use super::fields::{Cell, Located, typed};
use super::refused::REFUSED;
use super::schema::{API_VERSION, FIELDS, Field, Setting};
use crate::yaml::{Node, Source, Value};

/// The fields that a `ksail.yaml` sets.
#[derive(Debug, Clone, Default)]
pub struct FileSettings(BTreeMap<&'static str, Located<Setting>>);

impl FileSettings {
    /// The value of a field and its place.
    pub fn get(&self, field: &Field) -> Option<&Located<Setting>> {
        self.0.get(field.path)
    }
}

/// Reads a document whose variables are already expanded.
pub fn decode(root: &Node, source: &Source) -> Result<FileSettings, Error> {
    let document = Cell::root(root, source);
    let mut header = document.fields()?;
    header
        .require("apiVersion")?
        .choice(&[(API_VERSION, ())], false)?;
    header.require("kind")?.choice(&[("Cluster", ())], false)?;
    let mut found = FileSettings::default();
    section(&document, &mut found)?;
    Ok(found)
}

/// Walks one mapping: its entries are fields, sections, refused or unknown.
fn section(cell: &Cell<'_>, found: &mut FileSettings) -> Result<(), Error> {
    for (entry, key_at) in cell.fields()?.entries() {
        let path = entry.path.as_str();
        if matches!(path, "apiVersion" | "kind") {
            continue;
        }
        if let Some(field) = FIELDS.into_iter().find(|field| field.path == path) {
            // An empty text means the default, as a missing field does.
            if *typed(entry.node) != Value::Null && entry.node.as_str() != Some("") {
                let setting = field.read(&entry)?;
                found.0.insert(field.path, entry.located(setting));
            }
        } else if let Some(refused) = REFUSED.iter().find(|refused| refused.path == path) {
            if !refused.is_idle(entry.node) {
                return Err(Error::field(key_at, refused.problem(entry.node)));
            }
        } else if below(path).next().is_some() {
            if !entry.node.is_null() {
                section(&entry, found)?;
            }
        } else {
            let mut known: Vec<&str> = below(&cell.path).collect();
            if cell.path.is_empty() {
                known.splice(0..0, ["apiVersion", "kind"]);
            }
            let name = path.rsplit('.').next().unwrap_or(path);
            let problem = Problem::unknown(path.to_owned(), name, &known);
            return Err(Error::field(key_at, problem));
        }
    }
    Ok(())
}

/// The names that can stand directly below a path, each once.
fn below(path: &str) -> impl Iterator<Item = &'static str> {
    let paths = FIELDS.iter().map(|field| field.path);
    let mut names: Vec<&str> = paths
        .chain(REFUSED.iter().map(|refused| refused.path))
        .filter_map(|known| {
            if path.is_empty() {
                Some(known)
            } else {
                known.strip_prefix(path)?.strip_prefix('.')
            }
        })
        .filter_map(|rest| rest.split('.').next())
        .collect();
    let mut seen = Vec::new();
    names.retain(|name| {
        let new = !seen.contains(name);
        seen.push(*name);
        new
    });
    names.into_iter()
}
