//! `images`: other names, tags and digests of images.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use regex::Regex;
use serde_json::Value;

use super::super::error::Error;
use super::super::fieldspec::{FieldSpec, Make, Ways};
use super::super::file::Image;
use super::super::notes::Notes;
use super::super::resource::kind_of;
use super::super::set::ResourceSet;
use crate::text::nearest;

/// An entry of `images`.
#[derive(Debug, Clone)]
pub(crate) struct ImageTransformer {
    /// What it becomes.
    pub image: Image,
    /// Fields that have images, besides the usual ones.
    pub specs: Vec<FieldSpec>,
}

impl ImageTransformer {
    /// Changes the images of all objects. That none has the name is worth a note.
    pub(crate) fn apply(&self, set: &mut ResourceSet, notes: &mut Notes) -> Result<(), Error> {
        let change = Change {
            image: &self.image,
            pattern: self.pattern()?,
            is_used: AtomicBool::new(false),
        };
        let ways = Ways::new(&self.specs);
        set.try_each(|resource| {
            if resource.kind() == "CustomResourceDefinition" {
                return Ok(());
            }
            // Containers are found wherever they are, then by specification. One that is in both is changed twice, as
            // kustomize does it: a `tagSuffix` is there twice then.
            let json = &mut resource.json;
            let changed = change
                .containers(json)
                .and_then(|()| ways.apply(json, Make::Nothing, &mut |value| change.set(value)));
            changed.map_err(|why| Error::object(resource, why))
        })?;
        if !change.is_used.into_inner() {
            notes.idle.push(self.is_unknown(set));
        }
        Ok(())
    }

    /// A sentence about an image that no object has.
    fn is_unknown(&self, set: &ResourceSet) -> String {
        let mut names = BTreeSet::new();
        for resource in set.list() {
            names_below(&resource.json, &mut names);
        }
        let Image { name, at, .. } = &self.image;
        let meant = nearest(name, names)
            .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        format!("{at}: no container has the image `{name}`{meant}")
    }

    /// The name is a regular expression, and a tag and a digest may follow.
    fn pattern(&self) -> Result<Regex, Error> {
        let Image { name, at, .. } = &self.image;
        let rest = "(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?";
        Regex::new(&format!("^{name}{rest}$")).map_err(|_| {
            let what = format!("the name `{name}` of an image is not a regular expression");
            Error::at(at, what)
        })
    }
}

/// Names of images in fields that are called so.
fn names_below<'v>(value: &'v Value, names: &mut BTreeSet<&'v str>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(image)) = fields.get("image") {
                names.insert(split(image).0);
            }
            fields.values().for_each(|value| names_below(value, names));
        }
        Value::Array(items) => items.iter().for_each(|item| names_below(item, names)),
        _ => {}
    }
}

struct Change<'i> {
    image: &'i Image,
    pattern: Regex,
    is_used: AtomicBool,
}

impl Change<'_> {
    /// Changes the images of all containers below a value.
    fn containers(&self, value: &mut Value) -> Result<(), String> {
        match value {
            Value::Object(fields) => fields.iter_mut().try_for_each(|(key, value)| {
                self.containers(value)?;
                match (key.as_str(), value) {
                    ("containers" | "initContainers", Value::Array(items)) => {
                        items.iter_mut().try_for_each(|item| self.container(item))
                    }
                    _ => Ok(()),
                }
            }),
            Value::Array(items) => items.iter_mut().try_for_each(|item| self.containers(item)),
            _ => Ok(()),
        }
    }

    fn container(&self, container: &mut Value) -> Result<(), String> {
        match container {
            Value::Object(fields) => match fields.get_mut("image") {
                Some(image) => self.set(image),
                None => Ok(()),
            },
            Value::Null => Ok(()),
            other => Err(format!("a container is {}, not a mapping", kind_of(other))),
        }
    }

    fn set(&self, value: &mut Value) -> Result<(), String> {
        match &*value {
            Value::String(old) => {
                if self.pattern.is_match(old) {
                    self.is_used.store(true, Ordering::Relaxed);
                    *value = self.changed(old).into();
                }
                Ok(())
            }
            Value::Object(_) | Value::Array(_) => {
                Err(format!("an image is {}, not a text", kind_of(value)))
            }
            _ => Ok(()),
        }
    }

    fn changed(&self, old: &str) -> String {
        let new = self.image;
        let (name, mut tag, mut digest) = split(old);
        let name = if new.new_name.is_empty() {
            name
        } else {
            &new.new_name
        };
        let with_suffix;
        if !new.new_tag.is_empty() || !new.digest.is_empty() {
            (tag, digest) = (&new.new_tag, &new.digest);
        } else if !new.tag_suffix.is_empty() {
            with_suffix = format!("{tag}{}", new.tag_suffix);
            (tag, digest) = (&with_suffix, "");
        }
        let mut changed = name.to_owned();
        for (mark, part) in [(':', tag), ('@', digest)] {
            if !part.is_empty() {
                changed.push(mark);
                changed.push_str(part);
            }
        }
        changed
    }
}

/// Name, tag and digest of an image; what stands before the first slash is a host, whose port is no tag.
fn split(image: &str) -> (&str, &str, &str) {
    let host = image.find('/').unwrap_or(0);
    let path = &image[host..];
    let (path_end, digest) = match path.find('@') {
        Some(at) => (host + at, &image[host + at + 1..]),
        None => (image.len(), ""),
    };
    match image[host..path_end].find(':') {
        Some(colon) => {
            let name_end = host + colon;
            (&image[..name_end], &image[name_end + 1..path_end], digest)
        }
        None => (&image[..path_end], "", digest),
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn images_fall_apart() {
        for (image, parts) in [
            ("nginx", ("nginx", "", "")),
            ("nginx:1.2", ("nginx", "1.2", "")),
            ("nginx@sha256:1", ("nginx", "", "sha256:1")),
            ("nginx:1.2@sha256:1", ("nginx", "1.2", "sha256:1")),
            ("h:1/a/b", ("h:1/a/b", "", "")),
            ("h:1/a/b:2@sha256:3", ("h:1/a/b", "2", "sha256:3")),
            ("/a:1", ("/a", "1", "")),
        ] {
            assert_eq!(split(image), parts, "{image}");
        }
    }
}
