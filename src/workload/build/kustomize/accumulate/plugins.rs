//! Generators, and what is configured by objects of its own.

use super::super::error::Error;
use super::super::generate::{Made, generate};
use super::super::objects::{read_file, read_text};
use super::super::plugin;
use super::super::provenance::Provenance;
use super::super::resource::Resource;
use super::super::transform::apply_all;
use super::super::tree::Directory;
use super::origin::configured;
use super::{Accumulated, Build};
use crate::config::Located;

/// The label that validators may set.
const VALIDATED_BY: &str = "validated-by";

impl Build<'_> {
    /// Runs the generators of a folder.
    pub(super) fn generate(
        &mut self,
        all: &mut Accumulated,
        directory: &Directory,
        here: &Provenance,
    ) -> Result<(), Error> {
        let file = &directory.kustomization;
        let global = file.generator_options.as_ref();
        let mut made: Vec<(Vec<Resource>, Option<Provenance>)> = Vec::new();
        let lists = [
            (Made::ConfigMap, &file.config_maps, "ConfigMapGenerator"),
            (Made::Secret, &file.secrets, "SecretGenerator"),
        ];
        for (what, list, kind) in lists {
            for entry in list {
                let resource = generate(what, entry, global, directory, self.schema())?;
                made.push((vec![resource], Some(configured(directory, here, kind))));
            }
        }
        for chart in &directory.charts {
            let mut rendered = read_file(chart, self.schema())?;
            for resource in &mut rendered {
                resource.history.from_helm = true;
            }
            let by = configured(directory, here, "HelmChartInflationGenerator");
            made.push((rendered, Some(by)));
        }
        let configs = self.configs(directory, &file.generators, here)?;
        let others = plugin::generators(&configs, directory, &mut self.warnings)?;
        for (resources, config) in others.into_iter().zip(&configs) {
            made.push((resources, self.configured_by(config)));
        }
        let mut joined = Vec::new();
        for (mut resources, provenance) in made {
            if self.annotate {
                for resource in &mut resources {
                    let own = &mut resource.history.provenance;
                    *own = own.take().or_else(|| provenance.clone());
                }
            }
            joined.append(&mut resources);
        }
        all.set.absorb(joined)
    }

    /// The configuration objects of `generators`, `transformers` or `validators`: texts first, then files and folders.
    pub(super) fn configs(
        &mut self,
        directory: &Directory,
        entries: &[Located<String>],
        here: &Provenance,
    ) -> Result<Vec<Resource>, Error> {
        let mut all = Accumulated::default();
        let mut paths = Vec::new();
        for entry in entries {
            let is_path = directory.links.contains_key(&entry.value);
            match read_text(&entry.value, &directory.source, self.schema()) {
                Ok(mut found) if !is_path => {
                    self.ask_for_kinds(&found);
                    for resource in &mut found {
                        resource.origin.line = entry.at.line;
                        resource.history.provenance =
                            self.annotate.then(|| here.joined(&directory.file_name));
                    }
                    all.set.append(found)?;
                }
                _ => paths.push(entry.clone()),
            }
        }
        self.resources(&mut all, directory, &paths, here)?;
        Ok(all.set.into_list())
    }

    /// Validators see everything and change nothing but a label that says that they did.
    pub(super) fn validate(
        &mut self,
        all: &mut Accumulated,
        directory: &Directory,
        here: &Provenance,
    ) -> Result<(), Error> {
        let configs = self.configs(directory, &directory.kustomization.validators, here)?;
        for step in plugin::transformers(&configs, directory, &mut self.warnings)? {
            let mut changed = all.set.clone();
            apply_all(std::slice::from_ref(&step), &mut changed)?;
            let mut compared = changed.clone();
            for resource in compared.list_mut() {
                resource.remove_label(VALIDATED_BY);
            }
            if !compared.same_content(&all.set) {
                let what = format!("the validator {} changes objects", step.kind);
                let place = directory.kustomization.validators.first();
                let at = place.map_or_else(|| directory.source.whole(), |entry| entry.at.clone());
                return Err(Error::at(&at, what).with_hint("name it in `transformers` instead"));
            }
            all.set = changed;
        }
        Ok(())
    }
}
