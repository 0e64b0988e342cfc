//! Which set a run of `apply` is about.

use std::path::PathBuf;

use tokio::time::Instant;

use crate::cli::workload::Sources;
use crate::commands::workload_context::WorkloadContext;
use crate::exec::event::Events;
use crate::fsx;
use crate::k8s::inventory::Reference;
use crate::k8s::retry::patiently;
use crate::k8s::{Api, metadata};
use crate::workload::Error;
use crate::workload::applyset;

/// Which set a run is about.
pub(in crate::commands) struct Choice {
    pub(in crate::commands) reference: Reference,
    /// Only if there is such a set already: nobody asked for one.
    only_existing: bool,
}

impl Choice {
    /// Whether nobody asked for a set and there is none: one request tells.
    pub(in crate::commands) async fn is_moot(
        &self,
        api: &Api,
        namespace: &str,
        deadline: Instant,
        events: &Events,
    ) -> Result<bool, Error> {
        let (true, Some(parent)) = (self.only_existing, self.reference.built_in(namespace)) else {
            return Ok(false);
        };
        let resource = applyset::resource(&parent);
        let look = || metadata::get(api, &resource, Some(namespace), &parent.name);
        match patiently(api, deadline, look).await {
            Ok(found) => Ok(found.is_none()),
            Err(error) if error.code() == Some(403) => {
                events.warn(format!(
                    "cannot read {parent}, so nothing is added to its applyset: {error}"
                ));
                Ok(true)
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Chooses the set. That of the project is for all of its source directory: whoever applies something else has to name
/// a set, or leave the books alone.
pub(in crate::commands) fn choose(
    prune: bool,
    applyset: Option<&Reference>,
    sources: &Sources,
    context: &WorkloadContext<'_>,
) -> Result<Option<Choice>, applyset::Error> {
    if let Some(reference) = applyset {
        return Ok(Some(Choice {
            reference: reference.clone(),
            only_existing: false,
        }));
    }
    let is_project = is_project(sources, context);
    match &context.project.applyset {
        Some(name) if is_project => Ok(Some(Choice {
            reference: Reference::secret(name.as_str()),
            only_existing: !prune,
        })),
        _ if !prune => Ok(None),
        Some(_) => Err(applyset::Error::NoScope(
            "the project's applyset is for its source directory, and something else was named",
        )),
        None => Err(applyset::Error::NoScope(
            "there is no project here, and no applyset was named",
        )),
    }
}

/// Whether what is applied is the project's source directory.
fn is_project(sources: &Sources, context: &WorkloadContext<'_>) -> bool {
    let Some(directory) = &context.project.source_directory else {
        return false;
    };
    let named: Vec<&PathBuf> = (sources.filenames.iter())
        .chain(&sources.path)
        .chain(&sources.kustomize)
        .collect();
    let real = |path: &PathBuf| fsx::canonical(&context.cwd.join(path)).ok();
    match named.as_slice() {
        [] => true,
        [single] => real(single).is_some_and(|path| real(directory) == Some(path)),
        _ => false,
    }
}
