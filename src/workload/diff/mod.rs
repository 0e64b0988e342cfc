//! What an apply would change: live objects beside what the API server would make of them.
//!
//! `live` asks the server, `clean` takes out what says nothing, `mask` what nobody may read, `render` makes text
//! and data of the rest. Only `live` has effects.

mod clean;
mod live;
mod mask;
mod render;

pub use live::{Options, compare, pruned};
pub use render::{Change, Difference};
