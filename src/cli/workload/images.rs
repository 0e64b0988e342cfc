//! `ksail workload images`

use clap::{Args, ValueEnum};

use super::Sources;

/// `ksail workload images`
#[derive(Debug, Clone, Args)]
pub struct Images {
    /// What to read.
    #[command(flatten)]
    pub sources: Sources,
    /// Write references with registry, repository and tag: `docker.io/library/nginx:latest` for `nginx`
    #[arg(long)]
    pub full: bool,
    /// Do not look for keys; images that are encrypted are left out
    #[arg(long)]
    pub no_decrypt: bool,
    /// Form of the result
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value = "name")]
    pub output: ImageList,
}

/// Values of `--output`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ImageList {
    /// One reference per line
    Name,
    /// One JSON document, with the objects that use each image
    Json,
    /// A table, with the objects that use each image
    Table,
}
