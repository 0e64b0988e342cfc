//! `ksail workload cipher encrypt`

use clap::Args;

use super::{Destination, Recipients, Types};

/// `ksail workload cipher encrypt`
#[derive(Debug, Clone, Default, Args)]
pub struct Encrypt {
    /// Files and destination.
    #[command(flatten)]
    pub destination: Destination,
    /// Formats.
    #[command(flatten)]
    pub types: Types,
    /// Who can decrypt.
    #[command(flatten)]
    pub recipients: Recipients,
    /// What is encrypted.
    #[command(flatten)]
    pub rules: Rules,
}

/// Which values are encrypted; at most one of the six rules. Any of them replaces the rule of `.sops.yaml`.
#[derive(Debug, Clone, Default, Args)]
pub struct Rules {
    /// Leave values in clear whose key ends in this [default without any rule: `_unencrypted`]
    #[arg(long, value_name = "SUFFIX")]
    pub unencrypted_suffix: Option<String>,
    /// Encrypt only values whose key ends in this
    #[arg(long, value_name = "SUFFIX")]
    pub encrypted_suffix: Option<String>,
    /// Leave values in clear whose key matches
    #[arg(long, value_name = "REGEX")]
    pub unencrypted_regex: Option<String>,
    /// Encrypt only values whose key matches
    #[arg(long, value_name = "REGEX")]
    pub encrypted_regex: Option<String>,
    /// Leave values in clear below a comment that matches
    #[arg(long, value_name = "REGEX")]
    pub unencrypted_comment_regex: Option<String>,
    /// Encrypt only values below a comment that matches
    #[arg(long, value_name = "REGEX")]
    pub encrypted_comment_regex: Option<String>,
    /// Let the authentication code cover encrypted values only
    #[arg(long)]
    pub mac_only_encrypted: bool,
}
