//! Definitions of kinds, beyond their schema: what the API server refuses of a `CustomResourceDefinition`.
//!
//! Names, versions and conversion are checked here and in `names` and `version`; schemas must be structural (`schema`,
//! `nested`), and what they have as default must be valid (`defaults`). Rules in CEL are not looked into.

mod defaults;
mod lists;
mod names;
mod nested;
mod part;
mod schema;
mod version;

use std::collections::BTreeSet;

use super::check::Check;
use super::finding::Rule;
use super::path::Step;
use crate::yaml::Node;
use part::Part;

/// Versions of `ConversionReview` that a webhook may speak.
const REVIEWS: [&str; 2] = ["v1", "v1beta1"];

/// Where groups of Kubernetes say who approved an API.
const APPROVED: &str = "api-approved.kubernetes.io";

/// Checks a definition whose fields have the right types.
pub(super) fn check<'a>(check: &mut Check<'a>, node: &'a Node, before_1_34: bool) {
    let mut walk = Walk {
        check,
        before_1_34,
        unheard: BTreeSet::new(),
        name: Part(node)
            .child("metadata")
            .map_or("", |metadata| metadata.text("name")),
    };
    walk.definition(Part(node));
}

/// A walk through one definition.
struct Walk<'a, 'c> {
    check: &'c mut Check<'a>,
    before_1_34: bool,
    /// Forms of text that nobody knows and that were mentioned.
    unheard: BTreeSet<&'a str>,
    /// Its name.
    name: &'a str,
}

