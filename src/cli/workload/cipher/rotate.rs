//! `ksail workload cipher rotate`

use clap::Args;

use super::{Changes, Destination, Types};

/// `ksail workload cipher rotate`
#[derive(Debug, Clone, Default, Args)]
pub struct Rotate {
    /// Files and destination.
    #[command(flatten)]
    pub destination: Destination,
    /// Formats.
    #[command(flatten)]
    pub types: Types,
    /// Who can decrypt from now on.
    #[command(flatten)]
    pub changes: Changes,
    /// Do not check the authentication code
    #[arg(long)]
    pub ignore_mac: bool,
}
