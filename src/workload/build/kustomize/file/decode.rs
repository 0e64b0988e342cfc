//! From the document of a kustomization file to data.

use super::super::gvk::Gvk;
use super::args::{pairs, text, texts, word};
use super::helm::read_old_chart;
use super::{
    BuildMetadata, FileKind, GeneratorOptions, HelmChart, HelmGlobals, Image, Kustomization, Label,
    OpenApi, Order, Patch, ReplacementEntry, Replica, SortOptions, Var, read_chart, read_generator,
    read_globals,
};
use crate::config::Error;
use crate::config::{Cell, Fields};
use crate::yaml::{Node, Source};

/// Fields that have a successor.
const DEPRECATED: [(&str, &str); 6] = [
    ("bases", "resources"),
    ("commonLabels", "labels"),
    ("imageTags", "images"),
    ("patchesJson6902", "patches"),
    ("patchesStrategicMerge", "patches"),
    ("vars", "replacements"),
];

/// Field that the default of a `fieldref` or `fieldPath` means.
pub(crate) const DEFAULT_FIELD: &str = "metadata.name";

/// Reads the document of a kustomization file.
pub(crate) fn decode(root: &Node, source: &Source) -> Result<Kustomization, Error> {
    let cell = Cell::root(root, source);
    let mut fields = cell.fields()?.fold_case();
    let kind = header(&mut fields)?;
    if !fields.any_left() {
        return Err(cell.rule("it is empty: a kustomization needs at least one field"));
    }
    // It may have a name and labels, which mean nothing.
    fields.take("metadata");
    let deprecated = DEPRECATED
        .into_iter()
        .filter(|(old, _)| fields.take(old).is_some())
        .collect();
    let mut resources = texts(&mut fields, "resources")?;
    resources.extend(texts(&mut fields, "bases")?);
    let mut images = fields.list("images", Image::read)?;
    images.extend(fields.list("imageTags", Image::read)?);
    let (helm_globals, helm_charts) = helm(&mut fields)?;
    let mut odd = Vec::new();
    let build_metadata = fields.list("buildMetadata", |cell| build_metadata(cell, &mut odd))?;
    let build_metadata = build_metadata.into_iter().flatten().collect();
    let kustomization = Kustomization {
        kind,
        openapi: fields.read("openapi", openapi)?.unwrap_or_default(),
        name_prefix: text(&mut fields, "namePrefix")?,
        name_suffix: text(&mut fields, "nameSuffix")?,
        namespace: text(&mut fields, "namespace")?,
        common_labels: pairs(&mut fields, "commonLabels")?,
        labels: fields.list("labels", Label::read)?,
        common_annotations: pairs(&mut fields, "commonAnnotations")?,
        patches_strategic_merge: texts(&mut fields, "patchesStrategicMerge")?,
        patches_json: fields.list("patchesJson6902", Patch::read)?,
        patches: fields.list("patches", Patch::read)?,
        images,
        replacements: fields.list("replacements", ReplacementEntry::read)?,
        replicas: fields.list("replicas", Replica::read)?,
        vars: fields.list("vars", var)?,
        sort_options: fields.read("sortOptions", sort_options)?,
        resources,
        components: texts(&mut fields, "components")?,
        crds: texts(&mut fields, "crds")?,
        config_maps: fields.list("configMapGenerator", |cell| {
            read_generator(cell, false, false)
        })?,
        secrets: fields.list("secretGenerator", |cell| read_generator(cell, true, false))?,
        generator_options: fields.read("generatorOptions", GeneratorOptions::read)?,
        helm_globals,
        helm_charts,
        configurations: texts(&mut fields, "configurations")?,
        generators: texts(&mut fields, "generators")?,
        transformers: texts(&mut fields, "transformers")?,
        validators: texts(&mut fields, "validators")?,
        build_metadata,
        odd,
        deprecated,
    };
    fields.finish()?;
    Ok(kustomization)
}

fn header(fields: &mut Fields<'_>) -> Result<FileKind, Error> {
    let kinds = [
        ("", FileKind::Kustomization),
        ("Kustomization", FileKind::Kustomization),
        ("Component", FileKind::Component),
    ];
    let kind = fields
        .read("kind", |cell| cell.choice(&kinds, false))?
        .unwrap_or_default();
    let version = match kind {
        FileKind::Kustomization => "kustomize.config.k8s.io/v1beta1",
        FileKind::Component => "kustomize.config.k8s.io/v1alpha1",
    };
    fields.read("apiVersion", |cell| {
        cell.choice(&[("", ()), (version, ())], false)
    })?;
    Ok(kind)
}

