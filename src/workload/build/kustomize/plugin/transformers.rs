//! Transformers from configuration objects.

use super::super::error::Error;
use super::super::file::{Image, Patch, PatchOptions, ReplacementEntry, Replica, filled, texts};
use super::super::patch::{JsonTransformer, PatchTransformer, StrategicTransformer};
use super::super::replace::ReplacementTransformer;
use super::super::resource::Resource;
use super::super::selector::Selector;
use super::super::transform::{
    AffixTransformer, ImageTransformer, Marks, MarksTransformer, NamespaceTransformer,
    ReplicaTransformer, Side, Step, Subjects, Transformer, ValueAddTransformer, patch_text,
    path_or_text,
};
use super::super::tree::Directory;
use super::config::{Config, field_specs};
use super::foreign::{self, GENERATORS, TRANSFORMERS};
use crate::config::Cell;

/// The transformers that configuration objects mean. Those that would run foreign code are refused by name.
pub(crate) fn transformers(
    configs: &[Resource],
    directory: &Directory,
    warnings: &mut Vec<String>,
) -> Result<Vec<Step>, Error> {
    configs
        .iter()
        .map(|config| {
            let others = (&GENERATORS[..], "generators");
            foreign::check(config, &TRANSFORMERS, "transformer", others)?;
            let (kind, transformer) = read(config, directory, warnings)?;
            Ok(Step {
                transformer,
                kind,
                provenance: None,
            })
        })
        .collect()
}

fn read(
    resource: &Resource,
    directory: &Directory,
    warnings: &mut Vec<String>,
) -> Result<(&'static str, Transformer), Error> {
    let mut config = Config::of(resource, warnings);
    let kind = TRANSFORMERS
        .into_iter()
        .find(|kind| *kind == resource.kind())
        .unwrap_or_default();
    let transformer = match kind {
        "AnnotationsTransformer" => marks(&mut config, Marks::Annotations, "annotations")?,
        "LabelTransformer" => marks(&mut config, Marks::Labels, "labels")?,
        "NamespaceTransformer" => namespace(&mut config, resource)?,
        "PrefixTransformer" => affix(&mut config, "prefix", Side::Prefix)?,
        "SuffixTransformer" => affix(&mut config, "suffix", Side::Suffix)?,
        "PrefixSuffixTransformer" => affixes(&mut config)?,
        "ImageTagTransformer" => config.read(|fields, _| {
            let image = Image::read(&fields.require("imageTag")?)?;
            let specs = field_specs(fields)?;
            Ok(Transformer::Image(ImageTransformer { image, specs }))
        })?,
        "ReplicaCountTransformer" => config.read(|fields, _| {
            let replica = Replica::read(&fields.require("replica")?)?;
            let specs = field_specs(fields)?;
            Ok(Transformer::Replica(ReplicaTransformer { replica, specs }))
        })?,
        "PatchTransformer" => patch(&mut config, directory)?,
        "PatchJson6902Transformer" => json_patch(&mut config, directory)?,
        "PatchStrategicMergeTransformer" => strategic(&mut config, directory)?,
        "ReplacementTransformer" => {
            let entries =
                config.read(|fields, _| fields.list("replacements", ReplacementEntry::read))?;
            Transformer::Replacement(ReplacementTransformer::of(directory, &entries)?)
        }
        "ValueAddTransformer" => {
            let (read, file) = config.read(ValueAddTransformer::read)?;
            Transformer::ValueAdd(read.completed(file.as_ref(), directory)?)
        }
        _ => config.read(|_, _| Ok(Transformer::Hash))?,
    };
    Ok((kind, transformer))
}

fn marks(config: &mut Config<'_>, marks: Marks, name: &'static str) -> Result<Transformer, Error> {
    config.read(|fields, _| {
        let pairs = fields.read(name, |cell| cell.map(Cell::text))?;
        Ok(Transformer::Marks(MarksTransformer {
            marks,
            pairs: pairs.unwrap_or_default(),
            specs: field_specs(fields)?,
        }))
    })
}

