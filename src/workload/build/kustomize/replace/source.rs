//! The value of a replacement.

use serde_json::Value;

use super::super::error::Error;
use super::super::file::{Replacement, Source};
use super::super::gvk::{DEFAULT_NAMESPACE, Gvk};
use super::super::resource::Resource;
use super::lookup::lookup;
use super::{path, scalar};
use crate::text::nearest;

/// Field that is meant where none is named.
pub(super) const DEFAULT_FIELD: &str = "metadata.name";

/// A value on its way.
#[derive(Debug, Clone)]
pub(super) struct Copied {
    /// The value.
    pub value: Value,
    /// It is a text that nothing says the type of.
    pub untyped: bool,
    /// It comes from something encrypted.
    pub confidential: bool,
    /// Where all of a field is copied: the place of its object, and its path.
    pub whole: Option<(usize, Vec<String>)>,
}

impl Copied {
    /// The object at a place was changed: if the value comes from there, what is copied from now on is what is there now,
    /// because kustomize holds the field, not its value.
    pub(super) fn changed(&mut self, place: usize, list: &[Resource]) {
        if let Some((source, path)) = &self.whole
            && *source == place
            && let Ok(Some(value)) = lookup(&list[place].json, path)
        {
            self.value = value.clone();
        }
    }

    /// Finds the value of a replacement.
    pub(super) fn of(replacement: &Replacement, list: &[Resource]) -> Result<Self, Error> {
        match (&replacement.source, &replacement.value) {
            (Some(_), Some(_)) => Err(Error::at(
                &replacement.at,
                "a replacement has either `source` or `sourceValue`, not both",
            )),
            (None, None) => Err(Error::at(
                &replacement.at,
                "a replacement needs `source` or `sourceValue`",
            )),
            (None, Some(text)) => Ok(Self {
                value: text.as_str().into(),
                untyped: true,
                confidential: false,
                whole: None,
            }),
            (Some(source), None) => read(source, list),
        }
    }
}

fn read(source: &Source, list: &[Resource]) -> Result<Copied, Error> {
    let place = find(source, list)?;
    let resource = &list[place];
    let field = match source.field.as_str() {
        "" => DEFAULT_FIELD,
        field => field,
    };
    let fail = |why: String| {
        let what = format!("{why} (`{field}` of {})", resource.id());
        Error::at(&source.at, what)
    };
    let path = path::split(field);
    let value = match lookup(&resource.json, &path).map_err(fail)? {
        Some(value) if !is_empty(value) => value,
        _ => {
            return Err(fail(
                "the field that has the value is missing or empty".to_owned(),
            ));
        }
    };
    let options = &source.options;
    let copied = |value| Copied {
        value,
        untyped: false,
        confidential: resource.confidential,
        whole: None,
    };
    if options.delimiter.is_empty() {
        return Ok(Copied {
            whole: Some((place, path)),
            ..copied(value.clone())
        });
    }
    let Some(text) = scalar::text(value) else {
        return Err(fail("`delimiter` needs a plain value".to_owned()));
    };
    let index = usize::try_from(options.index).ok();
    match index.and_then(|index| text.split(&options.delimiter).nth(index)) {
        Some(part) if value.is_string() => Ok(copied(part.into())),
        Some(part) => Ok(copied(scalar::untyped(part))),
        None => Err(fail(format!(
            "there is no part {} between `{}`",
            options.index, options.delimiter
        ))),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// The place of the one object that a source means.
fn find(source: &Source, list: &[Resource]) -> Result<usize, Error> {
    let mut found = (list.iter().enumerate()).filter(|(_, resource)| is_meant(source, resource));
    match (found.next(), found.next()) {
        (Some((place, _)), None) => Ok(place),
        (Some((_, first)), Some((_, second))) => {
            let what = format!(
                "the source of the replacement is not one object but several: {} and {}",
                first.id(),
                second.id()
            );
            Err(Error::at(&source.at, what)
                .with_hint("name `group`, `version`, `kind`, `name` and `namespace` as needed"))
        }
        (None, _) => {
            let error = Error::at(&source.at, "no object is the source of the replacement");
            let same_kind = list.iter().filter(|resource| {
                source.gvk.kind.is_empty() || resource.kind() == source.gvk.kind
            });
            let names = same_kind.map(Resource::name);
            Err(match nearest(&source.name, names) {
                Some(name) => error.with_hint(format!("did you mean `{name}`?")),
                None => error,
            })
        }
    }
}

fn is_meant(source: &Source, resource: &Resource) -> bool {
    let fits = |wanted: &str, found: &str| wanted.is_empty() || wanted == found;
    let history = &resource.history.previous;
    // Most objects can be told apart without making an identity.
    if history.is_empty()
        && !(fits(&source.gvk.kind, resource.kind()) && fits(&source.name, resource.name()))
    {
        return false;
    }
    let gvk_fits = |kind: &str| {
        let found = Gvk::new(resource.api_version(), kind);
        found.is_selected_by(&source.gvk)
    };
    let now = resource.id();
    let namespace_fits = |effective: &str| {
        source.namespace.is_empty()
            || source.namespace == effective
            || effective == DEFAULT_NAMESPACE && source.namespace == DEFAULT_NAMESPACE
    };
    fits(&source.name, &now.name)
        && namespace_fits(now.effective_namespace())
        && gvk_fits(&now.gvk.kind)
        || history.iter().any(|previous| {
            fits(&source.name, &previous.name)
                && namespace_fits(&previous.namespace)
                && gvk_fits(&previous.kind)
        })
}
