//! Transformers, generators and validators that are configured by objects of their own; built-in ones only. What would
//! run foreign code is refused by name.

mod config;
mod foreign;
mod generators;
mod paths;
#[cfg(test)]
mod tests;
mod transformers;

pub(crate) use generators::{charts_of, generators};
pub(crate) use paths::{Use, paths_of};
pub(crate) use transformers::transformers;
