//! `ksail workload push`

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::Building;
use crate::text::parse_duration;

/// `ksail workload push`
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Credentials are those of `docker login`. A registry on this machine may do without TLS."
)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub struct Push {
    /// What to push [default: the project's source directory], and where to
    #[arg(value_name = "[PATH] oci://REGISTRY/REPOSITORY[:TAG]", num_args = 1..=2, required = true)]
    pub arguments: Vec<String>,
    /// Directory or file to push, or `-` for standard input; may be repeated with `--build`
    #[arg(
        short,
        long = "filename",
        visible_alias = "path",
        value_name = "FILE|DIR|-"
    )]
    pub filenames: Vec<PathBuf>,
    /// Folder or URL of a kustomization to build
    #[arg(
        short,
        long,
        value_name = "DIR|URL",
        requires = "build",
        conflicts_with = "filenames"
    )]
    pub kustomize: Option<PathBuf>,
    /// How kustomizations are built.
    #[command(flatten)]
    pub building: Box<Building>,
    /// Push the objects as `workload build --no-decrypt` prints them, instead of the files
    #[arg(long)]
    pub build: bool,
    /// Another tag for the artifact; may be repeated
    #[arg(long = "tag", value_name = "TAG")]
    pub tags: Vec<String>,
    /// Where the sources are kept [default: the remote `origin` of git]
    #[arg(long, value_name = "URL")]
    pub source: Option<String>,
    /// Which state of them this is (default: `BRANCH@sha1:COMMIT` of git, if nothing is uncommitted)
    #[arg(long, value_name = "REVISION")]
    pub revision: Option<String>,
    /// When that state was made [default: the time of the commit, if nothing is uncommitted]
    #[arg(long, value_name = "RFC 3339", conflicts_with = "reproducible", value_parser = time)]
    pub created: Option<String>,
    /// Give the artifact the time 1970-01-01T00:00:00Z, as `flux` does
    #[arg(long)]
    pub reproducible: bool,
    /// Another annotation of the artifact; may be repeated
    #[arg(short, long = "annotations", value_name = "KEY=VALUE", value_parser = annotation)]
    pub annotations: Vec<(String, String)>,
    /// Leave out these files instead of those of git, pictures and archives; patterns as in `.gitignore`
    #[arg(long, value_name = "PATTERN,…", value_delimiter = ',')]
    pub ignore_paths: Option<Vec<String>>,
    /// Talk to the registry without TLS
    #[arg(long, visible_alias = "insecure")]
    pub insecure_registry: bool,
    /// PEM file with certificates to trust besides those of the system
    #[arg(long, value_name = "FILE", conflicts_with = "insecure_registry")]
    pub ca_file: Option<PathBuf>,
    /// How long the push may take
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = parse_duration)]
    pub timeout: Duration,
    /// Pack everything and print the digest, but send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Form of the result
    #[arg(short, long, value_enum, value_name = "FORMAT")]
    pub output: Option<PushOutput>,
}

/// Values of `--output`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PushOutput {
    /// The digest alone
    Digest,
    /// A JSON document with address, tags and digest
    Json,
    /// The same as YAML
    Yaml,
}

fn annotation(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected KEY=VALUE".to_owned()),
    }
}

fn time(text: &str) -> Result<String, String> {
    match crate::text::epoch(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err("expected a time such as `2026-01-31T12:00:00Z`".to_owned()),
    }
}