fn helm(fields: &mut Fields<'_>) -> Result<(HelmGlobals, Vec<HelmChart>), Error> {
    let mut older = HelmGlobals::default();
    let globals = fields.read("helmGlobals", |cell| {
        let mut fields = cell.fields()?.fold_case();
        let globals = read_globals(&mut fields)?;
        fields.finish()?;
        Ok(globals)
    })?;
    let mut charts = fields.list("helmCharts", |cell| {
        let mut fields = cell.fields()?.fold_case();
        let chart = read_chart(&mut fields, cell.at())?;
        fields.finish()?;
        Ok(chart)
    })?;
    charts.extend(fields.list("helmChartInflationGenerator", |cell| {
        read_old_chart(cell, &mut older)
    })?);
    Ok((globals.unwrap_or(older), charts))
}

fn openapi(cell: &Cell<'_>) -> Result<OpenApi, Error> {
    let mut fields = cell.fields()?;
    let located = |cell: &Cell<'_>| Ok(cell.located(cell.text()?));
    let openapi = OpenApi {
        version: fields.read("version", located)?,
        path: fields.read("path", located)?,
    };
    fields.finish()?;
    if let (Some(_), Some(path)) = (&openapi.version, &openapi.path) {
        let why = "cannot stand beside `openapi.version`";
        return Err(Error::rule(path.at.clone(), "openapi.path", why));
    }
    Ok(openapi)
}

fn sort_options(cell: &Cell<'_>) -> Result<SortOptions, Error> {
    let mut fields = cell.fields()?.fold_case();
    let orders = [("legacy", Order::Legacy), ("fifo", Order::Fifo)];
    let order = fields.read("order", |cell| cell.choice(&orders, false))?;
    let legacy = fields.take("legacySortOptions");
    fields.finish()?;
    let kinds = match (&legacy, order) {
        (None, _) => None,
        (Some(legacy), Some(Order::Legacy)) => {
            let mut fields = legacy.fields()?.fold_case();
            let list = |cell: &Cell<'_>| cell.text();
            let kinds = (
                fields.list("orderFirst", list)?,
                fields.list("orderLast", list)?,
            );
            fields.finish()?;
            Some(kinds)
        }
        (Some(legacy), _) => {
            return Err(legacy.rule("can only stand beside `order: legacy`"));
        }
    };
    match order {
        Some(order) => Ok(SortOptions { order, kinds }),
        None => Err(cell.rule("needs `order`, which is `legacy` or `fifo`")),
    }
}

fn build_metadata(cell: &Cell<'_>, odd: &mut Vec<String>) -> Result<Option<BuildMetadata>, Error> {
    let words = [
        ("originAnnotations", BuildMetadata::Origin),
        ("transformerAnnotations", BuildMetadata::Transformer),
        ("managedByLabel", BuildMetadata::ManagedBy),
    ];
    word(cell, &words, odd)
}

fn var(cell: &Cell<'_>) -> Result<Var, Error> {
    let mut fields = cell.fields()?.fold_case();
    let name = fields.require("name")?.filled_text()?;
    let object = fields.require("objref")?;
    let field = fields.read("fieldref", |cell| {
        let mut fields = cell.fields()?.fold_case();
        let path = text(&mut fields, "fieldPath")?;
        fields.finish()?;
        Ok(path)
    })?;
    fields.finish()?;
    let mut object = object.fields()?.fold_case();
    let api_version = text(&mut object, "apiVersion")?;
    let mut gvk = super::args::gvk(&mut object)?;
    if !api_version.is_empty() {
        let named = Gvk::new(&api_version, &gvk.kind);
        // One without a group leaves the group alone.
        if !named.group.is_empty() {
            gvk.group = named.group;
        }
        gvk.version = named.version;
    }
    let var = Var {
        name,
        at: cell.at(),
        gvk,
        object: text(&mut object, "name")?,
        namespace: text(&mut object, "namespace")?,
        field: field
            .filter(|field| !field.is_empty())
            .unwrap_or_else(|| DEFAULT_FIELD.to_owned()),
    };
    object.finish()?;
    Ok(var)
}
