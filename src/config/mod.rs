//! The files users write: `ksail.yaml` and the configuration of the distribution it names.
//!
//! [`discover()`] finds and reads them; everything else is pure. Decoding is strict: a field is read, refused by name or
//! unknown, always with line and column, and never ignored.

mod cidr;
mod discover;
mod error;
mod expand;
mod fields;
mod folder;
mod format;
pub mod k3d;
pub mod kind;
mod name;
mod notation;
mod parse;
mod path;
mod ports;
mod published;
pub mod refused;
pub mod scaffold;
pub mod schema;
mod sizes;
pub mod talos;

pub use cidr::{Cidr, NotCidr};
pub use discover::{PROJECT_FILE, Project, Request, discover};
pub use error::{Error, Problem};
pub use expand::expand;
pub use fields::Located;
pub(crate) use fields::{Cell, Fields};
pub use format::{
    DistributionFile, FORMATS, FileFormat, FolderFile, FolderFormat, Format, K3D, KIND, Nodes,
    Shape, TALOS,
};
pub use name::{
    check_host_name, check_host_names, check_k3d, check_kind, check_label, check_metadata,
};
pub use notation::Refusal;
pub use parse::{FileSettings, decode};
pub(crate) use path::absolute;
pub use ports::{PortMapping, parse_ports};
pub use published::PublishedPort;
pub use sizes::memory;

#[cfg(test)]
mod tests;
