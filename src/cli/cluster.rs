//! `ksail cluster …`

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::cluster::plan::WaitFor;

/// Commands on clusters.
#[derive(Debug, Subcommand)]
pub enum Cluster {
    /// Create a cluster, or bring an existing one back to what the configuration says
    Create(Create),
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
    /// Name of the kubeconfig context [default: `kind-<name>` or `k3d-<name>`]
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
    Ok(match text {
        "none" => Wait::Level(WaitFor::None),
        "api" => Wait::Level(WaitFor::Api),
        "nodes" => Wait::Level(WaitFor::Nodes),
        "system" => Wait::Level(WaitFor::System),
        other => Wait::For(crate::text::parse_duration(other).map_err(|_| {
            "expected `none`, `api`, `nodes`, `system`, or a duration such as `60s`".to_owned()
        })?),
    })
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
