//! One kustomization, from a folder on disk to objects: what tests, benchmarks and other programs call.

use std::path::Path;

use serde_json::Value;

use super::Error;
use super::build::kustomize::file::Order;
use super::build::kustomize::{self, BuildOptions};
use super::gather::{self, Options, Restriction, Unreachable};

/// How a kustomization is built; the default is what `kustomize build` does without flags.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KustomizationOptions {
    /// Objects stay where they were accumulated, unless `sortOptions` says otherwise.
    pub keep_order: bool,
    /// Files may be anywhere, not only in the folder of the kustomization that names them.
    pub unrestricted: bool,
    /// Objects get the label of `managedByLabel`.
    pub managed_by: bool,
}

/// The objects of the kustomization in a folder. Nothing is decrypted or fetched, and Helm is not run.
///
/// # Errors
/// What cannot be read or built, with its place.
pub fn build_kustomization(
    folder: &Path,
    options: KustomizationOptions,
) -> Result<Vec<Value>, Error> {
    let gathering = Options {
        restriction: if options.unrestricted {
            Restriction::None
        } else {
            Restriction::RootOnly
        },
        decrypt: None,
        download: &|_| Err(Unreachable("is not fetched here".to_owned())),
        repositories: None,
        helm: None,
    };
    let tree = gather::gather(folder, &folder.display().to_string(), &gathering)?;
    let building = BuildOptions {
        order: if options.keep_order {
            Order::Fifo
        } else {
            Order::Legacy
        },
        managed_by: options.managed_by,
    };
    let built = kustomize::build(&tree, building);
    let outcome = built.map_err(|error| gather::explain(error, &tree))?;
    Ok(outcome
        .objects
        .into_iter()
        .map(|object| object.json)
        .collect())
}
