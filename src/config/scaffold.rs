//! The files of a new project.

use std::iter;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::discover::PROJECT_FILE;
use super::format::{Format, Nodes, Shape};
use super::schema;
use crate::yaml::to_yaml;

/// Manifest of the sample.
const SAMPLE_FILE: &str = "namespace.yaml";
/// Name of the sample namespace.
const SAMPLE_NAMESPACE: &str = "sample";

/// What a new project should contain. Its values are checked by the caller.
#[derive(Debug, Clone, Copy)]
pub struct Scaffold<'a> {
    /// Cluster name.
    pub name: Option<&'a str>,
    /// The distribution's file.
    pub format: &'static Format,
    /// Its nodes.
    pub nodes: Nodes,
    /// Directory of the manifests, relative to the project.
    pub source_directory: &'a str,
    /// Whether to add a first manifest.
    pub sample: bool,
}

/// A file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Relative to the project.
    pub path: PathBuf,
    /// Content.
    pub text: String,
}

impl Scaffold<'_> {
    /// The files in the order in which they are written.
    pub fn files(&self) -> Vec<Draft> {
        let project = Draft {
            path: PROJECT_FILE.into(),
            text: to_yaml(&self.project_file()),
        };
        let own = self.format.scaffold(self.name, self.nodes).into_iter();
        let own = own.map(|(path, text)| Draft { path, text });
        let mut drafts: Vec<Draft> = iter::once(project).chain(own).collect();
        if self.sample {
            let namespace = json!({
                "apiVersion": "v1",
                "kind": "Namespace",
                "metadata": { "name": SAMPLE_NAMESPACE },
            });
            drafts.push(Draft {
                path: Path::new(self.source_directory).join(SAMPLE_FILE),
                text: to_yaml(&namespace),
            });
        }
        drafts
    }

    fn project_file(&self) -> Value {
        let mut file = Map::new();
        file.insert("apiVersion".into(), schema::API_VERSION.into());
        file.insert("kind".into(), "Cluster".into());
        if let Some(name) = self.name {
            file.insert("metadata".into(), json!({ "name": name }));
        }
        let mut cluster = Map::new();
        cluster.insert("distribution".into(), self.format.distribution.into());
        cluster.insert("distributionConfig".into(), self.format.file.into());
        // Node numbers are left to the distribution's file, where ports and mounts of the nodes are: one place to change.
        if matches!(self.format.shape, Shape::Folder(_)) {
            // Folders say nothing about nodes.
            cluster.insert("controlPlanes".into(), self.nodes.control_planes.into());
            cluster.insert("workers".into(), self.nodes.workers.into());
        }
        let spec = json!({
            "cluster": cluster,
            "workload": { "sourceDirectory": self.source_directory },
        });
        file.insert("spec".into(), spec);
        file.into()
    }
}
