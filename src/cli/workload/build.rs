//! `ksail workload build`

use clap::Args;

use super::Sources;

/// `ksail workload build`
#[derive(Debug, Clone, Args)]
pub struct Build {
    /// What to read.
    #[command(flatten)]
    pub sources: Sources,
    /// Leave encrypted values and their `sops` metadata as they are; no key is needed
    #[arg(long)]
    pub no_decrypt: bool,
}
