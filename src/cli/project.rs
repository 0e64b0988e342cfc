//! `ksail project`: files of a new project.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Commands on the files of a project.
#[derive(Debug, Clone, Subcommand)]
pub enum Project {
    /// Write ksail.yaml, kind.yaml and the manifest directory of a new project
    ///
    /// Nothing is written if one of the files already exists, unless --force is given.
    Init(Init),
}

/// Flags of `project init`.
#[derive(Debug, Clone, Args)]
pub struct Init {
    /// Cluster name; without it, the cluster is called `kind`
    #[arg(short, long)]
    pub name: Option<String>,

    /// Kubernetes distribution: `Vanilla` (Kind)
    #[arg(short, long, default_value = "Vanilla")]
    pub distribution: String,

    /// Number of control-plane nodes
    #[arg(long, value_name = "COUNT", default_value_t = 1)]
    pub control_planes: u32,

    /// Number of worker nodes
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    pub workers: u32,

    /// Directory of the manifests, relative to the project
    #[arg(short, long, value_name = "DIR", default_value = "k8s")]
    pub source_directory: String,

    /// Directory of the project
    #[arg(short, long, value_name = "DIR", default_value = ".")]
    pub output: PathBuf,

    /// Replace files that already exist
    #[arg(short, long)]
    pub force: bool,

    /// Also write a first manifest: a namespace
    #[arg(long)]
    pub with_sample: bool,
}
