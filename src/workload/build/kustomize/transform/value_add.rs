//! `ValueAddTransformer`: one text that goes into fields, or between the parts of paths in them.

use serde_json::{Map, Value};

use super::super::error::Error;
use super::super::fieldspec::split_path;
use super::super::replace::scalar;
use super::super::resource::{Resource, as_map, kind_of, text};
use super::super::selector::Selector;
use super::super::set::ResourceSet;
use super::super::tree::Directory;
use crate::config::{self, Cell, Fields, Located};
use crate::yaml::{self, Location};

/// A `ValueAddTransformer`.
#[derive(Debug, Clone)]
pub(crate) struct ValueAddTransformer {
    value: String,
    targets: Vec<Target>,
    at: Location,
}

/// Where the text goes.
#[derive(Debug, Clone)]
struct Target {
    select: Option<Selector>,
    field: Located<String>,
    /// Before which part of a path, from 1; 0 replaces all of the field.
    position: usize,
}

impl Target {
    fn read(cell: &Cell<'_>) -> Result<Self, config::Error> {
        let mut fields = cell.fields()?.fold_case();
        let position = |cell: &Cell<'_>| cell.integer(0..=i64::MAX);
        let field = fields.require("fieldPath")?;
        let target = Self {
            select: fields.read("selector", Selector::read)?,
            field: field.located(field.filled_text()?),
            position: fields
                .read("filePathPosition", position)?
                .and_then(|position| usize::try_from(position).ok())
                .unwrap_or_default(),
        };
        fields.finish()?;
        Ok(target)
    }
}

impl ValueAddTransformer {
    /// Reads its fields, and the path of a file with more targets.
    pub(crate) fn read(
        fields: &mut Fields<'_>,
        cell: &Cell<'_>,
    ) -> Result<(Self, Option<Located<String>>), config::Error> {
        let path = |cell: &Cell<'_>| Ok(cell.located(cell.text()?));
        let file = fields.read("targetFilePath", path)?;
        let value = fields.read("value", Cell::text)?.unwrap_or_default();
        let transformer = Self {
            value: value.trim().to_owned(),
            targets: fields.list("targets", Target::read)?,
            at: cell.at(),
        };
        Ok((transformer, file.filter(|path| !path.value.is_empty())))
    }

    /// The same with the targets of a file; without a value it is the name of the folder.
    pub(crate) fn completed(
        mut self,
        file: Option<&Located<String>>,
        directory: &Directory,
    ) -> Result<Self, Error> {
        if self.value.is_empty() {
            let name = directory.shown.trim_end_matches('/').rsplit('/').next();
            match name {
                Some(name) if !matches!(name, "" | "." | "..") => name.clone_into(&mut self.value),
                _ => return Err(Error::at(&self.at, "`value` is missing")),
            }
        }
        if let Some(path) = file {
            let file = directory.file(path)?;
            let text = String::from_utf8_lossy(&file.bytes);
            for document in yaml::load_untyped(&text, &file.source)?.iter().take(1) {
                let mut fields = Cell::root(document, &file.source).fields()?.fold_case();
                self.targets
                    .append(&mut fields.list("targets", Target::read)?);
                fields.finish()?;
            }
        }
        if self.targets.is_empty() {
            return Err(Error::at(&self.at, "at least one of `targets` is needed"));
        }
        Ok(self)
    }

    /// Puts the text into all fields.
    pub(crate) fn apply(&self, set: &mut ResourceSet) -> Result<(), Error> {
        for target in &self.targets {
            for resource in set.list_mut() {
                let select = target.select.as_ref();
                if select.is_none_or(|select| select.takes(resource)) {
                    self.add(target, resource)?;
                }
            }
        }
        Ok(())
    }

    fn add(&self, target: &Target, resource: &mut Resource) -> Result<(), Error> {
        if target.field.value == "metadata/namespace" {
            self.set_namespace(resource);
            return Ok(());
        }
        let path = split_path(&target.field.value);
        self.walk(&mut resource.json, &path, target.position, false)
            .map_err(|why| {
                let what = format!("`{}` of {}: {why}", target.field.value, resource.id());
                Error::at(&target.field.at, what)
            })
    }