impl<'a> Walk<'a, '_> {
    /// Something is wrong with the value of a field, or with a field that is missing.
    fn wrong(&mut self, part: Part<'a>, key: &'a str, why: impl Into<String>) {
        let at = part.get(key).map_or(part.0.at, |value| value.at);
        self.check.within(Step::Key(key), |check| {
            check.report(at, Rule::Definition, why.into());
        });
    }

    /// Does something with the value of a field, if there is one.
    fn inside(&mut self, part: Part<'a>, key: &'a str, work: impl FnOnce(&mut Self, Part<'a>)) {
        if let Some(child) = part.get(key) {
            self.step(Step::Key(key), |walk| work(walk, Part(child)));
        }
    }

    /// Does something with each item of a list.
    fn each(&mut self, part: Part<'a>, key: &'a str, mut work: impl FnMut(&mut Self, Part<'a>)) {
        self.step(Step::Key(key), |walk| {
            for (index, item) in part.items(key).iter().enumerate() {
                walk.step(Step::Item(index), |walk| work(walk, Part(item)));
            }
        });
    }

    /// Does something with each value of a mapping.
    fn every(
        &mut self,
        part: Part<'a>,
        key: &'a str,
        mut work: impl FnMut(&mut Self, &'a str, Part<'a>),
    ) {
        self.step(Step::Key(key), |walk| {
            for entry in part.entries(key) {
                let name = entry.key.as_str();
                walk.step(Step::Key(name), |walk| work(walk, name, Part(&entry.value)));
            }
        });
    }

    fn step(&mut self, step: Step<'a>, work: impl FnOnce(&mut Self)) {
        self.check.path.push(step);
        work(self);
        self.check.path.pop();
    }

    fn definition(&mut self, definition: Part<'a>) {
        let Some(spec) = definition.child("spec") else {
            return;
        };
        let group = spec.text("group");
        let plural = spec.child("names").map_or("", |names| names.text("plural"));
        if let Some(metadata) = definition.child("metadata") {
            let wanted = format!("{plural}.{group}");
            if !self.name.is_empty() && !plural.is_empty() && self.name != wanted {
                self.step(Step::Key("metadata"), |walk| {
                    walk.wrong(
                        metadata,
                        "name",
                        format!("must be `{wanted}`: the plural name and the group"),
                    );
                });
            }
            self.approval(metadata, group);
        }
        self.inside(definition, "spec", Walk::spec);
    }

    /// Groups of Kubernetes itself are for APIs that were approved.
    fn approval(&mut self, metadata: Part<'a>, group: &str) {
        let protected = ["k8s.io", "kubernetes.io"].iter().any(|home| {
            group
                .strip_suffix(home)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        });
        if !protected {
            return;
        }
        let annotations = metadata.child("annotations");
        let approved = annotations.map_or("", |annotations| annotations.text(APPROVED));
        let is_address = approved.split_once("://").is_some_and(|(scheme, rest)| {
            !scheme.is_empty() && !rest.is_empty() && !rest.starts_with('/')
        });
        if is_address || approved.starts_with("unapproved") {
            return;
        }
        let why = format!(
            "the group `{group}` is for approved APIs: `{APPROVED}` must be the address of the approval, or begin with `unapproved`"
        );
        self.step(Step::Key("metadata"), |walk| match annotations {
            Some(annotations) => walk.step(Step::Key("annotations"), |walk| {
                walk.wrong(annotations, APPROVED, why);
            }),
            None => walk.wrong(metadata, "annotations", why),
        });
    }

    fn spec(&mut self, spec: Part<'a>) {
        let group = spec.text("group");
        if group.is_empty() {
            self.wrong(spec, "group", "must not be empty");
        } else if let Some(why) = super::name::dns_subdomain(group) {
            self.wrong(spec, "group", why);
        } else if !group.contains('.') {
            self.wrong(spec, "group", "must be a domain with a dot");
        }
        if !["Cluster", "Namespaced"].contains(&spec.text("scope")) {
            self.wrong(spec, "scope", "must be `Cluster` or `Namespaced`");
        }
        if spec.is("preserveUnknownFields") {
            self.wrong(
                spec,
                "preserveUnknownFields",
                "must be false; `x-kubernetes-preserve-unknown-fields` in schemas does that",
            );
        }
        self.inside(spec, "names", Self::names);
        self.inside(spec, "conversion", Self::conversion);
        self.versions(spec);
    }

    fn versions(&mut self, spec: Part<'a>) {
        let versions = || spec.items("versions").iter().map(Part);
        let stored = versions().filter(|version| version.is("storage")).count();
        if stored != 1 {
            let why = format!("exactly one version must have `storage: true`, {stored} have");
            self.wrong(spec, "versions", why);
        }
        let mut seen = BTreeSet::new();
        self.each(spec, "versions", |walk, version| {
            let name = version.text("name");
            if !seen.insert(name) {
                walk.wrong(
                    version,
                    "name",
                    format!("there is another version `{name}`"),
                );
            }
            walk.version(version);
        });
    }

    fn conversion(&mut self, conversion: Part<'a>) {
        match conversion.text("strategy") {
            "Webhook" => match conversion.child("webhook") {
                Some(_) => self.inside(conversion, "webhook", Self::webhook),
                None => self.wrong(
                    conversion,
                    "webhook",
                    "is missing, as the strategy is `Webhook`",
                ),
            },
            "None" => {
                if conversion.get("webhook").is_some() {
                    self.wrong(conversion, "webhook", "is only for the strategy `Webhook`");
                }
            }
            _ => self.wrong(conversion, "strategy", "must be `None` or `Webhook`"),
        }
    }

    fn webhook(&mut self, webhook: Part<'a>) {
        match webhook.child("clientConfig") {
            Some(client) if client.get("url").is_some() == client.get("service").is_some() => {
                self.wrong(
                    webhook,
                    "clientConfig",
                    "must have one of `url` and `service`",
                );
            }
            Some(_) => {}
            None => self.wrong(webhook, "clientConfig", "is missing"),
        }
        let reviews = webhook.items("conversionReviewVersions");
        if !reviews
            .iter()
            .filter_map(Node::as_str)
            .any(|version| REVIEWS.contains(&version))
        {
            let why = "must have one of `v1` and `v1beta1`";
            self.wrong(webhook, "conversionReviewVersions", why);
        }
    }
}
