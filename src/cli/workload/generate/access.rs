//! Roles and bindings.

use clap::{ArgGroup, Args};

use super::NamespacedName;

/// `role`
#[derive(Debug, Clone, Args)]
pub struct Role {
    /// Name and namespace.
    #[command(flatten)]
    pub name: NamespacedName,
    /// Verb that the role allows; may be repeated
    #[arg(
        long = "verb",
        value_name = "VERB,…",
        value_delimiter = ',',
        required = true
    )]
    pub verbs: Vec<String>,
    /// Resource that the role is about; may be repeated
    #[arg(
        long = "resource",
        value_name = "RESOURCE[.GROUP][/SUBRESOURCE],…",
        value_delimiter = ',',
        required = true
    )]
    pub resources: Vec<String>,
    /// Name of an object that the role is about [default: all]; may be repeated
    #[arg(long = "resource-name", value_name = "NAME")]
    pub names: Vec<String>,
}

/// `clusterrole`
#[derive(Debug, Clone, Args)]
pub struct ClusterRole {
    /// Name of the object
    pub name: String,
    /// Verb that the role allows; may be repeated
    #[arg(long = "verb", value_name = "VERB,…", value_delimiter = ',')]
    pub verbs: Vec<String>,
    /// Resource that the role is about; may be repeated
    #[arg(
        long = "resource",
        value_name = "RESOURCE[.GROUP][/SUBRESOURCE],…",
        value_delimiter = ','
    )]
    pub resources: Vec<String>,
    /// Name of an object that the role is about [default: all]; may be repeated
    #[arg(long = "resource-name", value_name = "NAME")]
    pub names: Vec<String>,
    /// Path of the API server that the role is about; may be repeated
    #[arg(
        long = "non-resource-url",
        value_name = "PATH,…",
        value_delimiter = ','
    )]
    pub urls: Vec<String>,
    /// Labels of the roles that this one is made of
    #[arg(
        long = "aggregation-rule",
        value_name = "KEY=VALUE,…",
        value_delimiter = ','
    )]
    pub aggregation: Vec<String>,
}

/// `rolebinding`
#[derive(Debug, Clone, Args)]
#[command(group = ArgGroup::new("bound").required(true))]
pub struct RoleBinding {
    /// Name and namespace.
    #[command(flatten)]
    pub name: NamespacedName,
    /// ClusterRole to give
    #[arg(long, value_name = "NAME", group = "bound")]
    pub clusterrole: Option<String>,
    /// Role to give
    #[arg(long, value_name = "NAME", group = "bound")]
    pub role: Option<String>,
    /// Who has it.
    #[command(flatten)]
    pub subjects: Subjects,
}

/// `clusterrolebinding`
#[derive(Debug, Clone, Args)]
pub struct ClusterRoleBinding {
    /// Name of the object
    pub name: String,
    /// ClusterRole to give
    #[arg(long, value_name = "NAME")]
    pub clusterrole: String,
    /// Who has it.
    #[command(flatten)]
    pub subjects: Subjects,
}

/// Who has a role.
#[derive(Debug, Clone, Args)]
pub struct Subjects {
    /// User who has the role; may be repeated
    #[arg(long = "user", value_name = "NAME")]
    pub users: Vec<String>,
    /// Group that has the role; may be repeated
    #[arg(long = "group", value_name = "NAME")]
    pub groups: Vec<String>,
    /// ServiceAccount that has the role; may be repeated
    #[arg(long = "serviceaccount", value_name = "NAMESPACE:NAME")]
    pub accounts: Vec<String>,
}
