//! Services, Ingresses, and kinds that set limits.

use clap::{ArgGroup, Args, Subcommand, ValueEnum};

use super::NamespacedName;

/// `service …`
#[derive(Debug, Clone, Subcommand)]
pub enum ServiceKind {
    /// A Service within the cluster
    Clusterip {
        /// What all have.
        #[command(flatten)]
        service: Service,
        /// Address, or `None` for a headless Service
        #[arg(long, value_name = "ADDRESS|None")]
        clusterip: Option<String>,
    },
    /// A Service at a port of every node
    Nodeport {
        /// What all have.
        #[command(flatten)]
        service: Service,
        /// Port of the nodes [default: the API server chooses]
        #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
        node_port: Option<u16>,
    },
    /// A Service at a load balancer
    Loadbalancer {
        /// What all have.
        #[command(flatten)]
        service: Service,
    },
    /// A Service for a name outside of the cluster
    Externalname {
        /// What all have.
        #[command(flatten)]
        service: Service,
        /// Name outside of the cluster
        #[arg(long, value_name = "NAME")]
        external_name: String,
    },
}

/// What all Services have.
#[derive(Debug, Clone, Args)]
pub struct Service {
    /// Name and namespace.
    #[command(flatten)]
    pub name: NamespacedName,
    /// Port, and port or port's name of the pods; may be repeated
    #[arg(long, value_name = "PORT[:TARGET],…", value_delimiter = ',')]
    pub tcp: Vec<String>,
}

/// `ingress`
#[derive(Debug, Clone, Args)]
pub struct Ingress {
    /// Name and namespace.
    #[command(flatten)]
    pub name: NamespacedName,
    /// Class
    #[arg(long, value_name = "NAME")]
    pub class: Option<String>,
    /// Rule; a path that ends in `*` stands for all below it; may be repeated
    #[arg(long = "rule", value_name = "HOST/PATH=SERVICE:PORT[,tls[=SECRET]]")]
    pub rules: Vec<String>,
    /// Where everything else goes
    #[arg(long, value_name = "SERVICE:PORT")]
    pub default_backend: Option<String>,
    /// Annotation; may be repeated
    #[arg(long = "annotation", value_name = "KEY=VALUE")]
    pub annotations: Vec<String>,
}

/// `poddisruptionbudget`
#[derive(Debug, Clone, Args)]
#[command(group = ArgGroup::new("budget").required(true))]
pub struct PodDisruptionBudget {
    /// Name and namespace.
    #[command(flatten)]
    pub name: NamespacedName,
    /// Labels of the pods
    #[arg(long, value_name = "SELECTOR")]
    pub selector: String,
    /// So many pods stay: a number or a percentage
    #[arg(long, value_name = "N|N%", group = "budget")]
    pub min_available: Option<String>,
    /// So many pods may go: a number or a percentage
    #[arg(long, value_name = "N|N%", group = "budget")]
    pub max_unavailable: Option<String>,
}

/// `priorityclass`
#[derive(Debug, Clone, Args)]
pub struct PriorityClass {
    /// Name of the object
    pub name: String,
    /// Priority; more is earlier
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        allow_negative_numbers = true
    )]
    pub value: i32,
    /// Make it the priority of pods that name none
    #[arg(long, value_name = "BOOL", default_value_t = false, default_missing_value = "true", num_args = 0..=1,
          require_equals = true, action = clap::ArgAction::Set)]
    pub global_default: bool,
    /// What it is for
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    pub description: String,
    /// Whether pods of this priority drive out others
    #[arg(long, value_enum, value_name = "POLICY", default_value_t = Preemption::LowerPriority)]
    pub preemption_policy: Preemption,
}

/// Values of `--preemption-policy`, named as in the manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Preemption {
    /// Those of lower priority
    #[value(name = "PreemptLowerPriority")]
    LowerPriority,
    /// None
    #[value(name = "Never")]
    Never,
}

/// `quota`
#[derive(Debug, Clone, Args)]
pub struct Quota {
    /// Name and namespace.
    #[command(flatten)]
    pub name: NamespacedName,
    /// Limit; may be repeated
    #[arg(long, value_name = "RESOURCE=QUANTITY,…", value_delimiter = ',')]
    pub hard: Vec<String>,
    /// Scope of what is counted; may be repeated
    #[arg(long, value_name = "SCOPE,…", value_delimiter = ',')]
    pub scopes: Vec<String>,
}
