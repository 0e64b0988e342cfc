//! Namespaces, and kinds that set limits.

use serde_json::{Map, Value, json};

use super::object::{LABEL_RULE, Meta, is_label, number_or_text, object};
use super::quantity::canonical;
use super::{Error, selector};

/// Values that users may give a PriorityClass; above are those of the system.
const MAX_PRIORITY: i32 = 1_000_000_000;

/// A Namespace.
pub fn namespace(name: &str) -> Result<Value, Error> {
    if !is_label(name) {
        return Err(Error::value("NAME", LABEL_RULE));
    }
    let meta = Meta {
        name,
        namespace: None,
    };
    let mut namespace = object("v1", "Namespace", meta.json()?);
    namespace.insert("spec".to_owned(), json!({}));
    namespace.insert("status".to_owned(), json!({}));
    Ok(namespace.into())
}

/// What a PodDisruptionBudget allows.
#[derive(Debug, Clone, Copy)]
pub enum Budget<'a> {
    /// So many stay: a number or a percentage.
    MinAvailable(&'a str),
    /// So many may go: a number or a percentage.
    MaxUnavailable(&'a str),
}

/// A PodDisruptionBudget.
pub fn disruption_budget(meta: Meta<'_>, pods: &str, budget: Budget<'_>) -> Result<Value, Error> {
    let (flag, key, text) = match budget {
        Budget::MinAvailable(text) => ("--min-available", "minAvailable", text),
        Budget::MaxUnavailable(text) => ("--max-unavailable", "maxUnavailable", text),
    };
    let digits = text.strip_suffix('%').unwrap_or(text);
    if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit()) {
        return Err(Error::value(
            flag,
            format!("`{text}` is no number or percentage"),
        ));
    }
    let mut spec = Map::new();
    spec.insert(key.to_owned(), number_or_text(text));
    spec.insert("selector".to_owned(), selector::parse(pods)?);
    let mut object = object("policy/v1", "PodDisruptionBudget", meta.json()?);
    object.insert("spec".to_owned(), spec.into());
    object.insert(
        "status".to_owned(),
        json!({ "currentHealthy": 0, "desiredHealthy": 0, "disruptionsAllowed": 0, "expectedPods": 0 }),
    );
    Ok(object.into())
}

/// `priorityclass`.
#[derive(Debug, Clone, Copy)]
pub struct Priority<'a> {
    /// The priority; more is earlier.
    pub value: i32,
    /// It is that of pods that name none.
    pub global_default: bool,
    /// What it is for.
    pub description: &'a str,
    /// `PreemptLowerPriority` or `Never`.
    pub preemption_policy: &'a str,
}

/// A PriorityClass.
pub fn priority_class(name: &str, of: &Priority<'_>) -> Result<Value, Error> {
    if of.value > MAX_PRIORITY {
        return Err(Error::value(
            "--value",
            format!("values above {MAX_PRIORITY} are the system's"),
        ));
    }
    if name.starts_with("system-") {
        return Err(Error::value(
            "NAME",
            "names that begin with `system-` are the system's",
        ));
    }
    let meta = Meta {
        name,
        namespace: None,
    };
    let mut class = object("scheduling.k8s.io/v1", "PriorityClass", meta.json()?);
    if !of.description.is_empty() {
        class.insert("description".to_owned(), of.description.into());
    }
    if of.global_default {
        class.insert("globalDefault".to_owned(), true.into());
    }
    class.insert("preemptionPolicy".to_owned(), of.preemption_policy.into());
    class.insert("value".to_owned(), of.value.into());
    Ok(class.into())
}

/// A ResourceQuota. `hard` are `RESOURCE=QUANTITY` each.
pub fn quota(meta: Meta<'_>, hard: &[String], scopes: &[String]) -> Result<Value, Error> {
    let mut limits = Map::new();
    for text in hard {
        let broken = || Error::value("--hard", format!("`{text}` is not `RESOURCE=QUANTITY`"));
        let (resource, quantity) = text.split_once('=').ok_or_else(broken)?;
        let quantity = canonical(quantity).filter(|_| !resource.is_empty());
        limits.insert(resource.to_owned(), quantity.ok_or_else(broken)?.into());
    }
    if scopes.iter().any(String::is_empty) {
        return Err(Error::value("--scopes", "a scope is empty"));
    }
    let mut spec = Map::new();
    if !limits.is_empty() {
        spec.insert("hard".to_owned(), limits.into());
    }
    if !scopes.is_empty() {
        spec.insert("scopes".to_owned(), json!(scopes));
    }
    let mut quota = object("v1", "ResourceQuota", meta.json()?);
    quota.insert("spec".to_owned(), spec.into());
    quota.insert("status".to_owned(), json!({}));
    Ok(quota.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const META: Meta<'_> = Meta {
        name: "x",
        namespace: Some("demo"),
    };

    #[test]
    fn budgets_are_numbers_or_percentages() {
        let made = disruption_budget(META, "a=b", Budget::MinAvailable("50%")).unwrap();
        assert_eq!(made["spec"]["minAvailable"], "50%");
        assert_eq!(made["metadata"]["namespace"], "demo");
        let made = disruption_budget(META, "a=b", Budget::MaxUnavailable("1")).unwrap();
        assert_eq!(made["spec"]["maxUnavailable"], 1);
        for text in ["", "%", "1Gi", "-1"] {
            assert!(disruption_budget(META, "a=b", Budget::MinAvailable(text)).is_err());
        }
    }

    #[test]
    fn quotas_name_what_they_cannot_read() {
        let error = quota(META, &["cpu".to_owned()], &[]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`--hard`: `cpu` is not `RESOURCE=QUANTITY`"
        );
        assert!(quota(META, &["cpu=x".to_owned()], &[]).is_err());
        assert!(quota(META, &[], &[String::new()]).is_err());
    }
}
