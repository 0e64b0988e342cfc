//! `ksail workload gen …`: the flags of `kubectl create`.

mod access;
mod config;
mod kind;
mod kinds;
mod pods;

pub use access::{ClusterRole, ClusterRoleBinding, Role, RoleBinding, Subjects};
pub use config::{ConfigMap, DockerRegistry, Generic, Secret, Tls, Values};
pub use kind::{Generate, Kind, ManifestFormat, Name, NamespacedName};
pub use kinds::{
    Ingress, PodDisruptionBudget, Preemption, PriorityClass, Quota, Service, ServiceKind,
};
pub use pods::{CronJob, Deployment, Job, Restart};
