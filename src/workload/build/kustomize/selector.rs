//! Selectors of patches and replacements: regular expressions over identity, expressions over labels and annotations.

use regex::Regex;

use super::gvk::Gvk;
use super::requirement::{self, Requirement};
use super::resource::Resource;
use crate::config::Cell;
use crate::config::Error;
use crate::text::nearest;
use crate::yaml::Location;

/// A selector, ready to be asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Selector {
    /// As it is written, for messages.
    pub written: Written,
    group: Option<Regex>,
    version: Option<Regex>,
    kind: Option<Regex>,
    name: Option<Regex>,
    namespace: Option<Regex>,
    labels: Vec<Requirement>,
    annotations: Vec<Requirement>,
}

/// The text of a selector.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Written {
    /// Group, version and kind.
    pub gvk: Gvk,
    /// Name.
    pub name: String,
    /// Namespace.
    pub namespace: String,
    /// Expression over labels.
    pub labels: String,
    /// Expression over annotations.
    pub annotations: String,
}

impl Selector {
    /// Reads a selector; `extra` takes the fields that only this place knows.
    pub(crate) fn read(cell: &Cell<'_>) -> Result<Self, Error> {
        let mut fields = cell.fields()?.fold_case();
        let mut part = |name: &'static str| -> Result<(String, Option<Regex>), Error> {
            let read = |cell: &Cell<'_>| Ok((cell.text()?, pattern(cell)?));
            Ok(fields.read(name, read)?.unwrap_or_default())
        };
        let (group_text, group) = part("group")?;
        let (version_text, version) = part("version")?;
        let (kind_text, kind) = part("kind")?;
        let (name_text, name) = part("name")?;
        let (namespace_text, namespace) = part("namespace")?;
        let mut expression = |name: &'static str| -> Result<(String, Vec<Requirement>), Error> {
            let read = |cell: &Cell<'_>| {
                let text = cell.text()?;
                let parsed = requirement::parse(&text).map_err(|why| cell.rule(why))?;
                Ok((text, parsed))
            };
            Ok(fields.read(name, read)?.unwrap_or_default())
        };
        let (label_text, labels) = expression("labelSelector")?;
        let (annotation_text, annotations) = expression("annotationSelector")?;
        fields.finish()?;
        Ok(Self {
            written: Written {
                gvk: Gvk {
                    group: group_text,
                    version: version_text,
                    kind: kind_text,
                },
                name: name_text,
                namespace: namespace_text,
                labels: label_text,
                annotations: annotation_text,
            },
            group,
            version,
            kind,
            name,
            namespace,
            labels,
            annotations,
        })
    }

    /// Whether it takes an object, by its first or its present name and namespace.
    pub(crate) fn takes(&self, resource: &Resource) -> bool {
        let (first, now) = (resource.original_id(), resource.id());
        let either = |pattern: Option<&Regex>, first: &str, now: &str| {
            fits(pattern, first) || fits(pattern, now)
        };
        either(
            self.namespace.as_ref(),
            first.effective_namespace(),
            now.effective_namespace(),
        ) && either(self.name.as_ref(), &first.name, &now.name)
            && self.takes_gvk(&now.gvk)
            && self.takes_marks(resource)
    }

    /// Whether it takes a kind.
    pub(crate) fn takes_gvk(&self, gvk: &Gvk) -> bool {
        fits(self.group.as_ref(), &gvk.group)
            && fits(self.version.as_ref(), &gvk.version)
            && fits(self.kind.as_ref(), &gvk.kind)
    }

    /// Whether it takes a name.
    pub(crate) fn takes_name(&self, name: &str) -> bool {
        fits(self.name.as_ref(), name)
    }

    /// Whether it takes a namespace.
    pub(crate) fn takes_namespace(&self, namespace: &str) -> bool {
        fits(self.namespace.as_ref(), namespace)
    }

    /// Whether it takes the labels and annotations of an object.
    pub(crate) fn takes_marks(&self, resource: &Resource) -> bool {
        requirement::all(&self.labels, |key| resource.mark("labels", key))
            && requirement::all(&self.annotations, |key| resource.mark("annotations", key))
    }

    /// A sentence about a target at a place that selects none of the objects, with what may have been meant.
    pub(crate) fn selects_none(&self, at: &Location, objects: &[Resource]) -> String {
        let of_kind = objects
            .iter()
            .filter(|resource| self.takes_gvk(&resource.gvk()));
        let of_kind: Vec<&Resource> = of_kind.collect();
        let names = || of_kind.iter().flat_map(|resource| resource.all_ids());
        let Written { gvk, name, .. } = &self.written;
        let meant = if let Some(other) = objects.iter().find(|other| other.kind() == gvk.kind)
            && of_kind.is_empty()
        {
            Some(format!("{} is of `{}` here", gvk.kind, other.api_version()))
        } else if of_kind.is_empty() {
            let near = nearest(&gvk.kind, objects.iter().map(Resource::kind));
            near.map(|kind| format!("did you mean the kind `{kind}`?"))
        } else if name.is_empty() {
            None
        } else if let Some(id) = names().find(|id| self.takes_name(&id.name)) {
            Some(format!(
                "{id} has another namespace, has other labels or annotations, or is rejected"
            ))
        } else {
            let names: Vec<String> = names().map(|id| id.name).collect();
            let near = nearest(name, names.iter().map(String::as_str));
            near.map(|name| format!("did you mean `{name}`?"))
        };
        let meant = meant.map_or_else(String::new, |meant| format!("; {meant}"));
        format!("{at}: the target selects no object{meant}")
    }
}

fn fits(pattern: Option<&Regex>, text: &str) -> bool {
    pattern.is_none_or(|pattern| pattern.is_match(text))
}

/// The pattern that a field holds, for the whole of what it is compared with. None if it is empty.
fn pattern(cell: &Cell<'_>) -> Result<Option<Regex>, Error> {
    let text = cell.text()?;
    if text.is_empty() {
        return Ok(None);
    }
    match Regex::new(&format!("^(?:{text})$")) {
        Ok(pattern) => Ok(Some(pattern)),
        Err(_) => Err(cell.rule("is not a regular expression")),
    }
}
