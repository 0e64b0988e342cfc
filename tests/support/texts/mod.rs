//! YAML texts made by rule and by chance: every class of scalar in every position, block scalars with every indicator,
//! documents of random shape and style. The same seed makes the same texts.

mod dice;
mod documents;
mod scalars;

pub(crate) use dice::Dice;
pub(crate) use documents::{damaged, documents};
pub(crate) use scalars::{around, block_scalars, number_like, plain_scalars};
