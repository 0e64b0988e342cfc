//! Builds kustomizations for all commands that read manifests.

use std::path::Path;

use tokio::runtime::Handle;

use super::workload_context::{WorkloadContext, cache};
use super::workload_reading::source_paths;
use crate::cli::workload::{Building, LoadRestrictor, Reorder, Sources};
use crate::env::EnvMap;
use crate::exec::event::Events;
use crate::oci;
use crate::workload::Error;
use crate::workload::build::kustomize::{self, BuildOptions, Order, Resource};
use crate::workload::discover::{self, Input, Place};
use crate::workload::gather::{self, Form, HelmOptions, Options, Restriction, Unreachable};
use crate::workload::unseal::{Unsealer, Wanted};
use crate::yaml::Source;

/// What flags and project name, in order: texts that were read, and kustomizations that were not.
pub(super) fn inputs(
    sources: &Sources,
    context: &mut WorkloadContext<'_>,
) -> Result<Vec<Input>, Error> {
    if let Some(path) = &sources.kustomize {
        return Ok(vec![Input::Kustomization(Place {
            path: if gather::is_url(path) {
                path.clone()
            } else {
                context.cwd.join(path)
            },
            shown: path.display().to_string(),
        })]);
    }
    let paths = match &context.project.kustomization {
        Some(path) if !sources.are_named() => vec![path.clone()],
        _ => source_paths(sources, context)?,
    };
    discover::read_sources(&paths, context.cwd, context.stdin)
}

/// How to build kustomizations.
#[derive(Clone)]
pub(super) struct Kustomizer {
    flags: Building,
    env: EnvMap,
    events: Events,
    /// Downloads wait in it while everything else computes.
    runtime: Handle,
}

impl Kustomizer {
    /// As the flags say.
    pub(super) fn new(sources: &Sources, context: &WorkloadContext<'_>) -> Self {
        Self {
            flags: sources.building.clone(),
            env: context.env.clone(),
            events: context.events.weak(),
            runtime: Handle::current(),
        }
    }

    /// The objects of a kustomization, in its order.
    pub(super) fn build(&self, place: &Place, wanted: Wanted) -> Result<Vec<Resource>, Error> {
        let unsealer = Unsealer::new(wanted, &self.env);
        let open =
            |source: &Source, bytes: Vec<u8>, form: &Form| unsealer.open(source, bytes, form);
        let download = |url: &str| {
            let content = oci::download(url, gather::MAX_FILE, &self.env);
            self.runtime.block_on(content).map_err(Unreachable)
        };
        let options = Options {
            restriction: match self.flags.load_restrictor {
                LoadRestrictor::RootOnly => Restriction::RootOnly,
                LoadRestrictor::None => Restriction::None,
            },
            decrypt: Some(&open),
            download: &download,
            repositories: cache(&self.env, "git"),
            helm: self.flags.enable_helm.then(|| HelmOptions {
                command: self.flags.helm_command.clone(),
                api_versions: self.flags.helm_api_versions.clone(),
                kube_version: self.flags.helm_kube_version.clone(),
                debug: self.flags.helm_debug,
            }),
        };
        let events = &self.events;
        let gather = || gather::gather(Path::new(&place.path), &place.shown, &options);
        let tree = events.timed("gather", gather)?;
        let asked = BuildOptions {
            order: match self.flags.reorder {
                Reorder::Legacy => Order::Legacy,
                Reorder::None => Order::Fifo,
            },
            managed_by: self.flags.enable_managedby_label,
        };
        let built = events.timed("kustomize", || kustomize::build(&tree, asked));
        let outcome = built.map_err(|error| gather::explain(error, &tree))?;
        for warning in outcome.warnings {
            events.warn(warning);
        }
        events.timed("decrypt", || unsealer.open_objects(outcome.objects))
    }
}
