//! Names, labels and annotations, which are text to every schema.

use super::check::Check;
use super::finding::Rule;
use super::name::{self, Complaint, Names};
use super::path::Step;
use crate::yaml::{Entry, Mark, Node, Value};

/// Bytes that all annotations of an object may have.
const ANNOTATIONS: usize = 256 << 10;

/// What holds for the metadata of objects and of templates of objects.
pub(super) fn check_any<'a>(check: &mut Check<'a>, metadata: &'a Node) {
    if let Some(labels) = metadata.get("labels") {
        check.within(Step::Key("labels"), |check| check_labels(check, labels));
    }
    let Some(annotations) = metadata.get("annotations") else {
        return;
    };
    check.within(Step::Key("annotations"), |check| {
        for entry in annotations.entries() {
            // Unlike those of labels, prefixes may have capitals here.
            complain(
                check,
                entry,
                entry.key_at,
                name::qualified(&entry.key.to_lowercase()),
            );
        }
        let size = |entry: &Entry| entry.key.len() + entry.value.as_str().map_or(0, str::len);
        if annotations.entries().iter().map(size).sum::<usize>() > ANNOTATIONS {
            let message = format!("have more than {ANNOTATIONS} bytes together");
            check.report(annotations.at, Rule::Label, message);
        }
    });
}

/// Labels that a selector asks for.
pub(super) fn check_selector<'a>(check: &mut Check<'a>, selector: &'a Node) {
    if let Some(labels) = selector.get("matchLabels") {
        check.within(Step::Key("matchLabels"), |check| {
            check_labels(check, labels);
        });
    }
}

fn check_labels<'a>(check: &mut Check<'a>, labels: &'a Node) {
    for entry in labels.entries() {
        complain(check, entry, entry.key_at, name::qualified(&entry.key));
        if let Value::String(value) = &entry.value.value
            && !check.is_sealed(&entry.value)
        {
            complain(check, entry, entry.value.at, name::label_value(value));
        }
    }
}

fn complain<'a>(check: &mut Check<'a>, entry: &'a Entry, at: Mark, complaint: Complaint) {
    if let Some(why) = complaint {
        check.within(Step::Key(&entry.key), |check| {
            check.report(at, Rule::Label, why);
        });
    }
}

/// What holds for the metadata of the object itself.
pub(super) fn check_root<'a>(
    check: &mut Check<'a>,
    object: &'a Node,
    names: Names,
    namespaced: bool,
) {
    let Some(metadata) = object
        .get("metadata")
        .filter(|metadata| !metadata.is_null())
    else {
        check.report(
            object.at,
            Rule::Required,
            "`metadata.name` is missing".to_owned(),
        );
        return;
    };
    check.within(Step::Key("metadata"), |check| {
        let text = |key| {
            metadata
                .get(key)
                .filter(|value: &&Node| value.as_str().is_some_and(|text| !text.is_empty()))
        };
        let (name, prefix) = (text("name"), text("generateName"));
        let present = |key| {
            metadata
                .get(key)
                .is_some_and(|value| !value.is_null() && value.as_str() != Some(""))
        };
        if !present("name") && !present("generateName") && names != Names::Own {
            check.report(metadata.at, Rule::Required, "`name` is missing".to_owned());
        }
        for (key, value, is_prefix) in [("name", name, false), ("generateName", prefix, true)] {
            let Some(value) = value else { continue };
            if check.is_sealed(value) || (is_prefix && name.is_some()) {
                continue;
            }
            let text = value.as_str().unwrap_or_default();
            if let Some(why) = names.check(text, is_prefix) {
                check.within(Step::Key(key), |check| {
                    check.report(value.at, Rule::Name, why);
                });
            }
        }
        if let Some(namespace) = text("namespace")
            && !check.is_sealed(namespace)
        {
            let wrong = if namespaced {
                name::dns_label(namespace.as_str().unwrap_or_default()).map(|why| (Rule::Name, why))
            } else {
                Some((
                    Rule::Namespace,
                    "objects of this kind are in no namespace".to_owned(),
                ))
            };
            if let Some((rule, why)) = wrong {
                check.within(Step::Key("namespace"), |check| {
                    check.report(namespace.at, rule, why);
                });
            }
        }
    });
}

/// An object inside of another one says what it is.
pub(super) fn check_embedded<'a>(check: &mut Check<'a>, object: &'a Node) {
    for key in ["apiVersion", "kind"] {
        match object.get(key) {
            None => check.report(object.at, Rule::Required, format!("`{key}` is missing")),
            Some(value) if value.as_str().is_none_or(str::is_empty) => {
                check.within(Step::Key(key), |check| {
                    check.report(
                        value.at,
                        Rule::Type,
                        "must be a non-empty string".to_owned(),
                    );
                });
            }
            Some(_) => {}
        }
    }
}
