//! Command line definitions and help text; no logic.

pub mod cluster;
pub mod flags;
pub mod global;
pub mod project;
pub mod workload;

use clap::{Parser, Subcommand};

/// Local Kubernetes clusters and encrypted manifest pipelines, straight through the Docker Engine API.
#[derive(Debug, Parser)]
#[command(
    name = "ksail",
    version,
    arg_required_else_help = true,
    max_term_width = 100,
    disable_help_subcommand = true
)]
pub struct Cli {
    /// Flags of every command.
    #[command(flatten)]
    pub global: global::Global,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// Command groups.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Create, inspect and delete clusters
    #[command(subcommand, visible_alias = "c")]
    Cluster(cluster::Cluster),
    /// Build and apply manifests, decrypting them in memory
    #[command(subcommand, visible_alias = "w")]
    Workload(workload::Workload),
    /// Start and describe projects
    #[command(subcommand)]
    Project(project::Project),
    /// Print a completion script for a shell
    Completion(Completion),
}

/// `ksail completion`
#[derive(Debug, clap::Args)]
pub struct Completion {
    /// Shell to complete for
    pub shell: clap_complete::Shell,
}
