//! The recursion of a build: what a folder adds to what is there, in the order that kustomize keeps.

mod links;
mod origin;
mod plugins;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use self::origin::configured;
use super::error::Error;
use super::file::{FileKind, Order};
use super::finish::finish;
use super::names::{Vars, add_hashes, fix_references, resolve_vars};
use super::objects::read_file;
use super::plugin;
use super::provenance::Provenance;
use super::resource::Resource;
use super::rules::{Rules, rules_of};
use super::schema::Schema;
use super::set::ResourceSet;
use super::transform::{apply_all, steps_of};
use super::tree::{Directory, Link, SourceFile, SourceTree};
use crate::config::Located;
use crate::workload::build::parallel;

/// What a build yields.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    /// The objects in their order.
    pub objects: Vec<Resource>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// What the caller of a build decides, besides what the kustomization says.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct BuildOptions {
    /// The order where the root has no `sortOptions`.
    pub order: Order,
    /// Objects get the label of `managedByLabel` whether or not the root asks for it.
    pub managed_by: bool,
}

/// Builds the root of a tree.
pub(crate) fn build(tree: &SourceTree, options: BuildOptions) -> Result<Outcome, Error> {
    let root = tree.root();
    let mut build = Build {
        tree,
        schema: None,
        builtin: Schema::builtin(),
        builtin_in_use: AtomicBool::new(false),
        annotate: !root.kustomization.build_metadata.is_empty(),
        warnings: Vec::new(),
    };
    let mut all = build.directory(tree.root, Accumulated::default(), &Provenance::default())?;
    all.set.use_schema(build.schema());
    add_hashes(&mut all.set)?;
    fix_references(&mut all.set, &all.rules.name_reference)?;
    let unused = resolve_vars(&mut all.set, &all.vars, &all.rules.var_reference)?;
    for name in unused {
        build
            .warnings
            .push(format!("the variable `{name}` is used nowhere"));
    }
    finish(&mut all.set, &root.kustomization, options)?;
    Ok(Outcome {
        objects: all.set.into_list(),
        warnings: build.warnings,
    })
}

/// The types that the `openapi` of a folder names, if it names some. Those of a document come `over` the built-in ones
/// or instead of them.
fn named_schema(directory: &Directory, over: bool) -> Result<Option<Arc<Schema>>, Error> {
    let openapi = &directory.kustomization.openapi;
    if let Some(path) = &openapi.path {
        let file = directory.file(path)?;
        let text = String::from_utf8_lossy(&file.bytes);
        let documents = crate::yaml::load(&text, &file.source)?;
        let document = documents.first().map(crate::yaml::Node::to_json);
        let read = if over {
            Schema::custom_over
        } else {
            Schema::custom
        };
        return read(&document.unwrap_or_default())
            .map(Some)
            .map_err(|why| Error::at(&path.at, format!("`{}` {why}", path.value)));
    }
    let Some(version) = &openapi.version else {
        return Ok(None);
    };
    Schema::version(&version.value)
        .map(Some)
        .map_err(|why| Error::at(&version.at, why))
}

/// What folders have added so far.
#[derive(Debug, Clone, Default)]
struct Accumulated {
    set: ResourceSet,
    rules: Rules,
    vars: Vars,
}

struct Build<'t> {
    tree: &'t SourceTree,
    /// The types that the first folder on the way named that names some. They count from there on, everywhere.
    schema: Option<Arc<Schema>>,
    builtin: Arc<Schema>,
    /// An object or a merge made kustomize ask the built-in types for more than it knows by heart: they stay from then
    /// on.
    builtin_in_use: AtomicBool,
    /// Annotations that say where objects come from were asked for.
    annotate: bool,
    warnings: Vec<String>,
}

