//! A set of applied objects as the cluster knows it: reads and writes its parent, lists its members.

mod error;
mod members;
mod names;
mod open;

pub use error::Error;
pub use members::{Found, members};
pub use names::{Names, label_objects};
pub use open::{ApplySet, find_parent, resource};
