//! `ksail cluster …`

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::cluster::k3s::flags;
use crate::cluster::plan::WaitFor;

/// Commands on clusters.
#[derive(Debug, Subcommand)]
pub enum Cluster {
    /// Create a cluster, or bring an existing one back to what the configuration says
    Create(Box<Create>),
    /// Start the nodes of a stopped cluster and wait for it
    Start(Start),
    /// Stop the nodes of a cluster; everything in them is kept
    Stop(Stop),
    /// Delete a cluster with everything that was created for it
    #[command(visible_alias = "rm")]
    Delete(Delete),
    /// List clusters, whoever created them
    #[command(visible_alias = "ls")]
    List(List),
    /// Show the state of a cluster and its nodes
    Info(Info),
    /// Print the kubeconfig of a cluster, or merge it
    Kubeconfig(Kubeconfig),
    /// Make a cluster's context the current one
    Switch(Switch),
}

/// What selects a cluster.
#[derive(Debug, Clone, Default, Args)]
pub struct Selector {
    /// Name of the cluster [default: from the project, else `kind` or `k3s-default`]
    #[arg(short, long, value_name = "NAME")]
    pub name: Option<String>,
    /// Distribution: `Vanilla` (Kind) or `K3s` [default: from the project, else `Vanilla`]
    #[arg(short, long, value_name = "NAME")]
    pub distribution: Option<String>,
}

/// `ksail cluster create`
#[derive(Debug, Clone, Args)]
pub struct Create {
    /// What selects the cluster.
    #[command(flatten)]
    pub selector: Selector,
    /// Number of control-plane nodes
    #[arg(long, value_name = "N")]
    pub control_planes: Option<u32>,
    /// Number of worker nodes
    #[arg(long, value_name = "N")]
    pub workers: Option<u32>,
    /// Node image of all nodes [default: kindest/node:v1.36.4, rancher/k3s:v1.36.4-k3s1]
    #[arg(long, value_name = "IMAGE")]
    pub image: Option<String>,
    /// Name of the kubeconfig context [default: `kind-NAME` or `k3d-NAME`]
    #[arg(short, long, value_name = "NAME")]
    pub context: Option<String>,
    /// Kubeconfig file to merge the cluster into
    #[arg(short, long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// What to wait for: `none`, `api`, `nodes`, `system`, or kind's form, a duration [default: system]
    #[arg(long, value_name = "LEVEL|DURATION", value_parser = wait)]
    pub wait: Option<Wait>,
    /// How long all of it may take [default: 5m]
    #[arg(long, value_name = "DURATION", value_parser = crate::text::parse_duration)]
    pub timeout: Option<std::time::Duration>,
    /// Keep the nodes if the creation fails, to look at them
    #[arg(long)]
    pub retain: bool,
    /// Print the steps instead of running them
    #[arg(long)]
    pub dry_run: bool,
    /// Form of the printed plan
    #[arg(short, long, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    pub output: Format,
    /// What only K3s clusters have.
    #[command(flatten, next_help_heading = "K3s")]
    pub k3s: K3s,
}

/// Flags of k3d; all but two may be repeated.
#[derive(Debug, Clone, Default, Args)]
pub struct K3s {
    /// Where the API server is published [default: a free port of 127.0.0.1]
    #[arg(long, value_name = "[ADDRESS:]PORT")]
    pub api_port: Option<String>,
    /// Do without a load balancer
    #[arg(long)]
    pub no_lb: bool,
    /// Publish a port, through the load balancer unless the filter ends in `:direct`
    #[arg(long, value_name = "[[ADDRESS:]HOSTPORT:]PORT[/PROTOCOL][@FILTER]")]
    pub port: Vec<String>,
    /// Mount a directory, file or volume
    #[arg(long, value_name = "[SOURCE:]DESTINATION[:OPTIONS][@FILTER]")]
    pub volume: Vec<String>,
    /// Set an environment variable
    #[arg(long, value_name = "NAME=VALUE[@FILTER]")]
    pub env: Vec<String>,
    /// Add an argument to `k3s server` or `k3s agent`
    #[arg(long, value_name = "ARGUMENT@FILTER", allow_hyphen_values = true)]
    pub k3s_arg: Vec<String>,
    /// Label a Kubernetes node
    #[arg(long, value_name = "KEY[=VALUE]@FILTER")]
    pub k3s_node_label: Vec<String>,
    /// Label a container
    #[arg(long, value_name = "KEY[=VALUE][@FILTER]")]
    pub runtime_label: Vec<String>,
}

