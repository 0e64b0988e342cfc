//! `ksail workload cipher edit`

use std::path::PathBuf;

use clap::Args;

use super::{Recipients, Rules, Types};

/// `ksail workload cipher edit`
#[derive(Debug, Clone, Default, Args)]
pub struct Edit {
    /// The file; created if it does not exist
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Formats.
    #[command(flatten)]
    pub types: Types,
    /// Who can decrypt a new file.
    #[command(flatten)]
    pub recipients: Recipients,
    /// What is encrypted in a new file.
    #[command(flatten)]
    pub rules: Rules,
    /// Do not check the authentication code
    #[arg(long)]
    pub ignore_mac: bool,
    /// Let the metadata be edited, too
    #[arg(short, long)]
    pub show_master_keys: bool,
    /// Use the directory for temporary files if no directory lies in memory; the clear text then reaches a disk
    #[arg(long)]
    pub allow_disk: bool,
}
