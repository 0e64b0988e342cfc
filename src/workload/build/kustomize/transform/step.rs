//! The transformers of a kustomization in the order in which they run, as data.

use super::super::error::Error;
use super::super::fieldspec::{self, FieldSpec};
use super::super::file::{Kustomization, Label, Patch};
use super::super::notes::Notes;
use super::super::patch::{JsonTransformer, PatchText, PatchTransformer, StrategicTransformer};
use super::super::provenance::Provenance;
use super::super::replace::ReplacementTransformer;
use super::super::rules::Rules;
use super::super::set::ResourceSet;
use super::super::tree::{Directory, Link};
use super::{
    AffixTransformer, ImageTransformer, Marks, MarksTransformer, NamespaceTransformer,
    ReplicaTransformer, Side, Subjects, ValueAddTransformer,
};
use crate::config::Located;

/// One transformer, ready to run.
#[derive(Debug, Clone)]
pub(crate) enum Transformer {
    /// `patchesStrategicMerge`
    Strategic(StrategicTransformer),
    /// `patches`
    Patch(PatchTransformer),
    /// `namespace`
    Namespace(NamespaceTransformer),
    /// `namePrefix`, `nameSuffix`
    Affix(AffixTransformer),
    /// `labels`, `commonLabels`, `commonAnnotations`
    Marks(MarksTransformer),
    /// `patchesJson6902`
    Json(JsonTransformer),
    /// `replicas`
    Replica(ReplicaTransformer),
    /// `images`
    Image(ImageTransformer),
    /// `replacements`
    Replacement(ReplacementTransformer),
    /// No field of a kustomization.
    ValueAdd(ValueAddTransformer),
    /// No field of a kustomization: hashes behind names.
    Hash,
    /// Several that count as one.
    Many(Vec<Transformer>),
}

/// A transformer and what annotations call it.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// What runs.
    pub transformer: Transformer,
    /// `PatchTransformer`, as `transformerAnnotations` name it; for those of a kustomization.
    pub kind: &'static str,
    /// Where it is configured, for annotations, where they were asked for.
    pub provenance: Option<Provenance>,
}

impl Transformer {
    /// Whether it may change labels or annotations that are there.
    fn changes_marks(&self) -> bool {
        match self {
            Self::Strategic(_)
            | Self::Patch(_)
            | Self::Json(_)
            | Self::Replacement(_)
            | Self::ValueAdd(_) => true,
            Self::Marks(transformer) => !transformer.pairs.is_empty(),
            Self::Namespace(_)
            | Self::Affix(_)
            | Self::Replica(_)
            | Self::Image(_)
            | Self::Hash => false,
            Self::Many(all) => all.iter().any(Self::changes_marks),
        }
    }

    /// Runs it. What is worth knowing besides goes into the notes.
    fn apply(&self, set: &mut ResourceSet, notes: &mut Notes) -> Result<(), Error> {
        match self {
            Self::Strategic(transformer) => transformer.apply(set, notes),
            Self::Patch(transformer) => transformer.apply(set, notes),
            Self::Namespace(transformer) => transformer.apply(set),
            Self::Affix(transformer) => transformer.apply(set),
            Self::Marks(transformer) => transformer.apply(set),
            Self::Json(transformer) => transformer.apply(set, notes),
            Self::Replica(transformer) => transformer.apply(set),
            Self::Image(transformer) => transformer.apply(set, notes),
            Self::Replacement(transformer) => transformer.apply(set, notes),
            Self::ValueAdd(transformer) => transformer.apply(set),
            Self::Hash => super::super::names::add_hashes(set),
            Self::Many(all) => all.iter().try_for_each(|each| each.apply(set, notes)),
        }
    }
}

