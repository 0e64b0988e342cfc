//! `replacements`: a value that is copied from one field to others.

use super::super::gvk::Gvk;
use super::super::selector::Selector;
use super::args::{flag, gvk, text, texts};
use crate::config::Error;
use crate::config::{Cell, Located};
use crate::yaml::Location;

/// An entry of `replacements`.
#[derive(Debug, Clone)]
pub(crate) enum ReplacementEntry {
    /// A file that holds one replacement or a list of them.
    File(Located<String>),
    /// A replacement.
    Inline(Box<Replacement>),
}

/// One value and where it goes.
#[derive(Debug, Clone)]
pub(crate) struct Replacement {
    /// The field that has the value.
    pub source: Option<Source>,
    /// The value itself.
    pub value: Option<String>,
    /// Where it goes.
    pub targets: Vec<Target>,
    /// Where it is written.
    pub at: Location,
}

/// The field that has the value.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// Kind of the object; empty parts take anything.
    pub gvk: Gvk,
    /// Its name; empty takes any.
    pub name: String,
    /// Its namespace; empty takes any.
    pub namespace: String,
    /// Path of the field, parts separated by dots; `metadata.name` if it is empty.
    pub field: String,
    /// Which part of the field.
    pub options: FieldOptions,
    /// Where it is written.
    pub at: Location,
}

/// Fields that get the value.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// Objects that have them.
    pub select: Option<Selector>,
    /// Objects that do not count.
    pub reject: Vec<Selector>,
    /// Their paths; `metadata.name` if there are none.
    pub fields: Vec<Located<String>>,
    /// Which part of each field.
    pub options: FieldOptions,
    /// Where it is written.
    pub at: Location,
}

/// Which part of a field is meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FieldOptions {
    /// What separates the parts; empty if it is the whole field.
    pub delimiter: String,
    /// The part, from 0.
    pub index: i64,
    /// `encoding`, which kustomize accepts and ignores.
    pub encoding: String,
    /// The field is made if it is missing.
    pub create: bool,
}

impl ReplacementEntry {
    pub(crate) fn read(cell: &Cell<'_>) -> Result<Self, Error> {
        let mut fields = cell.fields()?.fold_case();
        let path = |cell: &Cell<'_>| Ok(cell.located(cell.text()?));
        match fields.read("path", path)? {
            Some(path) if !path.value.is_empty() => {
                if let Some(also) = ["source", "targets", "sourceValue"]
                    .into_iter()
                    .find_map(|name| fields.take(name))
                {
                    return Err(also.rule("cannot stand beside `path`"));
                }
                fields.finish()?;
                Ok(Self::File(path))
            }
            _ => Ok(Self::Inline(Box::new(read(cell, true)?))),
        }
    }
}

/// Reads a replacement of a file that holds some.
pub(crate) fn read_replacement(cell: &Cell<'_>) -> Result<Replacement, Error> {
    read(cell, false)
}

fn read(cell: &Cell<'_>, in_kustomization: bool) -> Result<Replacement, Error> {
    let mut fields = cell.fields()?.fold_case();
    if in_kustomization {
        fields.take("path");
    }
    let replacement = Replacement {
        source: fields.read("source", Source::read)?,
        value: fields.read("sourceValue", Cell::text)?,
        targets: fields.list("targets", Target::read)?,
        at: cell.at(),
    };
    fields.finish()?;
    Ok(replacement)
}

impl Source {
    fn read(cell: &Cell<'_>) -> Result<Self, Error> {
        let mut fields = cell.fields()?.fold_case();
        let source = Self {
            gvk: gvk(&mut fields)?,
            name: text(&mut fields, "name")?,
            namespace: text(&mut fields, "namespace")?,
            field: text(&mut fields, "fieldPath")?,
            options: fields
                .read("options", FieldOptions::read)?
                .unwrap_or_default(),
            at: cell.at(),
        };
        fields.finish()?;
        Ok(source)
    }
}

impl Target {
    fn read(cell: &Cell<'_>) -> Result<Self, Error> {
        let mut fields = cell.fields()?.fold_case();
        let target = Self {
            select: fields.read("select", Selector::read)?,
            reject: fields.list("reject", Selector::read)?,
            fields: texts(&mut fields, "fieldPaths")?,
            options: fields
                .read("options", FieldOptions::read)?
                .unwrap_or_default(),
            at: cell.at(),
        };
        fields.finish()?;
        Ok(target)
    }
}

impl FieldOptions {
    fn read(cell: &Cell<'_>) -> Result<Self, Error> {
        let mut fields = cell.fields()?.fold_case();
        let index = |cell: &Cell<'_>| cell.integer(i64::MIN..=i64::MAX);
        let options = Self {
            delimiter: text(&mut fields, "delimiter")?,
            index: fields.read("index", index)?.unwrap_or_default(),
            encoding: text(&mut fields, "encoding")?,
            create: flag(&mut fields, "create")?,
        };
        fields.finish()?;
        Ok(options)
    }
}
