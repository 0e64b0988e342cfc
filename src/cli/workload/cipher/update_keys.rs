//! `ksail workload cipher update-keys`

use std::path::PathBuf;

use clap::Args;

use super::Format;

/// `ksail workload cipher update-keys`
#[derive(Debug, Clone, Default, Args)]
pub struct UpdateKeys {
    /// Encrypted files
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Format of the files [default: by their names]
    #[arg(long, value_name = "FORMAT")]
    pub input_type: Option<Format>,
    /// Configuration file with creation rules [default: `SOPS_CONFIG`, else the nearest `.sops.yaml`]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// How many key groups are needed to decrypt [default: as many as now]
    #[arg(long, value_name = "COUNT")]
    pub shamir_secret_sharing_threshold: Option<usize>,
    /// Blanks that YAML and JSON are indented by [default: 4 for YAML, a tab for JSON]
    #[arg(long, value_name = "COUNT")]
    pub indent: Option<u8>,
    /// Show what would change and change nothing
    #[arg(long)]
    pub dry_run: bool,
}
