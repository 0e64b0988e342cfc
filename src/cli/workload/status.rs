//! `ksail workload status`

use clap::{Args, ValueEnum};

use super::{Pace, Server, Sources};
use crate::k8s::inventory::Reference;

/// `ksail workload status`
#[derive(Debug, Clone, Args)]
pub struct Status {
    /// What to read.
    #[command(flatten)]
    pub sources: Sources,
    /// Where to look.
    #[command(flatten)]
    pub server: Server,
    /// How fast.
    #[command(flatten)]
    pub pace: Pace,
    /// Show members of this set, too, that the manifests no longer name; named as for `apply`
    #[arg(long, value_name = "[RESOURCE.GROUP/]NAME", value_parser = Reference::parse)]
    pub applyset: Option<Reference>,
    /// Go on and print every object whose status changes
    #[arg(short, long)]
    pub watch: bool,
    /// End with exit code 2 if an object is missing, not ready or not in the input
    #[arg(long, conflicts_with = "watch")]
    pub exit_code: bool,
    /// Form of the result
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t = StatusOutput::Table)]
    pub output: StatusOutput,
}

/// Values of `--output`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StatusOutput {
    /// A table
    Table,
    /// JSON; with `--watch` one line for each change
    Json,
    /// YAML; with `--watch` one document for each change
    Yaml,
    /// Names of the objects
    Name,
}
