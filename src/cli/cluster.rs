//! `ksail cluster …`

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::flags::{K3s, Talos};
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
    /// Print the talosconfig of a Talos cluster, or merge it
    Talosconfig(Talosconfig),
    /// Print the secrets of a Talos cluster, as `talosctl gen secrets` writes them
    Secrets(Secrets),
    /// Make a cluster's context the current one
    Switch(Switch),
}

/// What selects a cluster.
#[derive(Debug, Clone, Default, Args)]
pub struct Selector {
    /// Name of the cluster [default: from the project, else `kind`, `k3s-default` or `talos-default`]
    #[arg(short, long, value_name = "NAME")]
    pub name: Option<String>,
    /// Distribution: `Vanilla` (Kind), `K3s` or `Talos` [default: from the project, else `Vanilla`]
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
    /// Node image of all nodes [default: kindest/node:v1.36.4, rancher/k3s:v1.36.4-k3s1, ghcr.io/siderolabs/talos:v1.13.9]
    #[arg(long, value_name = "IMAGE")]
    pub image: Option<String>,
    /// Name of the kubeconfig context (default: `kind-NAME`, `k3d-NAME` or `admin@NAME`)
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
    /// What only Talos clusters have.
    #[command(flatten, next_help_heading = "Talos")]
    pub talos: Talos,
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
    /// Talosconfig file to remove the cluster from [default: as talosctl finds it]
    #[arg(long, value_name = "FILE")]
    pub talosconfig: Option<PathBuf>,
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

/// `ksail cluster talosconfig`
#[derive(Debug, Clone, Args)]
pub struct Talosconfig {
    /// What selects the cluster.
    #[command(flatten)]
    pub selector: Selector,
    /// Merge into the talosconfig file and make it current instead of printing
    #[arg(long)]
    pub merge: bool,
    /// Talosconfig file to merge into [default: as talosctl finds it]
    #[arg(long, value_name = "FILE")]
    pub talosconfig: Option<PathBuf>,
}

/// `ksail cluster secrets`
#[derive(Debug, Clone, Args)]
pub struct Secrets {
    /// What selects the cluster.
    #[command(flatten)]
    pub selector: Selector,
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
