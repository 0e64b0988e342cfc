//! What machine configuration may contain, by version of Talos. `fields.txt` has the facts; `testbed/talos/schema.sh`
//! writes it from Talos' own Go types.

mod kind;
mod line;
mod table;

pub(super) use kind::{Kind, Leaf, ListRule};
pub(super) use table::{DocumentType, Field, StructType, table};
