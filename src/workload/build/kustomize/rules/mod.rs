//! Which fields the transformers of kustomizations touch: what is built in, and what `configurations` and `crds` add.

mod builtin;
mod configuration;
mod crds;
mod model;
mod order;
mod table;
#[cfg(test)]
mod tests;

pub(crate) use model::{BackReferences, Rules, rules_of};
