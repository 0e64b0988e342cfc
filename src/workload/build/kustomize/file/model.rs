//! A kustomization as data, with the places of everything that an error could be about.

use std::collections::BTreeMap;

use super::super::gvk::Gvk;
use super::{
    Generator, GeneratorOptions, HelmChart, HelmGlobals, Image, Label, Patch, ReplacementEntry,
    Replica,
};
use crate::config::Located;
use crate::yaml::Location;

/// What a kustomization file is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// A set of objects of its own.
    #[default]
    Kustomization,
    /// Changes to the objects of whoever names it.
    Component,
}

/// Annotations and labels that say how an object was built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BuildMetadata {
    /// `originAnnotations`
    Origin,
    /// `transformerAnnotations`
    Transformer,
    /// `managedByLabel`
    ManagedBy,
}

/// `sortOptions.order`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Order {
    /// By kind, then by name.
    #[default]
    Legacy,
    /// As they came.
    Fifo,
}

/// `sortOptions`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SortOptions {
    /// The order.
    pub order: Order,
    /// Kinds that come first and kinds that come last, if they differ from the usual ones.
    pub kinds: Option<(Vec<String>, Vec<String>)>,
}

/// `openapi`: the types by which patches are merged.
#[derive(Debug, Clone, Default)]
pub(crate) struct OpenApi {
    /// A version that kustomize has built in.
    pub version: Option<Located<String>>,
    /// A file with a schema.
    pub path: Option<Located<String>>,
}

/// `vars`: a value that replaces `$(NAME)`.
#[derive(Debug, Clone)]
pub(crate) struct Var {
    /// The name.
    pub name: String,
    /// Where it is written.
    pub at: Location,
    /// Kind of the object that has the value.
    pub gvk: Gvk,
    /// Its name.
    pub object: String,
    /// Its namespace; empty if any will do.
    pub namespace: String,
    /// Path of the field, parts separated by dots.
    pub field: String,
}

impl PartialEq for Var {
    /// Whether both say the same, wherever they do.
    fn eq(&self, other: &Self) -> bool {
        let all = |var: &Self| {
            let Self {
                name,
                gvk,
                object,
                namespace,
                field,
                ..
            } = var.clone();
            (name, gvk, object, namespace, field)
        };
        all(self) == all(other)
    }
}

/// One kustomization file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kustomization {
    /// What it is.
    pub kind: FileKind,
    /// `openapi`
    pub openapi: OpenApi,
    /// `namePrefix`
    pub name_prefix: String,
    /// `nameSuffix`
    pub name_suffix: String,
    /// `namespace`
    pub namespace: String,
    /// `commonLabels`
    pub common_labels: BTreeMap<String, String>,
    /// `labels`
    pub labels: Vec<Label>,
    /// `commonAnnotations`
    pub common_annotations: BTreeMap<String, String>,
    /// `patchesStrategicMerge`: paths or texts.
    pub patches_strategic_merge: Vec<Located<String>>,
    /// `patchesJson6902`
    pub patches_json: Vec<Patch>,
    /// `patches`
    pub patches: Vec<Patch>,
    /// `images`, and `imageTags` behind them.
    pub images: Vec<Image>,
    /// `replacements`
    pub replacements: Vec<ReplacementEntry>,
    /// `replicas`
    pub replicas: Vec<Replica>,
    /// `vars`
    pub vars: Vec<Var>,
    /// `sortOptions`
    pub sort_options: Option<SortOptions>,
    /// `resources`, and `bases` behind them.
    pub resources: Vec<Located<String>>,
    /// `components`
    pub components: Vec<Located<String>>,
    /// `crds`
    pub crds: Vec<Located<String>>,
    /// `configMapGenerator`, options of the file not yet merged.
    pub config_maps: Vec<Generator>,
    /// `secretGenerator`, likewise.
    pub secrets: Vec<Generator>,
    /// `generatorOptions`
    pub generator_options: Option<GeneratorOptions>,
    /// `helmGlobals`
    pub helm_globals: HelmGlobals,
    /// `helmCharts`, and `helmChartInflationGenerator` behind them.
    pub helm_charts: Vec<HelmChart>,
    /// `configurations`
    pub configurations: Vec<Located<String>>,
    /// `generators`: paths or texts.
    pub generators: Vec<Located<String>>,
    /// `transformers`: paths or texts.
    pub transformers: Vec<Located<String>>,
    /// `validators`: paths or texts.
    pub validators: Vec<Located<String>>,
    /// `buildMetadata`
    pub build_metadata: Vec<BuildMetadata>,
    /// What is odd about it, for warnings.
    pub odd: Vec<String>,
    /// Fields that are there and that kustomize wants replaced by others: the old and the new name.
    pub deprecated: Vec<(&'static str, &'static str)>,
}

impl Kustomization {
    /// Whether it asks for such annotations or labels.
    pub(crate) fn asks_for(&self, metadata: BuildMetadata) -> bool {
        self.build_metadata.contains(&metadata)
    }
}
