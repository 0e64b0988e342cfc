//! Where objects come from, for the annotations that say so.

use super::super::provenance::{ConfiguredBy, Provenance};
use super::super::resource::Resource;
use super::super::transform::Step;
use super::super::tree::Directory;
use super::Build;
use crate::config::Located;

impl Build<'_> {
    /// Where the objects of a folder come from.
    pub(super) fn inner(
        &self,
        _from: &Directory,
        index: usize,
        path: &Located<String>,
        here: &Provenance,
    ) -> Provenance {
        match &self.tree.directories[index].remote {
            Some(remote) => Provenance {
                path: remote.path.clone(),
                repository: remote.repository.clone(),
                reference: remote.reference.clone(),
                ..Provenance::default()
            },
            None => here.joined(&path.value),
        }
    }

    /// Steps of configuration objects, with the annotation that they mean.
    pub(super) fn with_provenance(&self, mut steps: Vec<Step>, configs: &[Resource]) -> Vec<Step> {
        for (step, config) in steps.iter_mut().zip(configs) {
            step.provenance = self.configured_by(config);
        }
        steps
    }

    pub(super) fn configured_by(&self, config: &Resource) -> Option<Provenance> {
        let file = config.history.provenance.as_ref()?;
        self.annotate.then(|| Provenance {
            path: String::new(),
            configured_in: file.path.clone(),
            configured_by: Some(ConfiguredBy {
                api_version: config.api_version().to_owned(),
                kind: config.kind().to_owned(),
                name: config.name().to_owned(),
                namespace: config.namespace().to_owned(),
            }),
            ..file.clone()
        })
    }
}

/// What a field of a kustomization configures.
pub(super) fn configured(directory: &Directory, here: &Provenance, kind: &str) -> Provenance {
    Provenance {
        path: String::new(),
        configured_in: here.joined(&directory.file_name).path,
        configured_by: Some(ConfiguredBy {
            api_version: "builtin".to_owned(),
            kind: kind.to_owned(),
            ..ConfiguredBy::default()
        }),
        ..here.clone()
    }
}
