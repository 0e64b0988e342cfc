//! Which fields the transformers of kustomizations touch: what is built in, and what `configurations` and `crds` add.

mod model;

pub(crate) use model::{BackReferences, Rules, rules_of};
