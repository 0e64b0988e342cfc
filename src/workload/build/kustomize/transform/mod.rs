//! Transformers: changes to all objects that a kustomization has so far.

mod affix;
mod image;
mod marks;
mod namespace;
mod replica;
mod step;
#[cfg(test)]
mod tests;
mod value_add;

pub(crate) use affix::{AffixTransformer, Side};
pub(crate) use image::ImageTransformer;
pub(crate) use marks::{Marks, MarksTransformer};
pub(crate) use namespace::{NamespaceTransformer, Subjects};
pub(crate) use replica::ReplicaTransformer;
pub(crate) use step::{Step, Transformer, apply_all, patch_text, path_or_text, steps_of};
pub(crate) use value_add::ValueAddTransformer;
