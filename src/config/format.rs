//! The configuration of the distributions: for each a file, or a folder of files.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::error::Error;
use super::fields::Located;
use super::k3d::{self, K3dConfig};
use super::kind::{self, KindConfig};
use super::talos::{self, TalosConfig};
use crate::yaml::{Node, Source, to_yaml};

/// Name of the file that a new project has in each folder.
const EXAMPLE_FILE: &str = "example.yaml";

/// How a distribution is configured besides `ksail.yaml`.
#[derive(Debug)]
pub struct Format {
    /// The distribution as `ksail.yaml` names it.
    pub distribution: &'static str,
    /// Usual name of the file or folder.
    pub file: &'static str,
    /// Which of the two it is.
    pub shape: Shape,
}

/// The two shapes of configuration.
#[derive(Debug)]
pub enum Shape {
    /// One document with an `apiVersion`.
    File(FileFormat),
    /// A folder with folders of files.
    Folder(FolderFormat),
}

/// Configuration in one document.
#[derive(Debug)]
pub struct FileFormat {
    /// Its `apiVersion`.
    pub api_version: &'static str,
    decode: fn(&Node, &Source, &Path) -> Result<DistributionFile, Error>,
    scaffold: fn(Option<&str>, Nodes) -> Value,
}

/// Configuration in many files.
#[derive(Debug)]
pub struct FolderFormat {
    /// The folders in it, in the order in which they are read.
    pub folders: &'static [&'static str],
    /// What it says without any file.
    empty: fn() -> DistributionFile,
    /// What one of its files says, added to what is known.
    decode: fn(&mut DistributionFile, FolderFile<'_>) -> Result<(), Error>,
    /// What a file is called in messages; one with secrets must not be shown.
    source: fn(String, &str) -> Source,
    /// A file for each folder of a new project.
    example: fn(&str) -> String,
}

/// A file in one of the folders.
#[derive(Debug)]
pub struct FolderFile<'a> {
    /// The folder.
    pub folder: &'static str,
    /// Its documents, with variables expanded.
    pub roots: Vec<Node>,
    /// Its name.
    pub source: &'a Source,
}

/// How many nodes a new file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nodes {
    /// Control-plane nodes.
    pub control_planes: u32,
    /// Worker nodes.
    pub workers: u32,
}

/// `kind.yaml`
pub static KIND: Format = Format {
    distribution: "Vanilla",
    file: "kind.yaml",
    shape: Shape::File(FileFormat {
        api_version: kind::API_VERSION,
        decode: |root, source, directory| {
            let config = kind::decode(root, source, directory)?;
            Ok(DistributionFile::Kind(Box::new(config)))
        },
        scaffold: |_, nodes| {
            let nodes_of = |role: kind::Role, count: u32| {
                (0..count).map(move |_| json!({ "role": role.as_str() }))
            };
            let nodes: Vec<Value> = nodes_of(kind::Role::ControlPlane, nodes.control_planes)
                .chain(nodes_of(kind::Role::Worker, nodes.workers))
                .collect();
            json!({ "apiVersion": kind::API_VERSION, "kind": "Cluster", "nodes": nodes })
        },
    }),
};

/// `k3d.yaml`
pub static K3D: Format = Format {
    distribution: "K3s",
    file: "k3d.yaml",
    shape: Shape::File(FileFormat {
        api_version: k3d::API_VERSION,
        decode: |root, source, directory| {
            let config = k3d::decode(root, source, directory)?;
            Ok(DistributionFile::K3d(Box::new(config)))
        },
        scaffold: |name, nodes| {
            let mut file = json!({
                "apiVersion": k3d::API_VERSION,
                "kind": "Simple",
                "servers": nodes.control_planes,
                "agents": nodes.workers,
            });
            if let Some(name) = name {
                file["metadata"] = json!({ "name": name });
            }
            file
        },
    }),
};

/// `talos/`
pub static TALOS: Format = Format {
    distribution: "Talos",
    file: "talos",
    shape: Shape::Folder(FolderFormat {
        folders: &talos::FOLDERS,
        empty: || DistributionFile::Talos(Box::default()),
        decode: |known, file| match known {
            DistributionFile::Talos(config) => config.add(file.folder, file.roots, file.source),
            _ => Ok(()),
        },
        source: talos::source_of,
        example: talos::example,
    }),
};

/// All of them, in the order in which they are looked for.
pub static FORMATS: [&Format; 3] = [&KIND, &K3D, &TALOS];

impl Format {
    /// The format of a distribution.
    pub fn of(distribution: &str) -> Option<&'static Self> {
        FORMATS
            .into_iter()
            .find(|format| format.distribution == distribution)
    }

    /// The format with the group of this `apiVersion`, whatever its version.
    pub(super) fn with_group_of(api_version: &str) -> Option<(&'static Self, &'static FileFormat)> {
        let group = |text: &str| text.split('/').next().unwrap_or_default().to_owned();
        Self::files().find(|(_, file)| group(file.api_version) == group(api_version))
    }

    /// The formats that are a file.
    pub(super) fn files() -> impl Iterator<Item = (&'static Self, &'static FileFormat)> {
        FORMATS
            .into_iter()
            .filter_map(|format| match &format.shape {
                Shape::File(file) => Some((format, file)),
                Shape::Folder(_) => None,
            })
    }

    /// The files of a new project, each with its path.
    pub fn scaffold(&self, name: Option<&str>, nodes: Nodes) -> Vec<(PathBuf, String)> {
        match &self.shape {
            Shape::File(file) => {
                let text = to_yaml(&(file.scaffold)(name, nodes));
                vec![(self.file.into(), text)]
            }
            Shape::Folder(folder) => {
                let file = |name: &&str| {
                    let path = Path::new(self.file).join(name).join(EXAMPLE_FILE);
                    (path, (folder.example)(name))
                };
                folder.folders.iter().map(file).collect()
            }
        }
    }
}

impl FileFormat {
    /// Reads a document of this format; relative paths in it count from `directory`.
    pub fn decode(
        &self,
        root: &Node,
        source: &Source,
        directory: &Path,
    ) -> Result<DistributionFile, Error> {
        (self.decode)(root, source, directory)
    }
}

impl FolderFormat {
    /// What the folder says without any file.
    pub fn empty(&self) -> DistributionFile {
        (self.empty)()
    }

    /// Reads a file, adding what it says to what is known.
    pub fn decode(&self, known: &mut DistributionFile, file: FolderFile<'_>) -> Result<(), Error> {
        (self.decode)(known, file)
    }

    /// What a file with this text is called in messages.
    pub fn source(&self, name: String, text: &str) -> Source {
        (self.source)(name, text)
    }
}

impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.distribution == other.distribution
    }
}

/// What the file of a distribution says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DistributionFile {
    /// `kind.yaml`
    Kind(Box<KindConfig>),
    /// `k3d.yaml`
    K3d(Box<K3dConfig>),
    /// `talos/`
    Talos(Box<TalosConfig>),
}

impl DistributionFile {
    /// Its format.
    pub fn format(&self) -> &'static Format {
        match self {
            Self::Kind(_) => &KIND,
            Self::K3d(_) => &K3D,
            Self::Talos(_) => &TALOS,
        }
    }

    /// The cluster's name, if the file gives one.
    pub fn name(&self) -> Option<&Located<String>> {
        match self {
            Self::Kind(config) => config.name.as_ref(),
            Self::K3d(config) => config.name.as_ref(),
            // Patches are for machines; what their cluster is called is not up to them.
            Self::Talos(_) => None,
        }
    }
}
