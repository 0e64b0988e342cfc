//! `ksail workload build`

use std::path::PathBuf;

use clap::{Args, ValueEnum};

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
    /// Form of the result
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t = BuildOutput::Yaml)]
    pub output: BuildOutput,
    /// Write a file for each object into this directory instead
    #[arg(long, value_name = "DIR")]
    pub output_dir: Option<PathBuf>,
    /// Let `--output-dir` write decrypted values, to files that only their owner can read
    #[arg(long, requires = "output_dir")]
    pub allow_plaintext: bool,
}

/// Values of `--output`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BuildOutput {
    /// A stream of YAML documents
    Yaml,
    /// One JSON document: a `List`, also of a single object
    Json,
}
