//! Flags of sets of objects, which `apply` and `delete` share.

use clap::{Args, ValueEnum};

use crate::k8s::inventory::Reference;

/// What becomes of objects that no manifest names any more.
#[derive(Debug, Clone, Default, Args)]
pub struct Prune {
    /// Delete what an earlier apply of the same set applied and the manifests no longer name
    #[arg(long)]
    pub prune: bool,
    /// The set: name of a secret, or `RESOURCE.GROUP/NAME`, that keeps its books, as for kubectl; without `--prune`, only
    /// the books are kept [default: `ksail-NAME` for the source directory of the project NAME]
    #[arg(long, value_name = "[RESOURCE.GROUP/]NAME", value_parser = Reference::parse)]
    pub applyset: Option<Reference>,
    /// Prune these, too; they are protected otherwise
    #[arg(
        long,
        value_enum,
        value_name = "KIND",
        value_delimiter = ',',
        requires = "prune"
    )]
    pub prune_allow: Vec<Protected>,
    /// Prune everything if there are no manifests; this is refused otherwise
    #[arg(long, requires = "prune")]
    pub allow_empty: bool,
    /// What becomes of the objects that a pruned one owns
    #[arg(
        long,
        value_enum,
        value_name = "HOW",
        default_value = "background",
        requires = "prune"
    )]
    pub cascade: Cascade,
}

/// Values of `--prune-allow`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Protected {
    /// Custom resource definitions, with all their custom resources
    Crds,
    /// Namespaces, with everything in them
    Namespaces,
}

/// Values of `--cascade`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Cascade {
    /// They are deleted afterwards
    #[default]
    Background,
    /// They are deleted first
    Foreground,
    /// They stay
    Orphan,
}
