//! Roles.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Error;
use super::object::{Meta, object};
use super::resources;
use super::selector::is_value;

pub(super) const RBAC: &str = "rbac.authorization.k8s.io";
pub(super) const RBAC_V1: &str = "rbac.authorization.k8s.io/v1";
/// Verbs that something in Kubernetes understands.
const VERBS: [&str; 14] = [
    "*",
    "get",
    "delete",
    "list",
    "create",
    "update",
    "patch",
    "watch",
    "proxy",
    "deletecollection",
    "use",
    "bind",
    "escalate",
    "impersonate",
];
/// Verbs of URLs that are no resources.
const URL_VERBS: [&str; 8] = [
    "*", "get", "post", "put", "delete", "patch", "head", "options",
];
/// Verbs that mean something for a few resources only: group and resource.
const SPECIAL: [(&str, &[(&str, &str)]); 4] = [
    (
        "use",
        &[
            ("policy", "podsecuritypolicies"),
            ("extensions", "podsecuritypolicies"),
        ],
    ),
    ("bind", &[(RBAC, "roles"), (RBAC, "clusterroles")]),
    ("escalate", &[(RBAC, "roles"), (RBAC, "clusterroles")]),
    (
        "impersonate",
        &[
            ("", "users"),
            ("", "serviceaccounts"),
            ("", "groups"),
            ("authentication.k8s.io", "userextras"),
        ],
    ),
];

/// What a role allows.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// Verbs.
    pub verbs: &'a [String],
    /// `RESOURCE[.GROUP][/SUBRESOURCE]` each.
    pub resources: &'a [String],
    /// Names of objects; of all if there are none.
    pub names: &'a [String],
}

/// What a ClusterRole allows.
#[derive(Debug, Clone, Copy)]
pub struct ClusterRules<'a> {
    /// As in a Role.
    pub rules: Rules<'a>,
    /// Paths that are no resources.
    pub urls: &'a [String],
}

/// `KEY=VALUE` each: labels of the ClusterRoles that a ClusterRole is made of.
pub type Aggregation<'a> = &'a [String];

/// A Role, and what may be wrong with it.
pub fn role(meta: Meta<'_>, rules: &Rules<'_>) -> Result<(Value, Vec<String>), Error> {
    let metadata = meta.any_name()?;
    if rules.resources.is_empty() {
        return Err(Error::value(
            "--resource",
            "at least one resource is needed",
        ));
    }
    let mut role = object(RBAC_V1, "Role", metadata);
    role.insert("rules".to_owned(), policy(rules)?.into());
    Ok((role.into(), doubts(rules)))
}

/// A ClusterRole, and what may be wrong with it.
pub fn cluster_role(
    name: &str,
    of: &ClusterRules<'_>,
    aggregation: Aggregation<'_>,
) -> Result<(Value, Vec<String>), Error> {
    let rules = &of.rules;
    let meta = Meta {
        name,
        namespace: None,
    };
    let mut role = object(RBAC_V1, "ClusterRole", meta.any_name()?);
    if !aggregation.is_empty() {
        let lists = [rules.verbs, rules.resources, rules.names, of.urls];
        if lists.iter().any(|list| !list.is_empty()) {
            return Err(Error::value(
                "--aggregation-rule",
                "a role is either made of others or has rules",
            ));
        }
        role.insert(
            "aggregationRule".to_owned(),
            json!({ "clusterRoleSelectors": [{ "matchLabels": labels(aggregation)? }] }),
        );
        role.insert("rules".to_owned(), Value::Null);
        return Ok((role.into(), Vec::new()));
    }
    if rules.resources.is_empty() && of.urls.is_empty() {
        return Err(Error::value(
            "--resource",
            "a resource or a `--non-resource-url` is needed",
        ));
    }
    let mut policy = policy(rules)?;
    if !of.urls.is_empty() {
        let verbs = unique_verbs(rules.verbs)?;
        if let Some(verb) = verbs.iter().find(|verb| !URL_VERBS.contains(verb)) {
            return Err(Error::value(
                "--verb",
                format!("`{verb}` is no verb of a `--non-resource-url`"),
            ));
        }
        let urls = unique(of.urls);
        if let Some(url) = urls.iter().find(|url| !is_url(url)) {
            return Err(Error::value(
                "--non-resource-url",
                format!("`{url}` does not begin with `/`, or has a `*` before its end"),
            ));
        }
        policy.push(json!({ "nonResourceURLs": urls, "verbs": verbs }));
    }
    role.insert("rules".to_owned(), policy.into());
    let doubts = if rules.resources.is_empty() {
        Vec::new()
    } else {
        doubts(rules)
    };
    Ok((role.into(), doubts))
}

fn is_url(url: &str) -> bool {
    let body = url.strip_suffix('*').unwrap_or(url);
    url == "*" || (url.starts_with('/') && !body.contains('*'))
}

fn labels(pairs: &[String]) -> Result<Map<String, Value>, Error> {
    let mut labels = Map::new();
    for text in pairs {
        let pair = text
            .split_once('=')
            .filter(|(key, value)| !key.is_empty() && is_value(value));
        let (key, value) = pair.ok_or_else(|| {
            Error::value("--aggregation-rule", format!("`{text}` is not `KEY=VALUE`"))
        })?;
        labels.insert(key.to_owned(), value.into());
    }
    Ok(labels)
}