impl Build<'_> {
    fn schema(&self) -> &Arc<Schema> {
        self.schema.as_ref().unwrap_or(&self.builtin)
    }

    /// Adds a folder: a kustomization to nothing, a component to what its parent has.
    fn directory(
        &mut self,
        index: usize,
        mut all: Accumulated,
        here: &Provenance,
    ) -> Result<Accumulated, Error> {
        let tree = self.tree;
        let directory = &tree.directories[index];
        let file = &directory.kustomization;
        self.warn_of(directory);
        if self.schema.is_none() {
            self.schema = named_schema(directory, self.builtin_in_use.load(Ordering::Relaxed))?;
        }
        self.resources(&mut all, directory, &file.resources, here)?;
        let contradiction = |path: String| {
            let what =
                format!("`create` of the field `{path}` contradicts a rule for the same field");
            Error::at(&directory.source.whole(), what)
        };
        for rules in rules_of(directory)? {
            all.rules.merge(&rules).map_err(contradiction)?;
        }
        self.generate(&mut all, directory, here)?;
        for path in &file.components {
            let index = self.linked_directory(directory, path, FileKind::Component)?;
            let inner = self.inner(directory, index, path, here);
            all = self.directory(index, all, &inner)?;
            all.set.check_unique()?;
            // kustomize adds all it has to nothing again, which rules for all kinds may not survive.
            let rules = std::mem::take(&mut all.rules);
            all.rules.merge(&rules).map_err(contradiction)?;
        }
        let mut steps = steps_of(directory, &all.rules)?;
        for step in &mut steps {
            step.provenance = self
                .annotate
                .then(|| configured(directory, here, step.kind));
        }
        let configs = self.configs(directory, &file.transformers, here)?;
        let others = plugin::transformers(&configs, directory, &mut self.warnings)?;
        steps.extend(self.with_provenance(others, &configs));
        all.set.use_schema(self.schema());
        let notes = apply_all(&steps, &mut all.set)?;
        self.builtin_in_use
            .fetch_or(notes.merged, Ordering::Relaxed);
        notes.idle.into_iter().for_each(|idle| self.warn(idle));
        self.validate(&mut all, directory, here)?;
        all.vars.add(&file.vars, &mut all.set)?;
        Ok(all)
    }

    /// Adds files and bases in order.
    fn resources(
        &mut self,
        all: &mut Accumulated,
        directory: &Directory,
        paths: &[Located<String>],
        here: &Provenance,
    ) -> Result<(), Error> {
        let mut found = Vec::new();
        let mut rest = paths;
        while let Some((path, behind)) = rest.split_first() {
            let file = |path: &Located<String>| match directory.links.get(&path.value) {
                Some(Link::File(file)) => Some(Arc::clone(file)),
                _ => None,
            };
            let files: Vec<_> = rest
                .iter()
                .map_while(|path| Some((path, file(path)?)))
                .collect();
            if files.is_empty() {
                let index = self.linked_directory(directory, path, FileKind::Kustomization)?;
                found.append(&mut self.base(all, directory, index, path, here)?);
                rest = behind;
            } else {
                rest = &rest[files.len()..];
                let read = parallel::try_map(files, |(path, file)| self.file(&file, path, here))?;
                found.extend(read.into_iter().flatten());
            }
            all.set.check_room(found.len())?;
        }
        // All at once: it takes an index of those that are there.
        all.set.append(found)
    }

    /// The objects of a base, whose rules and variables count from here on.
    fn base(
        &mut self,
        all: &mut Accumulated,
        directory: &Directory,
        index: usize,
        path: &Located<String>,
        here: &Provenance,
    ) -> Result<Vec<Resource>, Error> {
        let inner = self.inner(directory, index, path, here);
        let base = self.directory(index, Accumulated::default(), &inner)?;
        let merged = all.rules.merge(&base.rules);
        merged.map_err(|field| {
            let what = format!(
                "`create` of the field `{field}` in `{}` contradicts a rule for the same field",
                path.value
            );
            Error::at(&path.at, what)
        })?;
        all.vars.merge(base.vars)?;
        Ok(base.set.into_list())
    }

    /// The objects of a file.
    fn file(
        &self,
        file: &SourceFile,
        path: &Located<String>,
        here: &Provenance,
    ) -> Result<Vec<Resource>, Error> {
        let mut found = read_file(file, self.schema())?;
        self.ask_for_kinds(&found);
        if self.annotate {
            for resource in &mut found {
                resource.history.provenance = Some(here.joined(&path.value));
            }
        }
        Ok(found)
    }

    /// Kinds that kustomize does not know by heart make it ask the built-in types whether they are namespaced.
    fn ask_for_kinds(&self, objects: &[Resource]) {
        if objects
            .iter()
            .any(|object| !self.builtin.knows(&object.gvk()))
        {
            self.builtin_in_use.store(true, Ordering::Relaxed);
        }
    }

    /// What users should know about a file.
    fn warn_of(&mut self, directory: &Directory) {
        let file = &directory.kustomization;
        let generators = file.config_maps.iter().chain(&file.secrets);
        let odd = generators.flat_map(|generator| &generator.odd);
        for oddity in directory.oddities.iter().chain(&file.odd).chain(odd) {
            self.warn(oddity.clone());
        }
        for (old, new) in &file.deprecated {
            self.warn(format!(
                "{}: `{old}` is deprecated, use `{new}`",
                directory.source
            ));
        }
    }

    /// Keeps a warning, once: a base may be built for many overlays.
    fn warn(&mut self, warning: String) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }
}
