//! The configuration files of the distributions: one line each.

use std::path::Path;

use serde_json::{Value, json};

use super::error::Error;
use super::fields::Located;
use super::k3d::{self, K3dConfig};
use super::kind::{self, KindConfig};
use crate::yaml::{Node, Source};

/// The file format of a distribution.
#[derive(Debug)]
pub struct Format {
    /// The distribution as `ksail.yaml` names it.
    pub distribution: &'static str,
    /// Usual name of the file.
    pub file: &'static str,
    /// Its `apiVersion`.
    pub api_version: &'static str,
    decode: fn(&Node, &Source, &Path) -> Result<DistributionFile, Error>,
    scaffold: fn(Option<&str>, Nodes) -> Value,
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
};

/// `k3d.yaml`
pub static K3D: Format = Format {
    distribution: "K3s",
    file: "k3d.yaml",
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
};

/// All of them, in the order in which they are looked for.
pub static FORMATS: [&Format; 2] = [&KIND, &K3D];

impl Format {
    /// The format of a distribution.
    pub fn of(distribution: &str) -> Option<&'static Self> {
        FORMATS
            .into_iter()
            .find(|format| format.distribution == distribution)
    }

    /// The format with the group of this `apiVersion`, whatever its version.
    pub(super) fn with_group_of(api_version: &str) -> Option<&'static Self> {
        let group = |text: &str| text.split('/').next().unwrap_or_default().to_owned();
        FORMATS
            .into_iter()
            .find(|format| group(format.api_version) == group(api_version))
    }

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

impl Format {
    /// The file of a new project.
    pub fn scaffold(&self, name: Option<&str>, nodes: Nodes) -> Value {
        (self.scaffold)(name, nodes)
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
}

impl DistributionFile {
    /// Its format.
    pub fn format(&self) -> &'static Format {
        match self {
            Self::Kind(_) => &KIND,
            Self::K3d(_) => &K3D,
        }
    }

    /// The cluster's name, if the file gives one.
    pub fn name(&self) -> Option<&Located<String>> {
        match self {
            Self::Kind(config) => config.name.as_ref(),
            Self::K3d(config) => config.name.as_ref(),
        }
    }
}
