//! `ksail workload validate`

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Sources;
use crate::text::List;
use crate::workload::validate::Release;

/// `ksail workload validate`
#[derive(Debug, Clone, Args)]
pub struct Validate {
    /// What to read.
    #[command(flatten)]
    pub sources: Sources,
    /// Where schemas come from: `bundled` is offline, `cluster` asks the API server for its own
    #[arg(long, value_enum, value_name = "SOURCE", default_value = "bundled")]
    pub schema_source: SchemaSource,
    /// Version of Kubernetes whose bundled schemas count [default: the newest]
    #[arg(long, value_name = "VERSION", value_parser = parse_release)]
    pub kubernetes_version: Option<Release>,
    /// Kubeconfig context for `--schema-source=cluster` [default: that of the project's cluster]
    #[arg(short, long, value_name = "NAME")]
    pub context: Option<String>,
    /// Kubeconfig file for `--schema-source=cluster` [default: `KUBECONFIG`, else `~/.kube/config`]
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// Unknown fields are errors (`true`), warnings (`warn`), or not mentioned (`false`), as in the API server's field validation
    #[arg(long, value_enum, value_name = "MODE", default_value = "true", default_missing_value = "true", num_args = 0..=1,
          require_equals = true)]
    pub strict: Strict,
    /// Leave out objects of kinds that no schema describes
    #[arg(long)]
    pub ignore_missing_schemas: bool,
    /// Do not look for keys; encrypted values are not checked
    #[arg(long)]
    pub no_decrypt: bool,
    /// Form of the result
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub output: Report,
}

/// Values of `--schema-source`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaSource {
    /// What this program carries
    Bundled,
    /// What the API server serves
    Cluster,
}

/// Values of `--strict`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Strict {
    /// Errors
    True,
    /// Warnings
    Warn,
    /// Nothing
    False,
}

/// Values of `--output`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Report {
    /// One line per finding
    Text,
    /// One JSON document
    Json,
}

fn parse_release(text: &str) -> Result<Release, String> {
    Release::of(text).ok_or_else(|| {
        let known: Vec<&str> = Release::all().map(Release::name).collect();
        format!(
            "no schemas of this version; there are those of {}",
            List::and(known)
        )
    })
}
