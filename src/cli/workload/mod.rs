//! `ksail workload …`, one file per command.

mod apply;
mod build;
mod common;
mod delete;
mod prune;

use clap::Subcommand;

pub use apply::{Apply, DryRun, Output};
pub use build::Build;
pub use common::{Server, Sources};
pub use delete::Delete;
pub use prune::{Cascade, Protected, Prune};

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
    /// Delete what manifests name, or all of a set, and wait until it is gone
    ///
    /// The order is that of `apply`, backwards: custom resources first, namespaces and definitions last. A stage begins
    /// when nothing of the one before is left. Encrypted files are only decrypted if names in them are encrypted.
    Delete(Delete),
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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
            other => unreachable!("{other:?}"),
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
