//! Where the value of a replacement goes.

use serde_json::{Map, Value};

use super::super::error::Error;
use super::super::file::{FieldOptions, Target};
use super::super::goyaml;
use super::super::gvk::Gvk;
use super::super::resource::Resource;
use super::super::selector::Selector;
use super::matcher::{Shape, Tree, Walk};
use super::source::{Copied, DEFAULT_FIELD};
use super::{path, scalar, structured};
use crate::config::Located;

/// Puts a value into all fields that a target means.
/// Whether there are any.
pub(super) fn fill(
    target: &Target,
    new: &mut Copied,
    list: &mut [Resource],
) -> Result<bool, Error> {
    let Some(select) = &target.select else {
        return Err(Error::at(&target.at, "a target needs `select`"));
    };
    let default = [Located {
        value: DEFAULT_FIELD.to_owned(),
        at: target.at.clone(),
    }];
    let fields = if target.fields.is_empty() {
        &default[..]
    } else {
        &target.fields
    };
    let paths: Vec<_> = fields
        .iter()
        .map(|field| (field, path::split(&field.value)))
        .collect();
    let mut any = false;
    for (index, resource) in list.iter_mut().enumerate() {
        if !is_meant(resource, select, &target.reject) {
            continue;
        }
        any = true;
        for (field, path) in &paths {
            put(resource, path, new, &target.options).map_err(|why| {
                let what = format!("`{}` of {}: {why}", field.value, resource.id());
                let error = Error::at(&field.at, what);
                if target.options.create {
                    return error;
                }
                error.with_hint("with `options.create: true` missing fields are made")
            })?;
            new.follow(index, resource);
        }
        resource.confidential |= new.confidential;
    }
    Ok(any)
}

/// Whether a target takes an object, by any identity that it has or had.
fn is_meant(resource: &Resource, select: &Selector, reject: &[Selector]) -> bool {
    let asks_marks = |selector: &Selector| {
        !(selector.written.labels.is_empty() && selector.written.annotations.is_empty())
    };
    let rejects_marks =
        |selector: &&Selector| asks_marks(selector) && selector.takes_marks(resource);
    if !select.takes_marks(resource) || reject.iter().any(|selector| rejects_marks(&selector)) {
        return false;
    }
    let fits = |selector: &Selector| {
        let fits = |kind: &str, name: &str, namespace: &str| {
            selector.takes_name(name)
                && selector.takes_namespace(namespace)
                && selector.takes_gvk(&Gvk::new(resource.api_version(), kind))
        };
        fits(resource.kind(), resource.name(), resource.namespace())
            || resource
                .history
                .previous
                .iter()
                .any(|previous| fits(&previous.kind, &previous.name, &previous.namespace))
    };
    let asks_identity = |selector: &Selector| {
        let written = &selector.written;
        !(written.gvk == Gvk::default() && written.name.is_empty() && written.namespace.is_empty())
    };
    fits(select)
        && !reject
            .iter()
            .any(|selector| asks_identity(selector) && fits(selector))
}

/// Puts a value into the fields at a path of one object. The error is a sentence.
fn put(
    resource: &mut Resource,
    path: &[String],
    new: &Copied,
    options: &FieldOptions,
) -> Result<(), String> {
    let make = options.create.then(|| new.value.shape());
    if structured::put(&mut resource.json, path, new, make)? {
        return Ok(());
    }
    // All annotations are texts in the end.
    let is_annotation = path.len() > 2 && path[0] == "metadata" && path[1] == "annotations";
    let count = Walk { make }.visit(&mut resource.json, path, &mut |field, fresh| {
        let old = scalar::text(field).unwrap_or_default();
        if matches!(field.shape(), Shape::Map | Shape::List) {
            if !options.delimiter.is_empty() {
                return Err("`delimiter` needs a plain value".to_owned());
            }
            *field = match scalar::text(&new.value) {
                Some(text) if new.untyped => scalar::untyped(&text),
                _ => new.value.clone(),
            };
            return Ok(());
        }
        // A mapping or list leaves nothing behind in a plain value.
        let mut text = scalar::text(&new.value).unwrap_or_default();
        if !options.delimiter.is_empty() {
            text = joined(&old, &text, options);
        }
        match (fresh, is_annotation) {
            (false, _) => return scalar::put(field, &text),
            (true, false) => *field = scalar::untyped(&text),
            (true, true) => *field = text.into(),
        }
        Ok(())
    })?;
    match (count, options.create) {
        (0, true) => Err("there is no such field and none can be made".to_owned()),
        (0, false) => Err("there is no such field".to_owned()),
        _ => Ok(()),
    }
}

/// A text with one part replaced, or with one more before or behind the others.
fn joined(old: &str, new: &str, options: &FieldOptions) -> String {
    let mut parts: Vec<&str> = old.split(&options.delimiter).collect();
    match usize::try_from(options.index) {
        Err(_) => parts.insert(0, new),
        Ok(index) => match parts.get_mut(index) {
            Some(part) => *part = new,
            None => parts.push(new),
        },
    }
    parts.join(&options.delimiter)
}

impl Tree for Value {
    fn shape(&self) -> Shape {
        match self {
            Value::Null => Shape::Null,
            Value::Array(_) => Shape::List,
            Value::Object(_) => Shape::Map,
            _ => Shape::Scalar,
        }
    }

    fn make(shape: Shape, text: &str) -> Self {
        match shape {
            Shape::Null | Shape::Scalar => scalar::untyped(text),
            Shape::Map => Value::Object(Map::new()),
            Shape::List => Value::Array(Vec::new()),
        }
    }

    fn field(&mut self, name: &str) -> Option<&mut Self> {
        self.as_object_mut()?.get_mut(name)
    }

    fn add_field(&mut self, name: &str, value: Self) -> Option<&mut Self> {
        Some(self.as_object_mut()?.entry(name).or_insert(value))
    }

    fn items(&mut self) -> Option<&mut Vec<Self>> {
        self.as_array_mut()
    }

    fn add_item(&mut self, item: Self) {
        if let Value::Array(items) = self {
            items.push(item);
        }
    }

    fn written(&self) -> String {
        match self {
            Value::String(text) => goyaml::text(text, 2),
            Value::Array(_) | Value::Object(_) => crate::yaml::to_yaml(self),
            plain => plain.to_string(),
        }
    }
}
