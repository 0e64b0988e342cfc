//! `ksail workload diff`

use clap::{Args, ValueEnum};

use crate::k8s::inventory::Reference;

use super::{Pace, Protected, Server, Sources};

/// `ksail workload diff`
#[derive(Debug, Clone, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "flags are independent of each other"
)]
pub struct Diff {
    /// What to read.
    #[command(flatten)]
    pub sources: Sources,
    /// What to compare with.
    #[command(flatten)]
    pub server: Server,
    /// How fast.
    #[command(flatten)]
    pub pace: Pace,
    /// Show what `apply --prune` would delete, too
    #[arg(long)]
    pub prune: bool,
    /// The set, as `apply` takes it [default: `ksail-NAME` for the source directory of the project NAME]
    #[arg(long, value_name = "[RESOURCE.GROUP/]NAME", value_parser = Reference::parse)]
    pub applyset: Option<Reference>,
    /// Take these for prunable, too
    #[arg(
        long,
        value_enum,
        value_name = "KIND",
        value_delimiter = ',',
        requires = "prune"
    )]
    pub prune_allow: Vec<Protected>,
    /// Show that everything would be pruned if there are no manifests; this is refused otherwise
    #[arg(long, requires = "prune")]
    pub allow_empty: bool,
    /// End with exit code 2 if there are differences
    #[arg(long)]
    pub exit_code: bool,
    /// Lines around each change
    #[arg(short = 'U', long, value_name = "N", default_value_t = 3)]
    pub unified: usize,
    /// Compare as if fields that other managers own were taken over
    #[arg(long)]
    pub force_conflicts: bool,
    /// Field manager of the apply that is tried
    #[arg(long, value_name = "NAME", default_value = "ksail")]
    pub field_manager: String,
    /// Objects at a time [default: four per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    pub parallelism: Option<u16>,
    /// Form of the result [default: a unified diff]
    #[arg(short, long, value_enum, value_name = "FORMAT")]
    pub output: Option<DiffOutput>,
}

/// Values of `--output`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DiffOutput {
    /// Names of the objects that differ
    Name,
    /// One JSON document with all results
    Json,
}
