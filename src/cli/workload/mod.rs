//! `ksail workload …`, one file per command.

mod apply;
mod build;
pub mod cipher;
mod common;
mod delete;
mod diff;
pub mod generate;
mod images;
mod prune;
mod push;
mod status;
mod validate;
mod wait;

use clap::Subcommand;

pub use apply::{Apply, DryRun, Output};
pub use build::{Build, BuildOutput};
pub use cipher::Cipher;
pub use common::{Building, LoadRestrictor, Pace, Reorder, Server, Sources};
pub use delete::Delete;
pub use diff::{Diff, DiffOutput};
pub use images::{ImageList, Images};
pub use prune::{Cascade, Protected, Prune};
pub use push::{Push, PushOutput};
pub use status::{Status, StatusOutput};
pub use validate::{Report, SchemaSource, Strict, Validate};
pub use wait::{Wait, WaitOutput};

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
    /// Show what an apply would change
    ///
    /// The API server is asked what would become of each object (a dry run of a server-side apply), and the answer is
    /// compared with what there is. Values of Secrets and of objects from encrypted files are masked.
    Diff(Diff),
    /// Wait until objects are ready, or for something else that they should become
    ///
    /// Waits for the objects of the manifests, or for those named as `TYPE/NAME`. Says why an object is not there yet, and
    /// ends with exit code 4 if time runs out. A PATH that exists is read, anything else names objects.
    Wait(Wait),
    /// Show for each object of the manifests whether it exists and is ready, and why not
    Status(Status),
    /// Check manifests against schemas without applying them
    ///
    /// Unknown fields, wrong types, missing fields, values that are not allowed, names and labels: everything is
    /// reported with file, line and column. No cluster is needed. Definitions of custom resources in the input count.
    /// The exit code is 1 if anything is wrong.
    Validate(Validate),
    /// List the container images that manifests refer to
    Images(Images),
    /// Push manifests to a registry as an artifact that Flux reads
    ///
    /// The files are packed as they are: encrypted ones stay encrypted. What the registry has is not uploaded again, and
    /// equal files give an equal digest. The address of the artifact goes to standard output.
    Push(Box<Push>),
    /// Print a manifest made of flags, as `kubectl create --dry-run=client -o yaml` does, without a cluster
    #[command(visible_alias = "generate")]
    Gen(Box<generate::Generate>),
    /// Encrypt, decrypt, edit and rotate files in the format of SOPS
    #[command(subcommand)]
    Cipher(Box<Cipher>),
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
