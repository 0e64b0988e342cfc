//! What a kind is called.

use super::super::name::rfc1035_label;
use super::super::path::Step;
use super::part::Part;
use super::{Rule, Walk};

impl<'a> Walk<'a, '_> {
    pub(super) fn names(&mut self, names: Part<'a>) {
        for key in ["plural", "kind"] {
            if names.text(key).is_empty() {
                self.wrong(names, key, "must not be empty");
            }
        }
        for key in ["plural", "singular"] {
            self.label(names, key, names.text(key));
        }
        // Kinds may have capitals, but are names otherwise.
        for key in ["kind", "listKind"] {
            self.label(names, key, &names.text(key).to_lowercase());
        }
        if !names.text("kind").is_empty() && names.text("kind") == names.text("listKind") {
            self.wrong(names, "listKind", "must not be the same as `kind`");
        }
        for key in ["shortNames", "categories"] {
            self.each(names, key, |walk, name| {
                if let Some(why) = name.0.as_str().and_then(rfc1035_label) {
                    walk.check.report(name.0.at, Rule::Definition, why);
                }
            });
        }
    }

    /// A DNS label that begins with a letter, if it is there.
    pub(super) fn label(&mut self, part: Part<'a>, key: &'a str, text: &str) {
        if let Some(why) = rfc1035_label(text).filter(|_| !text.is_empty()) {
            self.wrong(part, key, why);
        }
    }

    /// A path such as `.spec.replicas`; whether it is one.
    pub(super) fn path(&mut self, part: Part<'a>, key: &'a str) -> bool {
        let path = part.text(key);
        let fits = path.starts_with('.');
        if !fits {
            self.wrong(part, key, "must be a path that begins with `.`");
        }
        fits
    }

    /// Reports something about the value that the path leads to.
    pub(super) fn here(&mut self, part: Part<'a>, why: impl Into<String>) {
        self.check.report(part.0.at, Rule::Definition, why.into());
    }

    /// Reports a key that must not be there.
    pub(super) fn forbidden(&mut self, part: Part<'a>, key: &'a str, why: impl Into<String>) {
        let entry = part.0.entries().iter().find(|entry| entry.key == key);
        let at = entry.map_or(part.0.at, |entry| entry.key_at);
        self.check.within(Step::Key(key), |check| {
            check.report(at, Rule::Definition, why.into());
        });
    }
}