/// Runs all of them.
pub(crate) fn apply_all(steps: &[Step], set: &mut ResourceSet) -> Result<Notes, Error> {
    let mut notes = Notes::default();
    for step in steps {
        step.transformer.apply(set, &mut notes)?;
        if step.transformer.changes_marks() {
            set.try_each(|resource| {
                resource.settle_shared();
                Ok(())
            })?;
        }
        if let Some(provenance) = &step.provenance {
            for resource in set.list_mut() {
                if resource.history.provenance.is_none() {
                    // It was made, not changed.
                    resource.history.provenance = Some(provenance.clone());
                } else {
                    resource.history.transformations.push(provenance.clone());
                }
            }
        }
        set.drop_empty();
    }
    Ok(notes)
}

/// The transformers that the fields of a kustomization mean; those of `transformers` come behind them.
pub(crate) fn steps_of(directory: &Directory, rules: &Rules) -> Result<Vec<Step>, Error> {
    let file = &directory.kustomization;
    let mut steps = Vec::new();
    let mut add = |kind, transformer| {
        steps.push(Step {
            transformer,
            kind,
            provenance: None,
        });
    };
    if !file.patches_strategic_merge.is_empty() {
        let patches = file.patches_strategic_merge.iter();
        let patches = patches.map(|patch| path_or_text(directory, patch));
        add(
            "PatchStrategicMergeTransformer",
            Transformer::Strategic(StrategicTransformer {
                patches: patches.collect(),
            }),
        );
    }
    for patch in &file.patches {
        let transformer = PatchTransformer {
            patch: patch_text(directory, patch)?,
            target: patch.target.clone(),
            options: patch.options,
        };
        add("PatchTransformer", Transformer::Patch(transformer));
    }
    if !file.namespace.is_empty() {
        let transformer = NamespaceTransformer {
            namespace: file.namespace.clone(),
            specs: rules.namespace.clone(),
            unset_only: false,
            subjects: Subjects::DefaultOnly,
        };
        add("NamespaceTransformer", Transformer::Namespace(transformer));
    }
    for transformer in affix_transformers(file, rules) {
        let kind = match transformer.side {
            Side::Prefix => "PrefixTransformer",
            Side::Suffix => "SuffixTransformer",
        };
        add(kind, Transformer::Affix(transformer));
    }
    for transformer in label_transformers(file, rules)? {
        add("LabelTransformer", Transformer::Marks(transformer));
    }
    if !file.common_annotations.is_empty() {
        let transformer = MarksTransformer {
            marks: Marks::Annotations,
            pairs: file.common_annotations.clone(),
            specs: rules.common_annotations.clone(),
        };
        add("AnnotationsTransformer", Transformer::Marks(transformer));
    }
    for patch in &file.patches_json {
        let Some(target) = patch.target.clone() else {
            return Err(Error::at(
                &patch.at,
                "a patch of `patchesJson6902` needs a `target`",
            ));
        };
        let patch = patch_text(directory, patch)?;
        let transformer = JsonTransformer { patch, target };
        add("PatchJson6902Transformer", Transformer::Json(transformer));
    }
    for replica in &file.replicas {
        let transformer = ReplicaTransformer {
            replica: replica.clone(),
            specs: rules.replicas.clone(),
        };
        add("ReplicaCountTransformer", Transformer::Replica(transformer));
    }
    for image in &file.images {
        let transformer = ImageTransformer {
            image: image.clone(),
            specs: rules.images.clone(),
        };
        add("ImageTagTransformer", Transformer::Image(transformer));
    }
    if !file.replacements.is_empty() {
        let transformer = ReplacementTransformer::of(directory, &file.replacements)?;
        add(
            "ReplacementTransformer",
            Transformer::Replacement(transformer),
        );
    }
    Ok(steps)
}

/// `namePrefix`, then `nameSuffix`, if they are there.
fn affix_transformers(file: &Kustomization, rules: &Rules) -> Vec<AffixTransformer> {
    let affixes = [
        (Side::Prefix, &file.name_prefix, &rules.name_prefix),
        (Side::Suffix, &file.name_suffix, &rules.name_suffix),
    ];
    let affixes = affixes.into_iter().filter(|(_, text, _)| !text.is_empty());
    let transformer = |(side, text, specs): (Side, &String, &Vec<FieldSpec>)| AffixTransformer {
        side,
        text: text.clone(),
        specs: specs.clone(),
    };
    affixes.map(transformer).collect()
}

