//! Accounts, and who has which role.

use serde_json::{Value, json};

use super::Error;
use super::access::{RBAC, RBAC_V1};
use super::object::{Meta, object};

/// A ServiceAccount.
pub fn service_account(meta: Meta<'_>) -> Result<Value, Error> {
    Ok(object("v1", "ServiceAccount", meta.json()?).into())
}

/// Who has a role.
#[derive(Debug, Clone, Copy)]
pub struct Binding<'a> {
    /// `Role` or `ClusterRole`, and its name.
    pub role: (&'static str, &'a str),
    /// Names of users.
    pub users: &'a [String],
    /// Names of groups.
    pub groups: &'a [String],
    /// `NAMESPACE:NAME` each.
    pub accounts: &'a [String],
}

/// A RoleBinding.
pub fn role_binding(meta: Meta<'_>, of: &Binding<'_>) -> Result<Value, Error> {
    bind("RoleBinding", meta, of)
}

/// A ClusterRoleBinding.
pub fn cluster_role_binding(name: &str, of: &Binding<'_>) -> Result<Value, Error> {
    let meta = Meta {
        name,
        namespace: None,
    };
    bind("ClusterRoleBinding", meta, of)
}

fn bind(kind: &str, meta: Meta<'_>, of: &Binding<'_>) -> Result<Value, Error> {
    let subject = |kind: &'static str| move |name: &String| json!({ "apiGroup": RBAC, "kind": kind, "name": name });
    let mut subjects: Vec<Value> = of.users.iter().map(subject("User")).collect();
    subjects.extend(of.groups.iter().map(subject("Group")));
    for text in of.accounts {
        let pair = text.split_once(':').filter(|(namespace, name)| {
            !namespace.is_empty() && !name.is_empty() && !name.contains(':')
        });
        let (namespace, name) = pair.ok_or_else(|| {
            Error::value(
                "--serviceaccount",
                format!("`{text}` is not `NAMESPACE:NAME`"),
            )
        })?;
        subjects.push(json!({ "kind": "ServiceAccount", "name": name, "namespace": namespace }));
    }
    let mut binding = object(RBAC_V1, kind, meta.any_name()?);
    let (kind, name) = of.role;
    binding.insert(
        "roleRef".to_owned(),
        json!({ "apiGroup": RBAC, "kind": kind, "name": name }),
    );
    if !subjects.is_empty() {
        binding.insert("subjects".to_owned(), subjects.into());
    }
    Ok(binding.into())
}