impl K3s {
    /// The flags given, each with its value.
    pub fn given(&self) -> Vec<(&'static str, String)> {
        let lists = [
            (flags::PORT, &self.port),
            (flags::VOLUME, &self.volume),
            (flags::ENV, &self.env),
            (flags::K3S_ARG, &self.k3s_arg),
            (flags::NODE_LABEL, &self.k3s_node_label),
            (flags::RUNTIME_LABEL, &self.runtime_label),
        ];
        let listed = lists
            .into_iter()
            .flat_map(|(flag, values)| values.iter().map(move |value| (flag, value.clone())));
        let port = self.api_port.clone().map(|port| (flags::API_PORT, port));
        let no_lb = self.no_lb.then(|| (flags::NO_LB, String::new()));
        listed.chain(port).chain(no_lb).collect()
    }
}

/// Value of `--wait`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// One of our levels.
    Level(WaitFor),
    /// kind's form: wait for nodes this long.
    For(std::time::Duration),
}

fn wait(text: &str) -> Result<Wait, String> {
    match (level(text), crate::text::parse_duration(text)) {
        (Ok(level), _) => Ok(Wait::Level(level)),
        (_, Ok(time)) => Ok(Wait::For(time)),
        (Err(levels), Err(_)) => Err(format!("{levels}, or a duration such as `60s`")),
    }
}

fn level(text: &str) -> Result<WaitFor, String> {
    match text {
        "none" => Ok(WaitFor::None),
        "api" => Ok(WaitFor::Api),
        "nodes" => Ok(WaitFor::Nodes),
        "system" => Ok(WaitFor::System),
        _ => Err("expected `none`, `api`, `nodes` or `system`".to_owned()),
    }
}

/// `ksail cluster start`
#[derive(Debug, Clone, Args)]
pub struct Start {
    /// What selects the cluster.
    #[command(flatten)]
    pub selector: Selector,
    /// What to wait for: `none`, `api`, `nodes` or `system` [default: system]
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    pub wait: Option<WaitFor>,
    /// How long all of it may take [default: 5m]
    #[arg(long, value_name = "DURATION", value_parser = crate::text::parse_duration)]
    pub timeout: Option<std::time::Duration>,
    /// Print the steps instead of running them
    #[arg(long)]
    pub dry_run: bool,
}

/// `ksail cluster stop`
#[derive(Debug, Clone, Args)]
pub struct Stop {
    /// What selects the cluster.
    #[command(flatten)]
    pub selector: Selector,
    /// Print the steps instead of running them
    #[arg(long)]
    pub dry_run: bool,
}

/// `ksail cluster delete`
#[derive(Debug, Clone, Args)]
pub struct Delete {
    /// What selects the cluster.
    #[command(flatten)]
    pub selector: Selector,
    /// Kubeconfig file to remove the cluster from [default: all files of `KUBECONFIG`]
    #[arg(short, long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// Do not ask (same as `--yes`)
    #[arg(short, long)]
    pub force: bool,
    /// Print the steps instead of running them
    #[arg(long)]
    pub dry_run: bool,
}

/// `ksail cluster list`
#[derive(Debug, Clone, Args)]
pub struct List {
    /// Form of the result
    #[arg(short, long, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    pub output: Format,
}

/// `ksail cluster info`
#[derive(Debug, Clone, Args)]
pub struct Info {
    /// What selects the cluster.
    #[command(flatten)]
    pub selector: Selector,
    /// Form of the result
    #[arg(short, long, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    pub output: Format,
}

/// `ksail cluster kubeconfig`
#[derive(Debug, Clone, Args)]
pub struct Kubeconfig {
    /// What selects the cluster.
    #[command(flatten)]
    pub selector: Selector,
    /// Use the address inside the container network
    #[arg(long)]
    pub internal: bool,
    /// Merge into the kubeconfig file and make it current instead of printing
    #[arg(long)]
    pub merge: bool,
    /// Kubeconfig file to merge into
    #[arg(short, long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
}

/// `ksail cluster switch`
#[derive(Debug, Clone, Args)]
pub struct Switch {
    /// Name of the cluster or of its context
    pub name: Option<String>,
    /// Kubeconfig file to change
    #[arg(short, long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
}

/// Forms of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Aligned columns
    Table,
    /// JSON
    Json,
    /// YAML
    Yaml,
    /// Names only
    Name,
}