/// `labels` in order, then `commonLabels`, if there are any of either.
fn label_transformers(file: &Kustomization, rules: &Rules) -> Result<Vec<MarksTransformer>, Error> {
    let mut found = Vec::new();
    for label in &file.labels {
        found.push(MarksTransformer {
            marks: Marks::Labels,
            pairs: label.pairs.clone(),
            specs: specs_of(label, rules).map_err(|path| {
                let what =
                    format!("`create` of the field `{path}` contradicts a rule for the same field");
                Error::at(&label.at, what)
            })?,
        });
    }
    if !file.labels.is_empty() || !file.common_labels.is_empty() {
        found.push(MarksTransformer {
            marks: Marks::Labels,
            pairs: file.common_labels.clone(),
            specs: rules.common_labels.clone(),
        });
    }
    Ok(found)
}

fn specs_of(label: &Label, rules: &Rules) -> Result<Vec<FieldSpec>, String> {
    let mut specs = label.fields.clone();
    fieldspec::merge_all(&mut specs, rules.labels.iter().cloned())?;
    if label.include_selectors {
        fieldspec::merge_all(&mut specs, rules.common_labels.iter().cloned())?;
        return Ok(specs);
    }
    if label.include_templates {
        fieldspec::merge_all(&mut specs, rules.template_labels.iter().cloned())?;
    }
    fieldspec::merge_one(&mut specs, FieldSpec::any("metadata/labels", true))?;
    Ok(specs)
}

/// The text of an entry of `patches`: inline or in a file, but not both.
pub(crate) fn patch_text(directory: &Directory, patch: &Patch) -> Result<PatchText, Error> {
    match (&patch.path, &patch.text) {
        (Some(path), None) => file_text(directory, path),
        (None, Some(text)) => Ok(inline(directory, text)),
        (None, None) => Err(Error::at(&patch.at, "a patch needs `path` or `patch`")),
        (Some(path), Some(_)) => Err(Error::at(
            &path.at,
            "a patch has either `path` or `patch`, not both",
        )),
    }
}

/// A patch that is a path if there is such a file, or else the text itself.
pub(crate) fn path_or_text(directory: &Directory, patch: &Located<String>) -> PatchText {
    file_text(directory, patch).unwrap_or_else(|_| inline(directory, patch))
}

fn inline(directory: &Directory, text: &Located<String>) -> PatchText {
    PatchText {
        text: text.value.as_str().into(),
        source: directory.source.clone(),
        is_file: false,
        at: text.at.clone(),
        confidential: false,
    }
}

/// The text of a file that a kustomization names.
pub(crate) fn file_text(directory: &Directory, path: &Located<String>) -> Result<PatchText, Error> {
    let file = directory.file(path)?;
    match std::str::from_utf8(&file.bytes) {
        Ok(text) => Ok(PatchText {
            text: text.into(),
            source: file.source.clone(),
            is_file: true,
            at: path.at.clone(),
            confidential: file.confidential,
        }),
        Err(_) => Err(Error::at(
            &path.at,
            format!("`{}` is not a UTF-8 text", path.value),
        )),
    }
}

impl Directory {
    /// The file that a path of this folder's kustomization names.
    pub(crate) fn file(
        &self,
        path: &Located<String>,
    ) -> Result<&super::super::tree::SourceFile, Error> {
        let why = match self.links.get(&path.value) {
            Some(Link::File(file)) => return Ok(file),
            Some(Link::Directory(_)) => "is a folder, where a file is expected".to_owned(),
            Some(Link::Missing(why)) => why.clone(),
            None => "was not read".to_owned(),
        };
        Err(Error::at(&path.at, format!("`{}` {why}", path.value)))
    }
}
