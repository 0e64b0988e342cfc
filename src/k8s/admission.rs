//! Who else is asked before an object is stored: webhooks and policies of admission.

use futures_util::future::try_join_all;
use serde_json::Value;

use super::api::Api;
use super::discovery::{Discovery, Resource};
use super::error::Error;
use super::live::{Extent, list};

const GROUP: &str = "admissionregistration.k8s.io";

/// Kinds that have rules, each with the versions that may be served.
const KINDS: [(&str, &[&str]); 4] = [
    ("MutatingWebhookConfiguration", &["v1"]),
    ("ValidatingWebhookConfiguration", &["v1"]),
    ("MutatingAdmissionPolicy", &["v1", "v1beta1", "v1alpha1"]),
    ("ValidatingAdmissionPolicy", &["v1", "v1beta1"]),
];

/// Whether objects of a group have a say in what is stored.
pub fn has_rules(group: &str) -> bool {
    group == GROUP
}

/// Resources that a webhook or policy is asked about.
#[derive(Debug, Default)]
pub struct Guards {
    /// Groups and plural names; `*` is any.
    rules: Vec<(Vec<String>, Vec<String>)>,
}

impl Guards {
    /// Asks the server for all of them: one list for each kind that it has.
    pub async fn fetch(api: &Api, known: &Discovery) -> Result<Self, Error> {
        let served = KINDS.iter().filter_map(|(kind, versions)| {
            let mut found = versions
                .iter()
                .map(|version| known.find(&format!("{GROUP}/{version}"), kind));
            found.find_map(Result::ok)
        });
        let lists = served.map(|resource| list(api, resource, None, "", Extent::Whole));
        let found = try_join_all(lists).await?;
        Ok(Self::of(found.iter().flatten()))
    }

    fn of<'v>(configurations: impl Iterator<Item = &'v Value>) -> Self {
        let mut rules = Vec::new();
        for configuration in configurations {
            let hooks = configuration["webhooks"].as_array().into_iter().flatten();
            let of_hooks = hooks.map(|hook| &hook["rules"]);
            let of_policy = configuration.pointer("/spec/matchConstraints/resourceRules");
            let lists = of_hooks.chain(of_policy).filter_map(Value::as_array);
            rules.extend(
                lists
                    .flatten()
                    .map(|rule| (texts(&rule["apiGroups"]), texts(&rule["resources"]))),
            );
        }
        Self { rules }
    }

    /// Whether somebody may be asked about objects of a resource.
    pub fn watch(&self, resource: &Resource) -> bool {
        let group = resource.api_version.rsplit_once('/');
        let group = group.map_or("", |(group, _)| group);
        self.rules.iter().any(|(groups, resources)| {
            let names = |name: &String| name.starts_with('*') || *name == resource.plural;
            groups.iter().any(|name| name == "*" || name == group) && resources.iter().any(names)
        })
    }
}

fn texts(list: &Value) -> Vec<String> {
    let items = list.as_array().into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn resource(api_version: &str, plural: &str) -> Resource {
        Resource {
            api_version: api_version.to_owned(),
            plural: plural.to_owned(),
            namespaced: true,
        }
    }

    #[test]
    fn rules_name_what_is_watched() {
        let all = [
            json!({ "webhooks": [{ "rules": [{ "apiGroups": ["apps"], "resources": ["deployments", "deployments/scale"] }] }, {}] }),
            json!({ "spec": { "matchConstraints": { "resourceRules": [{ "apiGroups": [""], "resources": ["*"] }] } } }),
        ];
        let guards = Guards::of(all.iter());
        for (api_version, plural, watched) in [
            ("apps/v1", "deployments", true),
            ("apps/v1", "daemonsets", false),
            ("v1", "configmaps", true),
            ("batch/v1", "jobs", false),
        ] {
            let found = guards.watch(&resource(api_version, plural));
            assert_eq!(found, watched, "{plural}");
        }
        let any =
            [json!({ "webhooks": [{ "rules": [{ "apiGroups": ["*"], "resources": ["*/*"] }] }] })];
        assert!(Guards::of(any.iter()).watch(&resource("batch/v1", "jobs")));
    }
}
