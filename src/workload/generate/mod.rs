//! Manifests from flags, as `kubectl create … --dry-run=client -o yaml` makes them. Nothing is asked of a server.

mod access;
mod binding;
mod config;
mod error;
mod hash;
mod limits;
mod network;
mod object;
mod pods;
mod quantity;
mod resources;
mod selector;

pub use access::{Aggregation, ClusterRules, Rules, cluster_role, role};
pub use binding::{Binding, cluster_role_binding, role_binding, service_account};
pub use config::{
    Data, DockerConfig, config_map, docker_config, entry, literal, read_env_lines, secret, tls_data,
};
pub use error::Error;
pub use limits::{Budget, Priority, disruption_budget, namespace, priority_class, quota};
pub use network::{Ingress, Service, ServiceType, ingress, service};
pub use object::Meta;
pub use pods::{CronJob, Deployment, cron_job, deployment, job};
