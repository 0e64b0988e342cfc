//! The kustomization file: what it can say, and how it is read.

mod args;
mod decode;
mod generators;
mod helm;
mod model;
mod replacement;

pub(crate) use args::{
    Image, Label, Patch, PatchOptions, Replica, filled, gvk as read_gvk, read_field_spec, texts,
};
pub(crate) use decode::decode;
pub(crate) use generators::{Generator, GeneratorOptions, read_generator};
pub(crate) use helm::{HelmChart, HelmGlobals, ValuesMerge, read_chart, read_globals};
pub(crate) use model::{BuildMetadata, FileKind, Kustomization, OpenApi, Order, SortOptions, Var};
pub(crate) use replacement::{
    FieldOptions, Replacement, ReplacementEntry, Source, Target, read_replacement,
};
