//! What all of them share, and the list of them.

use clap::{Args, Subcommand, ValueEnum};

use super::{
    ClusterRole, ClusterRoleBinding, ConfigMap, CronJob, Deployment, Ingress, Job,
    PodDisruptionBudget, PriorityClass, Quota, Role, RoleBinding, Secret, ServiceKind,
};

/// `ksail workload gen`
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Objects of Flux, such as HelmRelease, depend on the Flux that runs in the cluster: `flux create helmrelease --export` makes them."
)]
pub struct Generate {
    /// What to make.
    #[command(subcommand)]
    pub kind: Kind,
    /// Form of the manifest
    #[arg(short, long, global = true, value_enum, value_name = "FORMAT", default_value_t = ManifestFormat::Yaml)]
    pub output: ManifestFormat,
}

/// Values of `--output`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ManifestFormat {
    /// YAML
    Yaml,
    /// JSON
    Json,
}

/// A name alone.
#[derive(Debug, Clone, Args)]
pub struct Name {
    /// Name of the object
    pub name: String,
}

/// A name, and a namespace.
#[derive(Debug, Clone, Args)]
pub struct NamespacedName {
    /// Name of the object
    pub name: String,
    /// Namespace to write into the manifest [default: none, which is up to who applies it]
    #[arg(short, long, value_name = "NAME")]
    pub namespace: Option<String>,
}

/// Kinds of objects.
#[derive(Debug, Clone, Subcommand)]
pub enum Kind {
    /// A ClusterRole
    Clusterrole(ClusterRole),
    /// A ClusterRoleBinding
    Clusterrolebinding(ClusterRoleBinding),
    /// A ConfigMap of files, literal values or lines of variables
    #[command(visible_alias = "cm")]
    Configmap(ConfigMap),
    /// A CronJob
    #[command(visible_alias = "cj")]
    Cronjob(CronJob),
    /// A Deployment
    #[command(visible_alias = "deploy")]
    Deployment(Deployment),
    /// An Ingress
    #[command(visible_alias = "ing")]
    Ingress(Ingress),
    /// A Job
    Job(Job),
    /// A Namespace
    #[command(visible_alias = "ns")]
    Namespace(Name),
    /// A PodDisruptionBudget
    #[command(visible_alias = "pdb")]
    Poddisruptionbudget(PodDisruptionBudget),
    /// A PriorityClass
    #[command(visible_alias = "pc")]
    Priorityclass(PriorityClass),
    /// A ResourceQuota
    #[command(visible_alias = "resourcequota")]
    Quota(Quota),
    /// A Role
    Role(Role),
    /// A RoleBinding
    Rolebinding(RoleBinding),
    /// A Secret. Its values are not encrypted: pipe the manifest into what encrypts
    #[command(subcommand)]
    Secret(Secret),
    /// A Service for the pods labelled `app: NAME`
    #[command(subcommand, visible_alias = "svc")]
    Service(ServiceKind),
    /// A ServiceAccount
    #[command(visible_alias = "sa")]
    Serviceaccount(NamespacedName),
}
