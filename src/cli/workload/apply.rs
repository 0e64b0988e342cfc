//! `ksail workload apply`

use std::time::Duration;

use clap::{Args, ValueEnum};

use super::{Pace, Prune, Server, Sources};
use crate::text::parse_duration;

/// `ksail workload apply`
#[derive(Debug, Clone, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "flags are independent of each other"
)]
pub struct Apply {
    /// What to read.
    #[command(flatten)]
    pub sources: Sources,
    /// Where to apply it.
    #[command(flatten)]
    pub server: Server,
    /// How fast.
    #[command(flatten)]
    pub pace: Pace,
    /// What becomes of objects that no manifest names any more.
    #[command(flatten)]
    pub prune: Prune,
    /// Requests at a time, at most; fewer while the API server is busy
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=512))]
    pub parallelism: u16,
    /// Wait until everything is ready
    #[arg(long, value_name = "BOOL", default_value_t = true, default_missing_value = "true", num_args = 0..=1,
          require_equals = true, action = clap::ArgAction::Set)]
    pub wait: bool,
    /// How long applying and waiting may take
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = parse_duration)]
    pub timeout: Duration,
    /// Check only: `client` sends nothing (with `--prune` it reads the set), `server` lets the API server check and stores nothing
    #[arg(long, value_enum, value_name = "WHERE")]
    pub dry_run: Option<DryRun>,
    /// Who owns the fields that are applied
    #[arg(long, value_name = "NAME", default_value = "ksail", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub field_manager: String,
    /// Take over fields that other managers own
    #[arg(long)]
    pub force_conflicts: bool,
    /// Delete and create anew what cannot be changed, such as jobs; never namespaces, definitions, volumes and claims
    #[arg(long)]
    pub replace: bool,
    /// Create objects that have a `generateName` and no name: another one at every run
    #[arg(long)]
    pub create_generated: bool,
    /// Form of the result
    #[arg(short, long, value_enum, value_name = "FORMAT")]
    pub output: Option<Output>,
}

/// Values of `--dry-run`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DryRun {
    /// Nothing is sent
    Client,
    /// Nothing is stored
    Server,
}

/// Values of `--output`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// Names of the objects
    Name,
    /// One JSON document with all results
    Json,
}
