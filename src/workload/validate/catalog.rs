//! Kinds and their schemas.

use std::collections::HashMap;
use std::io;

use serde_json::Value as Json;

use super::compile::Compiler;
use super::crd::{self, Custom};
use super::name::Names;
use super::openapi::Kinds;
use super::release::Release;
use super::schema::{Definitions, Schema};
use crate::text::nearest;

/// All kinds that are known.
#[derive(Debug, Default)]
pub struct Catalog {
    pub(super) definitions: Definitions,
    kinds: HashMap<String, HashMap<String, Root>>,
    /// The schemas are for a release that does not know all forms of text.
    pub(super) before_1_34: bool,
    notices: Notices,
}

/// What is not checked although a schema asks for it.
#[derive(Debug, Default)]
struct Notices {
    unread_patterns: Vec<String>,
    rules: usize,
}

/// How to check objects of one kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Root {
    /// Its definition.
    pub(super) place: usize,
    /// Whether it lives in namespaces.
    pub(super) namespaced: bool,
    /// Which names its objects may have.
    pub(super) names: Names,
    /// Its status is ignored by who creates it.
    pub(super) status: bool,
}

impl Catalog {
    /// The kinds of a bundled release.
    pub fn bundled(release: Release) -> io::Result<Self> {
        let mut catalog = Self {
            before_1_34: release.is_before_1_34(),
            ..Self::default()
        };
        catalog.add(release.unpack()?, release.is_before_1_36());
        Ok(catalog)
    }

    /// The kinds of a server.
    pub fn of(documents: impl IntoIterator<Item = Kinds>) -> Self {
        let mut catalog = Self::default();
        for document in documents {
            catalog.add(document, false);
        }
        catalog
    }

    fn add(&mut self, document: Kinds, before_1_36: bool) {
        let mut compiler = Compiler::new(&mut self.definitions, self.before_1_34);
        for (name, schema) in &document.definitions {
            compiler.define(name, schema);
        }
        self.notices.add(&compiler.into());
        for (api_version, kinds) in document.kinds {
            for (kind, described) in kinds {
                let place = self.definitions.place(&described.definition);
                let native = self.definitions.at(place).native;
                let root = Root {
                    place,
                    namespaced: described.namespaced,
                    names: if native {
                        Names::of(group(&api_version), &kind, before_1_36)
                    } else {
                        Names::Subdomain
                    },
                    status: native || described.status,
                };
                self.insert(&api_version, kind, root);
            }
        }
    }

    /// Adds what a `CustomResourceDefinition` defines.
    pub(super) fn add_custom(&mut self, definition: &Json) {
        for custom in crd::customs(definition) {
            let Custom {
                api_version,
                kind,
                namespaced,
                status,
                schema,
            } = custom;
            let name = format!("{api_version} {kind}");
            let mut compiler = Compiler::new(&mut self.definitions, self.before_1_34);
            let place = compiler.define(&name, &schema);
            self.notices.add(&compiler.into());
            let root = Root {
                place,
                namespaced,
                names: Names::Subdomain,
                status,
            };
            self.insert(&api_version, kind, root);
        }
    }

    fn insert(&mut self, api_version: &str, kind: String, root: Root) {
        self.kinds
            .entry(api_version.to_owned())
            .or_default()
            .insert(kind, root);
    }

    /// How to check a kind.
    pub(super) fn find(&self, api_version: &str, kind: &str) -> Option<Root> {
        self.kinds.get(api_version)?.get(kind).copied()
    }

    /// The schema of a kind.
    pub(super) fn schema(&self, root: Root) -> (&Schema, bool) {
        let definition = self.definitions.at(root.place);
        (&definition.schema, definition.native)
    }

    /// What may have been meant by a kind that is not known.
    pub(super) fn suggest(&self, api_version: &str, kind: &str) -> Option<String> {
        let other = self
            .kinds
            .iter()
            .filter(|(_, kinds)| kinds.contains_key(kind));
        // Of several versions, the one in the same group is more likely than any other.
        let other = other.max_by_key(|(version, _)| {
            (
                group(version) == group(api_version),
                std::cmp::Reverse(version.len()),
            )
        });
        if let Some((version, _)) = other {
            return Some(format!("did you mean `apiVersion: {version}`?"));
        }
        let kinds = self.kinds.get(api_version)?.keys().map(String::as_str);
        Some(format!("did you mean `kind: {}`?", nearest(kind, kinds)?))
    }

    /// What is not checked although a schema asks for it, for people.
    pub(super) fn notices(&self) -> Vec<String> {
        let Notices {
            unread_patterns,
            rules,
        } = &self.notices;
        let rules = (*rules > 0).then(|| {
            "rules in CEL (`x-kubernetes-validations`) are not evaluated; the API server does that".to_owned()
        });
        let patterns = unread_patterns
            .iter()
            .map(|pattern| format!("the pattern `{pattern}` of a definition is not evaluated"));
        rules.into_iter().chain(patterns).collect()
    }
}

impl Notices {
    fn add(&mut self, more: &Notices) {
        self.rules += more.rules;
        self.unread_patterns
            .extend_from_slice(&more.unread_patterns);
    }
}

impl From<Compiler<'_>> for Notices {
    fn from(compiler: Compiler<'_>) -> Self {
        Self {
            unread_patterns: compiler.unread_patterns,
            rules: compiler.rules,
        }
    }
}

/// The group of an `apiVersion`; empty for the core group.
pub(super) fn group(api_version: &str) -> &str {
    api_version.rsplit_once('/').map_or("", |(group, _)| group)
}
