//! From flags to what makes the objects.

use serde_json::Value;

use super::meta;
use crate::cli::workload::generate::{
    ClusterRole, ClusterRoleBinding, CronJob, Deployment, Ingress, PodDisruptionBudget, Preemption,
    PriorityClass, Restart, Role, RoleBinding, ServiceKind, Subjects,
};
use crate::workload::generate::{self as make, Error, ServiceType};

pub(super) fn deployment(args: &Deployment) -> Result<Value, Error> {
    let of = make::Deployment {
        images: &args.images,
        port: args.port,
        replicas: args.replicas,
        command: &args.command,
    };
    make::deployment(meta(&args.name), &of)
}

pub(super) fn cron_job(args: &CronJob) -> Result<Value, Error> {
    let of = make::CronJob {
        image: &args.image,
        schedule: &args.schedule,
        restart: match args.restart {
            Restart::OnFailure => "OnFailure",
            Restart::Never => "Never",
        },
        command: &args.command,
    };
    make::cron_job(meta(&args.name), &of)
}

pub(super) fn service(kind: &ServiceKind) -> Result<Value, Error> {
    let (args, of) = match kind {
        ServiceKind::Clusterip { service, .. } => (service, ServiceType::ClusterIp),
        ServiceKind::Nodeport { service, .. } => (service, ServiceType::NodePort),
        ServiceKind::Loadbalancer { service } => (service, ServiceType::LoadBalancer),
        ServiceKind::Externalname { service, .. } => (service, ServiceType::ExternalName),
    };
    let mut of = make::Service {
        kind: of,
        tcp: &args.tcp,
        cluster_ip: None,
        node_port: None,
        external_name: None,
    };
    match kind {
        ServiceKind::Clusterip { clusterip, .. } => of.cluster_ip = clusterip.as_deref(),
        ServiceKind::Nodeport { node_port, .. } => of.node_port = *node_port,
        ServiceKind::Externalname { external_name, .. } => of.external_name = Some(external_name),
        ServiceKind::Loadbalancer { .. } => {}
    }
    make::service(meta(&args.name), &of)
}

pub(super) fn ingress(args: &Ingress) -> Result<Value, Error> {
    let of = make::Ingress {
        class: args.class.as_deref(),
        rules: &args.rules,
        default_backend: args.default_backend.as_deref(),
        annotations: &args.annotations,
    };
    make::ingress(meta(&args.name), &of)
}

pub(super) fn disruption_budget(args: &PodDisruptionBudget) -> Result<Value, Error> {
    let budget = match (&args.min_available, &args.max_unavailable) {
        (Some(minimum), _) => make::Budget::MinAvailable(minimum),
        (None, maximum) => make::Budget::MaxUnavailable(maximum.as_deref().unwrap_or_default()),
    };
    make::disruption_budget(meta(&args.name), &args.selector, budget)
}

pub(super) fn priority_class(args: &PriorityClass) -> Result<Value, Error> {
    let of = make::Priority {
        value: args.value,
        global_default: args.global_default,
        description: &args.description,
        preemption_policy: match args.preemption_policy {
            Preemption::LowerPriority => "PreemptLowerPriority",
            Preemption::Never => "Never",
        },
    };
    make::priority_class(&args.name, &of)
}

pub(super) fn role(args: &Role) -> Result<(Value, Vec<String>), Error> {
    let rules = make::Rules {
        verbs: &args.verbs,
        resources: &args.resources,
        names: &args.names,
    };
    make::role(meta(&args.name), &rules)
}

pub(super) fn cluster_role(args: &ClusterRole) -> Result<(Value, Vec<String>), Error> {
    let of = make::ClusterRules {
        rules: make::Rules {
            verbs: &args.verbs,
            resources: &args.resources,
            names: &args.names,
        },
        urls: &args.urls,
    };
    make::cluster_role(&args.name, &of, &args.aggregation)
}

pub(super) fn role_binding(args: &RoleBinding) -> Result<Value, Error> {
    let role = match (&args.role, &args.clusterrole) {
        (Some(role), _) => ("Role", role.as_str()),
        (None, role) => ("ClusterRole", role.as_deref().unwrap_or_default()),
    };
    make::role_binding(meta(&args.name), &binding(role, &args.subjects))
}

pub(super) fn cluster_role_binding(args: &ClusterRoleBinding) -> Result<Value, Error> {
    let role = ("ClusterRole", args.clusterrole.as_str());
    make::cluster_role_binding(&args.name, &binding(role, &args.subjects))
}

fn binding<'a>(role: (&'static str, &'a str), subjects: &'a Subjects) -> make::Binding<'a> {
    make::Binding {
        role,
        users: &subjects.users,
        groups: &subjects.groups,
        accounts: &subjects.accounts,
    }
}
