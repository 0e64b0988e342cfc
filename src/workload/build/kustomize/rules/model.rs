//! The rules of a folder as data, and how those of several places become one set.

use std::borrow::Cow;
use std::sync::Arc;

use super::super::error::Error;
use super::super::fieldspec::{self, FieldSpec};
use super::super::gvk::Gvk;
use super::super::tree::Directory;
use super::order::sort_by_kind;
use super::{builtin, configuration, crds};
use crate::config::Located;

/// Fields in which names of objects of one kind stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BackReferences {
    /// The kind that is named.
    pub gvk: Gvk,
    /// Where it is named.
    pub referrers: Vec<FieldSpec>,
}

/// Fields that transformers touch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rules {
    /// `namePrefix`
    pub name_prefix: Vec<FieldSpec>,
    /// `nameSuffix`
    pub name_suffix: Vec<FieldSpec>,
    /// `namespace`
    pub namespace: Vec<FieldSpec>,
    /// `commonLabels`
    pub common_labels: Vec<FieldSpec>,
    /// `labels`
    pub labels: Vec<FieldSpec>,
    /// `templateLabels`
    pub template_labels: Vec<FieldSpec>,
    /// `commonAnnotations`
    pub common_annotations: Vec<FieldSpec>,
    /// `nameReference`; shared, since every folder has these hundreds.
    pub name_reference: Arc<Vec<BackReferences>>,
    /// `varReference`, likewise.
    pub var_reference: Arc<Vec<FieldSpec>>,
    /// `images`
    pub images: Vec<FieldSpec>,
    /// `replicas`
    pub replicas: Vec<FieldSpec>,
}

impl Rules {
    /// Adds the rules of another set, one after the other: what is added to nothing may get shorter. The error is the
    /// path of two that contradict each other.
    pub(crate) fn merge(&mut self, other: &Rules) -> Result<(), String> {
        let known = builtin::rules();
        let lists = [
            (&mut self.name_prefix, &other.name_prefix),
            (&mut self.name_suffix, &other.name_suffix),
            (&mut self.namespace, &other.namespace),
            (&mut self.common_annotations, &other.common_annotations),
            (&mut self.common_labels, &other.common_labels),
            (&mut self.labels, &other.labels),
            (&mut self.template_labels, &other.template_labels),
            (&mut self.images, &other.images),
            (&mut self.replicas, &other.replicas),
        ];
        for (own, new) in lists {
            merge_specs(own, new)?;
        }
        // Every folder has those that are built in, and they fit to themselves.
        let (own, new) = (&mut self.var_reference, &other.var_reference);
        if Arc::ptr_eq(new, &known.var_reference) && own.is_empty() {
            *own = Arc::clone(new);
        } else if !(Arc::ptr_eq(new, &known.var_reference) && Arc::ptr_eq(own, new)) {
            merge_specs(Arc::make_mut(own), new)?;
        }
        let (own, new) = (&mut self.name_reference, &other.name_reference);
        if own.is_empty() {
            *own = Arc::clone(new);
        } else if !(Arc::ptr_eq(new, &known.name_reference) && Arc::ptr_eq(own, new)) {
            let own = Arc::make_mut(own);
            for references in new.iter() {
                merge_references(own, references)?;
            }
            sort_by_kind(own, |references| &references.gvk);
        }
        Ok(())
    }

    /// Brings every list into the order in which it is applied.
    pub(super) fn sort(&mut self) {
        let lists = [
            &mut self.name_prefix,
            &mut self.name_suffix,
            &mut self.namespace,
            &mut self.common_annotations,
            &mut self.common_labels,
            &mut self.labels,
            &mut self.template_labels,
            &mut self.images,
            &mut self.replicas,
            Arc::make_mut(&mut self.var_reference),
        ];
        for list in lists {
            sort_by_kind(list, |spec| &spec.gvk);
        }
        let references = Arc::make_mut(&mut self.name_reference);
        sort_by_kind(references, |references| &references.gvk);
    }
}

fn merge_specs(own: &mut Vec<FieldSpec>, new: &[FieldSpec]) -> Result<(), String> {
    if new.is_empty() {
        return Ok(());
    }
    fieldspec::merge_all(own, new.iter().cloned())?;
    sort_by_kind(own, |spec| &spec.gvk);
    Ok(())
}

/// Adds where a kind is named to what is known of it.
pub(super) fn merge_references(
    own: &mut Vec<BackReferences>,
    new: &BackReferences,
) -> Result<(), String> {
    if let Some(own) = own.iter_mut().find(|own| own.gvk == new.gvk) {
        return fieldspec::merge_all(&mut own.referrers, new.referrers.iter().cloned());
    }
    own.push(new.clone());
    Ok(())
}

/// The rules that a folder adds: what is built in with what its `configurations` add, and what its `crds` add.
pub(crate) fn rules_of(directory: &Directory) -> Result<[Cow<'static, Rules>; 2], Error> {
    let file = &directory.kustomization;
    let mut from_files = Rules::default();
    for path in &file.configurations {
        if let Some(new) = configuration::read(directory.file(path)?)? {
            merge(&mut from_files, &new, path)?;
        }
    }
    let mut rules = Cow::Borrowed(builtin::rules());
    if let Some(path) = file.configurations.last() {
        merge(rules.to_mut(), &from_files, path)?;
    }
    let mut from_types = Rules::default();
    for path in &file.crds {
        let new = crds::read(directory.file(path)?, &path.at)?;
        merge(&mut from_types, &new, path)?;
    }
    Ok([rules, Cow::Owned(from_types)])
}

fn merge(rules: &mut Rules, new: &Rules, path: &Located<String>) -> Result<(), Error> {
    rules.merge(new).map_err(|field| {
        let what = format!(
            "`create` of the field `{field}` in `{}` contradicts a rule for the same field",
            path.value
        );
        Error::at(&path.at, what)
    })
}
