//! `ksail workload delete`

use std::time::Duration;

use clap::Args;

use super::prune::Cascade;
use super::{DryRun, Output, Pace, Server, Sources};
use crate::k8s::inventory::Reference;
use crate::text::parse_duration;

/// `ksail workload delete`
#[derive(Debug, Clone, Args)]
pub struct Delete {
    /// What to read.
    #[command(flatten)]
    pub sources: Sources,
    /// Where to delete it.
    #[command(flatten)]
    pub server: Server,
    /// How fast.
    #[command(flatten)]
    pub pace: Pace,
    /// Delete all members of this set and then its parent, instead of what manifests name
    #[arg(long, value_name = "[RESOURCE.GROUP/]NAME", value_parser = Reference::parse, conflicts_with_all = ["filenames", "path"])]
    pub applyset: Option<Reference>,
    /// What becomes of the objects that a deleted one owns
    #[arg(long, value_enum, value_name = "HOW", default_value = "background")]
    pub cascade: Cascade,
    /// Seconds that pods have to end [default: what each says]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..), conflicts_with = "now")]
    pub grace_period: Option<u32>,
    /// The same as `--grace-period=1`
    #[arg(long)]
    pub now: bool,
    /// Objects that do not exist are no failure
    #[arg(long)]
    pub ignore_not_found: bool,
    /// Requests at a time, at most
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=512))]
    pub parallelism: u16,
    /// Wait until objects are gone
    #[arg(long, value_name = "BOOL", default_value_t = true, default_missing_value = "true", num_args = 0..=1,
          require_equals = true, action = clap::ArgAction::Set)]
    pub wait: bool,
    /// How long deleting and waiting may take
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = parse_duration)]
    pub timeout: Duration,
    /// Delete nothing: `client` asks nobody about manifests, `server` lets the API server check
    #[arg(long, value_enum, value_name = "WHERE")]
    pub dry_run: Option<DryRun>,
    /// Form of the result
    #[arg(short, long, value_enum, value_name = "FORMAT")]
    pub output: Option<Output>,
}
