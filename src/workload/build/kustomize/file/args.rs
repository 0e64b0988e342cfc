//! Arguments of transformers that stand in kustomizations, and in configurations of plugins too.

use std::collections::BTreeMap;

use super::super::fieldspec::FieldSpec;
use super::super::gvk::Gvk;
use super::super::selector::Selector;
use crate::config::Error;
use crate::config::{Cell, Fields, Located};
use crate::error::Hint as _;
use crate::yaml::Location;

/// `labels[]`
#[derive(Debug, Clone)]
pub(crate) struct Label {
    /// `pairs`
    pub pairs: BTreeMap<String, String>,
    /// `includeSelectors`
    pub include_selectors: bool,
    /// `includeTemplates`
    pub include_templates: bool,
    /// `fields`
    pub fields: Vec<FieldSpec>,
    /// Where it is written.
    pub at: Location,
}

/// `patches[]` and `patchesJson6902[]`
#[derive(Debug, Clone)]
pub(crate) struct Patch {
    /// `path`
    pub path: Option<Located<String>>,
    /// `patch`: the text itself.
    pub text: Option<Located<String>>,
    /// `target`
    pub target: Option<Located<Selector>>,
    /// `options`
    pub options: PatchOptions,
    /// Where it is written.
    pub at: Location,
}

impl PartialEq for Located<Selector> {
    fn eq(&self, other: &Self) -> bool {
        self.value.written == other.value.written
    }
}

/// `patches[].options`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct PatchOptions {
    /// `allowNameChange`
    pub allow_name_change: bool,
    /// `allowKindChange`
    pub allow_kind_change: bool,
}

/// `images[]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Image {
    /// `name`
    pub name: String,
    /// `newName`
    pub new_name: String,
    /// `tagSuffix`
    pub tag_suffix: String,
    /// `newTag`
    pub new_tag: String,
    /// `digest`
    pub digest: String,
    /// Where it is written.
    pub at: Location,
}

/// `replicas[]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Replica {
    /// `name`
    pub name: String,
    /// `count`
    pub count: i64,
    /// Where it is written.
    pub at: Location,
}

/// The texts of a list, with their places.
pub(crate) fn texts(
    fields: &mut Fields<'_>,
    name: &'static str,
) -> Result<Vec<Located<String>>, Error> {
    fields.list(name, |cell| Ok(cell.located(cell.text()?)))
}

/// An optional text; empty if it is absent.
pub(super) fn text(fields: &mut Fields<'_>, name: &'static str) -> Result<String, Error> {
    Ok(fields.read(name, Cell::text)?.unwrap_or_default())
}

/// A text with its place; none if it is empty.
pub(crate) fn filled(cell: &Cell<'_>) -> Result<Option<Located<String>>, Error> {
    let text = cell.text()?;
    Ok((!text.is_empty()).then(|| cell.located(text)))
}

/// An optional boolean; false if it is absent.
pub(super) fn flag(fields: &mut Fields<'_>, name: &'static str) -> Result<bool, Error> {
    Ok(fields.read(name, Cell::flag)?.unwrap_or_default())
}

/// A mapping of texts; empty if it is absent.
pub(super) fn pairs(
    fields: &mut Fields<'_>,
    name: &'static str,
) -> Result<BTreeMap<String, String>, Error> {
    let read = |cell: &Cell<'_>| cell.map(Cell::text);
    Ok(fields.read(name, read)?.unwrap_or_default())
}

/// One of these words. Any other is ignored, as kustomize does it, and warned of.
pub(super) fn word<T: Copy>(
    cell: &Cell<'_>,
    words: &[(&str, T)],
    odd: &mut Vec<String>,
) -> Result<Option<T>, Error> {
    cell.text()?;
    match cell.choice(words, false) {
        Ok(value) => Ok(Some(value)),
        Err(error) => {
            let hint = error.hint().map(|hint| format!(" ({hint})"));
            let hint = hint.unwrap_or_default();
            odd.push(format!("{error}, and it is ignored{hint}"));
            Ok(None)
        }
    }
}

/// Reads `group`, `version` and `kind`.
pub(crate) fn gvk(fields: &mut Fields<'_>) -> Result<Gvk, Error> {
    Ok(Gvk {
        group: text(fields, "group")?,
        version: text(fields, "version")?,
        kind: text(fields, "kind")?,
    })
}

/// Reads a field specification.
pub(crate) fn read_field_spec(cell: &Cell<'_>) -> Result<FieldSpec, Error> {
    let mut fields = cell.fields()?.fold_case();
    let spec = FieldSpec {
        gvk: gvk(&mut fields)?,
        path: text(&mut fields, "path")?,
        create: flag(&mut fields, "create")?,
    };
    fields.finish()?;
    Ok(spec)
}

impl Label {
    pub(super) fn read(cell: &Cell<'_>) -> Result<Self, Error> {
        let mut fields = cell.fields()?.fold_case();
        let label = Self {
            pairs: pairs(&mut fields, "pairs")?,
            include_selectors: flag(&mut fields, "includeSelectors")?,
            include_templates: flag(&mut fields, "includeTemplates")?,
            fields: fields.list("fields", read_field_spec)?,
            at: cell.at(),
        };
        fields.finish()?;
        Ok(label)
    }
}

impl Patch {
    pub(crate) fn read(cell: &Cell<'_>) -> Result<Self, Error> {
        let mut fields = cell.fields()?.fold_case();
        let patch = Self::of(&mut fields, cell.at())?;
        fields.finish()?;
        Ok(patch)
    }

    /// Reads the fields of a patch out of a mapping that may have others.
    pub(crate) fn of(fields: &mut Fields<'_>, at: Location) -> Result<Self, Error> {
        Ok(Self {
            path: fields.read("path", filled)?.flatten(),
            text: fields.read("patch", filled)?.flatten(),
            target: fields.read("target", |cell| Ok(cell.located(Selector::read(cell)?)))?,
            options: fields
                .read("options", PatchOptions::read)?
                .unwrap_or_default(),
            at,
        })
    }
}

impl PatchOptions {
    pub(crate) fn read(cell: &Cell<'_>) -> Result<Self, Error> {
        let mut fields = cell.fields()?.fold_case();
        let options = Self {
            allow_name_change: flag(&mut fields, "allowNameChange")?,
            allow_kind_change: flag(&mut fields, "allowKindChange")?,
        };
        fields.finish()?;
        Ok(options)
    }
}

impl Image {
    pub(crate) fn read(cell: &Cell<'_>) -> Result<Self, Error> {
        let mut fields = cell.fields()?.fold_case();
        let image = Self {
            name: text(&mut fields, "name")?,
            new_name: text(&mut fields, "newName")?,
            tag_suffix: text(&mut fields, "tagSuffix")?,
            new_tag: text(&mut fields, "newTag")?,
            digest: text(&mut fields, "digest")?,
            at: cell.at(),
        };
        fields.finish()?;
        Ok(image)
    }
}

impl Replica {
    pub(crate) fn read(cell: &Cell<'_>) -> Result<Self, Error> {
        let mut fields = cell.fields()?.fold_case();
        let count = |cell: &Cell<'_>| cell.integer(i64::MIN..=i64::MAX);
        let replica = Self {
            name: text(&mut fields, "name")?,
            count: fields.read("count", count)?.unwrap_or_default(),
            at: cell.at(),
        };
        fields.finish()?;
        Ok(replica)
    }
}
