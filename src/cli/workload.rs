//! `ksail workload …`

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use crate::text::parse_duration;

/// Manifest commands.
#[derive(Debug, Clone, Subcommand)]
pub enum Workload {
    /// Apply manifests to the cluster and wait until they are ready
    ///
    /// Encrypted files are decrypted in memory. Namespaces and definitions are applied first, then everything else in
    /// the order in which kinds need each other. Objects are applied on the server's side under the field manager
    /// `ksail`; one line per object says what became of it.
    Apply(Apply),
    /// Print the objects that would be applied, decrypted and in order, as YAML
    ///
    /// The output contains secrets in clear text unless `--no-decrypt` is given.
    Build(Build),
}

/// What to read.
#[derive(Debug, Clone, Args)]
pub struct Sources {
    /// File, directory (recursively: `.yaml`, `.yml`, `.json`), or `-` for standard input; may be repeated
    #[arg(
        short,
        long = "filename",
        value_name = "FILE|DIR|-",
        conflicts_with = "path"
    )]
    pub filenames: Vec<PathBuf>,
    /// The same, for a single one [default: the project's source directory]
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,
}

/// `ksail workload apply`
#[derive(Debug, Clone, Args)]
pub struct Apply {
    /// What to read.
    #[command(flatten)]
    pub sources: Sources,
    /// Kubeconfig context [default: that of the project's cluster]
    #[arg(short, long, value_name = "NAME")]
    pub context: Option<String>,
    /// Kubeconfig file [default: `KUBECONFIG`, else `~/.kube/config`]
    #[arg(short, long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// Namespace of objects that name none [default: that of the context, else `default`]
    #[arg(short, long, value_name = "NAME")]
    pub namespace: Option<String>,
    /// Requests at a time [default: four per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    pub parallelism: Option<u16>,
    /// Wait until everything is ready
    #[arg(long, value_name = "BOOL", default_value_t = true, default_missing_value = "true", num_args = 0..=1,
          require_equals = true, action = clap::ArgAction::Set)]
    pub wait: bool,
    /// How long applying and waiting may take
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = parse_duration)]
    pub timeout: Duration,
    /// Check only: `client` sends nothing, `server` lets the API server check and stores nothing
    #[arg(long, value_enum, value_name = "WHERE")]
    pub dry_run: Option<DryRun>,
    /// Take over fields that other managers own
    #[arg(long)]
    pub force_conflicts: bool,
    /// Form of the result
    #[arg(short, long, value_enum, value_name = "FORMAT")]
    pub output: Option<Output>,
}

/// Values of `--dry-run`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DryRun {
    /// Nothing is sent
    Client,
    /// Nothing is stored
    Server,
}

/// Values of `--output`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// Names of the objects
    Name,
    /// One JSON document with all results
    Json,
}

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

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(subcommand)]
        command: Workload,
    }

    fn apply(arguments: &[&str]) -> Result<Apply, clap::Error> {
        let arguments = ["ksail", "apply"].iter().chain(arguments);
        match Cli::try_parse_from(arguments)?.command {
            Workload::Apply(apply) => Ok(apply),
            Workload::Build(_) => unreachable!(),
        }
    }

    #[test]
    fn waiting_is_the_default_and_can_be_turned_off() {
        assert!(apply(&[]).unwrap().wait);
        assert!(apply(&["--wait"]).unwrap().wait);
        assert!(!apply(&["--wait=false"]).unwrap().wait);
        assert_eq!(apply(&[]).unwrap().timeout, Duration::from_mins(5));
        assert_eq!(
            apply(&["--timeout", "90s"]).unwrap().timeout,
            Duration::from_secs(90)
        );
    }

    #[test]
    fn sources_are_flags_or_one_path() {
        assert_eq!(
            apply(&["-f", "a", "-f", "-"])
                .unwrap()
                .sources
                .filenames
                .len(),
            2
        );
        assert_eq!(apply(&["k8s"]).unwrap().sources.path, Some("k8s".into()));
        assert!(apply(&["k8s", "-f", "a"]).is_err());
        assert!(apply(&["--dry-run=server", "-o", "json", "--force-conflicts"]).is_ok());
    }
}