fn unique(list: &[String]) -> Vec<&str> {
    let mut unique: Vec<&str> = Vec::new();
    for item in list {
        if !unique.contains(&item.as_str()) {
            unique.push(item);
        }
    }
    unique
}

fn unique_verbs(verbs: &[String]) -> Result<Vec<&str>, Error> {
    if verbs.is_empty() {
        return Err(Error::value("--verb", "at least one verb is needed"));
    }
    if verbs.iter().any(|verb| verb == "*") {
        return Ok(vec!["*"]);
    }
    Ok(unique(verbs))
}

fn doubts(rules: &Rules<'_>) -> Vec<String> {
    let unknown = unique(rules.verbs)
        .into_iter()
        .filter(|verb| !VERBS.contains(verb));
    unknown
        .map(|verb| format!("`{verb}` is no verb of Kubernetes itself"))
        .collect()
}

/// One rule for each API group.
fn policy(rules: &Rules<'_>) -> Result<Vec<Value>, Error> {
    let verbs = unique_verbs(rules.verbs)?;
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let everything = rules.resources.iter().any(|resource| resource == "*");
    let all = ["*".to_owned()];
    for text in if everything { &all } else { rules.resources } {
        let (group, resource) = resource(text, &verbs)?;
        let of_group = groups.entry(group).or_default();
        if !of_group.contains(&resource) {
            of_group.push(resource);
        }
    }
    let names = unique(rules.names);
    let rule = |(group, resources): (String, Vec<String>)| {
        let mut rule = Map::new();
        rule.insert("apiGroups".to_owned(), json!([group]));
        if !names.is_empty() {
            rule.insert("resourceNames".to_owned(), json!(names));
        }
        rule.insert("resources".to_owned(), json!(resources));
        rule.insert("verbs".to_owned(), json!(verbs));
        Value::Object(rule)
    };
    Ok(groups.into_iter().map(rule).collect())
}

fn resource(text: &str, verbs: &[&str]) -> Result<(String, String), Error> {
    let (path, sub) = text
        .split_once('/')
        .map_or((text, None), |(path, sub)| (path, Some(sub)));
    let (name, group) = path
        .split_once('.')
        .map_or((path, None), |(name, group)| (name, Some(group)));
    if name.is_empty() {
        return Err(Error::value(
            "--resource",
            format!("`{text}` names no resource"),
        ));
    }
    let special = SPECIAL.iter().find(|(verb, _)| verbs.contains(verb));
    let (group, plural) = if name == "*" {
        (group.unwrap_or_default().to_owned(), name.to_owned())
    } else {
        let virtual_one =
            special.is_some_and(|(_, of)| of.contains(&(group.unwrap_or_default(), name)));
        match resources::find(name, group) {
            Some(found) => found,
            // Users and groups are no resources, but can be impersonated.
            None if virtual_one => (group.unwrap_or_default().to_owned(), name.to_owned()),
            None => return Err(Error::UnknownResource(name.to_owned())),
        }
    };
    if let Some((verb, of)) = special
        && name != "*"
        && !of.contains(&(group.as_str(), plural.as_str()))
    {
        let known: Vec<&str> = of.iter().map(|(_, resource)| *resource).collect();
        return Err(Error::value(
            "--verb",
            format!("`{verb}` is for {} only", known.join(", ")),
        ));
    }
    let resource = match sub {
        Some(sub) => format!("{plural}/{sub}"),
        None => plural,
    };
    Ok((group, resource))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(list: &[&str]) -> Vec<String> {
        list.iter().map(|text| (*text).to_owned()).collect()
    }

    fn rules(verbs: &[&str], resources: &[&str]) -> Result<(Value, Vec<String>), Error> {
        let meta = Meta {
            name: "r",
            namespace: None,
        };
        let (verbs, resources) = (texts(verbs), texts(resources));
        let rules = Rules {
            verbs: &verbs,
            resources: &resources,
            names: &[],
        };
        role(meta, &rules).map(|(role, doubts)| (role["rules"].clone(), doubts))
    }

    #[test]
    fn resources_are_grouped() {
        let (rules, doubts) = rules(
            &["get", "get", "sing"],
            &["deploy", "pods/log", "po", "things.x.io"],
        )
        .unwrap();
        assert_eq!(
            rules,
            json!([
                { "apiGroups": [""], "resources": ["pods/log", "pods"], "verbs": ["get", "sing"] },
                { "apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "sing"] },
                { "apiGroups": ["x.io"], "resources": ["things"], "verbs": ["get", "sing"] },
            ])
        );
        assert_eq!(doubts, ["`sing` is no verb of Kubernetes itself"]);
    }

    #[test]
    fn verbs_fit_their_resources() {
        assert!(rules(&["impersonate"], &["users"]).is_ok());
        assert!(rules(&["bind"], &["clusterroles"]).is_ok());
        let error = rules(&["bind"], &["pods"]).unwrap_err().to_string();
        assert_eq!(error, "`--verb`: `bind` is for roles, clusterroles only");
        assert_eq!(
            rules(&["get"], &["users"]),
            Err(Error::UnknownResource("users".to_owned()))
        );
        assert!(rules(&[], &["pods"]).is_err() && rules(&["get"], &[]).is_err());
    }
}