fn namespace(config: &mut Config<'_>, resource: &Resource) -> Result<Transformer, Error> {
    let words = [
        ("", Subjects::DefaultOnly),
        ("defaultOnly", Subjects::DefaultOnly),
        ("allServiceAccounts", Subjects::AllServiceAccounts),
        ("none", Subjects::None),
    ];
    config.read(|fields, _| {
        // It stands in the metadata, and beside it too, as Go reads embedded structs.
        let own = fields.read("namespace", Cell::text)?;
        let transformer = NamespaceTransformer {
            namespace: own.unwrap_or_else(|| resource.namespace().to_owned()),
            specs: field_specs(fields)?,
            unset_only: fields.read("unsetOnly", Cell::flag)?.unwrap_or_default(),
            subjects: fields
                .read("setRoleBindingSubjects", |cell| cell.choice(&words, false))?
                .unwrap_or_default(),
        };
        if transformer.namespace.is_empty() {
            return Ok(Transformer::Many(Vec::new()));
        }
        Ok(Transformer::Namespace(transformer))
    })
}

fn affix(config: &mut Config<'_>, name: &'static str, side: Side) -> Result<Transformer, Error> {
    config.read(|fields, _| {
        Ok(Transformer::Affix(AffixTransformer {
            side,
            text: fields.read(name, Cell::text)?.unwrap_or_default(),
            specs: field_specs(fields)?,
        }))
    })
}

fn affixes(config: &mut Config<'_>) -> Result<Transformer, Error> {
    config.read(|fields, _| {
        let prefix = fields.read("prefix", Cell::text)?.unwrap_or_default();
        let suffix = fields.read("suffix", Cell::text)?.unwrap_or_default();
        let specs = field_specs(fields)?;
        let one = |side, text| {
            let specs = specs.clone();
            Transformer::Affix(AffixTransformer { side, text, specs })
        };
        let both = vec![one(Side::Prefix, prefix), one(Side::Suffix, suffix)];
        Ok(Transformer::Many(both))
    })
}

fn patch(config: &mut Config<'_>, directory: &Directory) -> Result<Transformer, Error> {
    let patch = config.read(|fields, cell| Patch::of(fields, cell.at()))?;
    Ok(Transformer::Patch(PatchTransformer {
        patch: patch_text(directory, &patch)?,
        target: patch.target,
        options: patch.options,
    }))
}

fn json_patch(config: &mut Config<'_>, directory: &Directory) -> Result<Transformer, Error> {
    let (patch, target) = config.read(|fields, cell| {
        let target = fields.require("target")?;
        let target = target.located(Selector::read(&target)?);
        if target.value.written.name.is_empty() {
            return Err(cell.rule("needs `target.name`"));
        }
        let patch = Patch {
            path: fields.read("path", filled)?.flatten(),
            text: fields.read("jsonOp", filled)?.flatten(),
            target: None,
            options: PatchOptions::default(),
            at: cell.at(),
        };
        Ok((patch, target))
    })?;
    let patch = patch_text(directory, &patch)?;
    Ok(Transformer::Json(JsonTransformer { patch, target }))
}

fn strategic(config: &mut Config<'_>, directory: &Directory) -> Result<Transformer, Error> {
    let (paths, text, at) = config.read(|fields, cell| {
        let paths = texts(fields, "paths")?;
        let text = fields.read("patches", filled)?.flatten();
        Ok((paths, text, cell.at()))
    })?;
    let named = paths.iter().chain(&text);
    let patches: Vec<_> = named.map(|patch| path_or_text(directory, patch)).collect();
    if patches.is_empty() {
        return Err(Error::at(&at, "a patch needs `paths` or `patches`"));
    }
    Ok(Transformer::Strategic(StrategicTransformer { patches }))
}
