//! Rules of patches and machine configuration.

mod patches;
mod rules;
