//! `ksail workload cipher decrypt`

use clap::Args;

use super::{Destination, Types};

/// `ksail workload cipher decrypt`
#[derive(Debug, Clone, Default, Args)]
pub struct Decrypt {
    /// Files and destination.
    #[command(flatten)]
    pub destination: Destination,
    /// Formats.
    #[command(flatten)]
    pub types: Types,
    /// Print only this part, e.g. `'["data"]["users"][0]'`
    #[arg(long, value_name = "PATH", conflicts_with = "in_place")]
    pub extract: Option<String>,
    /// Do not check the authentication code
    #[arg(long)]
    pub ignore_mac: bool,
}