    /// As `namespace` of a kustomization does, without remembering the identity before.
    fn set_namespace(&self, resource: &mut Resource) {
        if !resource.id().cluster_scoped {
            resource.set_namespace(&self.value);
        }
        if !matches!(resource.kind(), "RoleBinding" | "ClusterRoleBinding") {
            return;
        }
        let subjects = resource.json.get_mut("subjects");
        for subject in subjects.and_then(Value::as_array_mut).into_iter().flatten() {
            if text(subject, "name") == "default" {
                as_map(subject).insert("namespace".to_owned(), self.value.as_str().into());
            }
        }
    }

    fn walk(
        &self,
        value: &mut Value,
        path: &[String],
        position: usize,
        fresh: bool,
    ) -> Result<(), String> {
        let Some((part, rest)) = path.split_first() else {
            return self.set(value, position, fresh);
        };
        let wrong = |wanted: &str, value: &Value| {
            let found = kind_of(value);
            Err(format!("`{part}` needs {wanted}, and there is {found}"))
        };
        if part.is_empty() {
            return self.walk(value, rest, position, fresh);
        }
        let item = part
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        if item.is_some() || part == "-" || part.parse::<usize>().is_ok() {
            let Value::Array(items) = value else {
                return wrong("a list", value);
            };
            let place = match (item, part.parse::<usize>()) {
                (Some(item), _) => Some(item_of(items, item)?),
                (None, Ok(index)) => Some(index),
                (None, Err(_)) => items.len().checked_sub(1),
            };
            return match place.and_then(|place| items.get_mut(place)) {
                Some(item) => self.walk(item, rest, position, false),
                None => Ok(()),
            };
        }
        let Value::Object(fields) = value else {
            return wrong("a mapping", value);
        };
        let fresh = !fields.contains_key(part);
        let made = match rest.first().map(|next| next.starts_with('[')) {
            None => Value::Null,
            Some(true) => Value::Array(Vec::new()),
            Some(false) => Value::Object(Map::new()),
        };
        let field = fields.entry(part.as_str()).or_insert(made);
        self.walk(field, rest, position, fresh)
    }

    fn set(&self, field: &mut Value, position: usize, fresh: bool) -> Result<(), String> {
        let old = match &*field {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            Value::Array(_) | Value::Object(_) => {
                let found = kind_of(field);
                return Err(format!("a plain value is expected, and there is {found}"));
            }
            other => other.to_string(),
        };
        let new = match position {
            0 => self.value.clone(),
            position => inserted(&old, position - 1, &self.value),
        };
        *field = match field {
            Value::String(_) if !fresh => new.into(),
            _ => scalar::untyped(&new),
        };
        Ok(())
    }
}

/// The place of the item that `[field=value]` means, made if there is none.
fn item_of(items: &mut Vec<Value>, selector: &str) -> Result<usize, String> {
    let Some((field, value)) = selector.split_once('=') else {
        return Err(format!("`[{selector}]` needs the form `[field=value]`"));
    };
    let is_value = |found: &Value| scalar::text(found).is_some_and(|text| text == value);
    let is_meant = |item: &Value| match field {
        "" => is_value(item),
        field => item.get(field).is_some_and(is_value),
    };
    if let Some(place) = items.iter().position(is_meant) {
        return Ok(place);
    }
    let value = scalar::untyped(value);
    items.push(match field {
        "" => value,
        field => Value::Object(Map::from_iter([(field.to_owned(), value)])),
    });
    Ok(items.len() - 1)
}

/// A path with a part put before the one at a place, or behind all.
fn inserted(path: &str, place: usize, part: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    parts.insert(place.min(parts.len()), part);
    let root = if path.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_file_paths() {
        for (path, place, new) in [
            ("", 0, "PEACH"),
            ("/", 3, "/PEACH"),
            ("pie", 0, "PEACH/pie"),
            ("/pie", 0, "/PEACH/pie"),
            ("raw", 1, "raw/PEACH"),
            ("/raw", 9, "/raw/PEACH"),
            ("a/nice/warm/pie", 3, "a/nice/warm/PEACH/pie"),
            ("/a/nice/warm/pie", 3, "/a/nice/warm/PEACH/pie"),
        ] {
            assert_eq!(inserted(path, place, "PEACH"), new, "{path}");
        }
    }
}
