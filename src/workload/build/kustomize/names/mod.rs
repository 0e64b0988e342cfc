//! What depends on final names: hashes behind them, references to them, variables.

mod hash;
mod references;
mod vars;

pub(crate) use hash::add_hashes;
pub(crate) use references::fix_references;
pub(crate) use vars::{Vars, resolve_vars};
