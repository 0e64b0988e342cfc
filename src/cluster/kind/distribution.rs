//! Kind's answers to what the shared layers ask of a distribution.

use std::sync::OnceLock;

use serde_json::{Value, json};

use super::error::Error;
use super::kubeadm::{self, Documents};
use super::pki::{Pki, Subject};
use super::version::Version;
use super::{bring_up, console, desired, files, subnet};
use crate::cluster::distribution::{
    self, Access, AccessSource, BroughtUp, Desired, Distribution, Gate, ImageFiles, Lost, Machines,
    Objects, Role, Signal, System,
};
use crate::cluster::family::Family;
use crate::cluster::model::{ContainerSpec, FileSpec, PortBinding};
use crate::cluster::observed::HostFacts;
use crate::cluster::plan::Op;
use crate::config::kind::{KindConfig, KindNode};
use crate::exec::event::StepId;
use crate::exec::plan::Plan;

const VERSION: &str = "/kind/version";
const MANIFESTS: &str = "/kind/manifests";
const CNI_MANIFEST: &str = "/kind/manifests/default-cni.yaml";
const STORAGE_MANIFEST: &str = "/kind/manifests/default-storage.yaml";

/// One Kind cluster to create.
#[derive(Debug)]
pub struct KindCluster {
    config: KindConfig,
    desired: Desired,
    host: HostFacts,
    pki: Pki,
    image: OnceLock<Image>,
}

/// What a node image says about itself.
#[derive(Debug)]
struct Image {
    version: Version,
    cni: Option<String>,
    storage: Option<String>,
}

impl KindCluster {
    /// Binds the distribution to one cluster.
    pub fn new(config: KindConfig, desired: Desired, host: HostFacts, pki: Pki) -> Self {
        Self {
            config,
            desired,
            host,
            pki,
            image: OnceLock::new(),
        }
    }

    fn image(&self) -> Result<&Image, Error> {
        self.image.get().ok_or_else(|| self.not_an_image(VERSION))
    }

    fn not_an_image(&self, path: &str) -> Error {
        Error::NotANodeImage {
            image: self.desired.control_plane().container.image.clone(),
            path: path.into(),
        }
    }

    /// Configuration and name of every node in the order of the configuration.
    fn nodes(&self) -> impl Iterator<Item = (&KindNode, String)> {
        self.config
            .nodes
            .iter()
            .zip(desired::node_names(&self.desired.cluster, &self.config))
    }

    fn documents(&self, node: &KindNode, name: &str) -> Result<Documents, Error> {
        Ok(kubeadm::documents(&kubeadm::Input {
            cluster: &self.desired.cluster,
            config: &self.config,
            node,
            node_name: name,
            control_plane: &self.desired.control_plane().container.name,
            version: &self.image()?.version,
            cgroup_v1: self.host.cgroup_version == 1,
            rootless: self.host.rootless,
        })?)
    }

    /// The node's part of the pod subnet. Control plane first: the controller manager gives the first part to the
    /// node that registers by itself, workers are created with theirs.
    fn pod_cidrs(&self, documents: &Documents, name: &str) -> Option<Vec<String>> {
        let index = self
            .desired
            .nodes
            .iter()
            .position(|node| node.container.name == name)?;
        let subnets = documents.cluster["networking"]["podSubnet"].as_str()?;
        subnet::node_parts(
            subnets,
            kubeadm::node_masks(&documents.cluster)?,
            u32::try_from(index).ok()?,
        )
    }

    /// The image's own network add-on is used, and it is the one whose configuration is known.
    fn uses_kindnet(&self) -> bool {
        let cni = self.image.get().and_then(|image| image.cni.as_deref());
        !self.config.networking.disable_default_cni
            && cni.is_some_and(|text| text.contains("name: kindnet"))
    }

    fn node_object(&self, node: &KindNode, name: &str) -> Result<Value, Error> {
        let documents = self.documents(node, name)?;
        let registration = &documents.join["nodeRegistration"];
        let arch = &self.host.architecture;
        let mut labels = json!({
            "kubernetes.io/hostname": name,
            "kubernetes.io/os": "linux", "kubernetes.io/arch": arch,
            "beta.kubernetes.io/os": "linux", "beta.kubernetes.io/arch": arch,
        });
        for label in kubeadm::kubelet_arg(registration, "node-labels")
            .unwrap_or_default()
            .split(',')
        {
            if let Some((key, value)) = label.split_once('=') {
                labels[key] = json!(value);
            }
        }
        let mut annotations = json!({});
        if self.image()?.version.annotates_cri_socket() {
            annotations["kubeadm.alpha.kubernetes.io/cri-socket"] =
                registration["criSocket"].clone();
        }
        let mut spec = json!({"providerID": kubeadm::kubelet_arg(registration, "provider-id")});
        if let Some(cidrs) = self.pod_cidrs(&documents, name) {
            spec["podCIDR"] = json!(cidrs[0]);
            spec["podCIDRs"] = json!(cidrs);
        }
        if registration["taints"]
            .as_array()
            .is_some_and(|taints| !taints.is_empty())
        {
            spec["taints"] = registration["taints"].clone();
        }
        Ok(json!({
            "apiVersion": "v1", "kind": "Node",
            "metadata": {"name": name, "labels": labels, "annotations": annotations},
            "spec": spec,
        }))
    }

    /// The network manifest with kind's template filled in.
    fn cni_objects(&self, text: &str) -> Result<Vec<Value>, Error> {
        let endpoint = format!(
            "{}:{}",
            self.desired.control_plane().container.name,
            kubeadm::API_PORT
        );
        let filled = if text.contains("would you kindly template this file") {
            let pods = kubeadm::joined_ranges(&self.config.networking.pod_subnets);
            text.replace("{{ .PodSubnet }}", &pods)
                .replace("{{.PodSubnet}}", &pods)
        } else {
            text.to_owned()
        };
        let mut objects = self.manifest(CNI_MANIFEST, &filled)?;
        if text.contains("would you kindly patch this file") {
            for set in objects
                .iter_mut()
                .filter(|object| object["kind"] == "DaemonSet")
            {
                let container = &mut set["spec"]["template"]["spec"]["containers"][0];
                if let Value::Null = container["env"] {
                    container["env"] = json!([]);
                }
                if let Some(env) = container["env"].as_array_mut() {
                    env.push(json!({"name": "CONTROL_PLANE_ENDPOINT", "value": endpoint}));
                }
            }
        }
        Ok(objects)
    }

    fn manifest(&self, path: &str, text: &str) -> Result<Vec<Value>, Error> {
        let image = &self.desired.control_plane().container.image;
        let nodes = crate::yaml::load(text, &crate::yaml::Source::new(path)).map_err(|source| {
            Error::Manifest {
                image: image.clone(),
                path: path.into(),
                source: Box::new(source),
            }
        })?;
        Ok(nodes.iter().map(crate::yaml::Node::to_json).collect())
    }

    fn access(&self, server: &str, name: &str, group: &str) -> Result<Access, Error> {
        let cert = self.pki.ca.client(Subject {
            name,
            group: Some(group),
        })?;
        Ok(Access {
            server: server.to_owned(),
            ca: self.pki.ca.cert.certificate.clone(),
            certificate: cert.certificate,
            key: cert.key,
        })
    }
}

impl Distribution for KindCluster {
    fn desired(&self) -> &Desired {
        &self.desired
    }

    fn warnings(&self) -> &[String] {
        &[]
    }

    fn bring_up(&self, plan: &mut Plan<Op>, created: &[StepId]) -> BroughtUp {
        bring_up::from_scratch(&self.desired, plan, created)
    }

    fn bring_back(&self, plan: &mut Plan<Op>, lost: &Lost<'_>) -> BroughtUp {
        bring_up::bring_back(&self.desired, plan, lost)
    }

    fn api_port(&self) -> Option<(&ContainerSpec, &PortBinding)> {
        let container = &self.desired.control_plane().container;
        Some((container, container.ports.first()?))
    }

    fn image_paths(&self) -> &'static [&'static str] {
        &[VERSION, MANIFESTS]
    }

    fn learn(&self, files: &ImageFiles) -> Result<(), distribution::Error> {
        let text = |wanted: &str| {
            let (_, bytes) = files.iter().find(|(path, _)| path == wanted)?;
            Some(String::from_utf8_lossy(bytes).into_owned())
        };
        let version = text(VERSION).ok_or_else(|| self.not_an_image(VERSION))?;
        let version = Version::parse(&version).map_err(|source| Error::Version {
            image: self.desired.control_plane().container.image.clone(),
            source,
        })?;
        let cni = text(CNI_MANIFEST);
        if cni.is_none() && !self.config.networking.disable_default_cni {
            return Err(self.not_an_image(CNI_MANIFEST).into());
        }
        // A second node that learns the same is no news.
        drop(self.image.set(Image {
            version,
            cni,
            storage: text(STORAGE_MANIFEST),
        }));
        Ok(())
    }

    fn files(&self, node: &str) -> Result<Vec<FileSpec>, distribution::Error> {
        let Some((config, name)) = self.nodes().find(|(_, name)| name == node) else {
            return Ok(Vec::new());
        };
        let documents = self.documents(config, &name)?;
        let pod_cidrs = if self.uses_kindnet() {
            self.pod_cidrs(&documents, &name)
        } else {
            None
        };
        let input = files::Input {
            cluster: &self.desired.cluster,
            node: &name,
            control_plane: &self.desired.control_plane().container.name,
            version: &self.image()?.version,
            documents: &documents,
            pki: &self.pki,
            pod_cidrs: pod_cidrs.as_deref(),
        };
        let files = match desired::role(config.role) {
            Role::ControlPlane => files::control_plane(&input),
            Role::Worker | Role::LoadBalancer => files::worker(&input),
        };
        Ok(files.map_err(Error::from)?)
    }

    fn signal(&self, line: &str) -> Option<Signal> {
        console::signal(line)
    }

    fn remedy(&self, _: &str) -> Option<&'static str> {
        None
    }

    fn objects(&self) -> Result<Objects, distribution::Error> {
        let image = self.image()?;
        let workers = self
            .nodes()
            .filter(|(node, _)| desired::role(node.role) == Role::Worker);
        let mut first = workers
            .map(|(node, name)| self.node_object(node, &name))
            .collect::<Result<Vec<_>, _>>()?;
        first.extend(administrators(image.version.admin_group()));
        let mut addons = Vec::new();
        if let (Some(text), false) = (&image.cni, self.config.networking.disable_default_cni) {
            addons.extend(self.cni_objects(text)?);
        }
        addons.extend(match &image.storage {
            Some(text) => self.manifest(STORAGE_MANIFEST, text)?,
            None => vec![host_path_storage()],
        });
        Ok(Objects { first, addons })
    }

    fn node_patch(&self) -> Option<Value> {
        // kind takes this label off a cluster of one node, so that load balancers may send traffic to it.
        (self.desired.nodes.len() == 1).then(
            || json!({"metadata": {"labels": {"node.kubernetes.io/exclude-from-external-load-balancers": null}}}),
        )
    }

    fn lacks(&self, _: &Value) -> Option<String> {
        None
    }

    fn brings_network(&self) -> bool {
        !self.config.networking.disable_default_cni
    }

    fn system(&self) -> System {
        System {
            namespaces: super::Kind.system_namespaces(),
            expected: true,
        }
    }

    fn gate(&self) -> Option<Gate> {
        None
    }

    fn is_heard(&self) -> bool {
        false
    }

    fn machines(&self) -> Option<&dyn Machines> {
        None
    }

    fn setup_access(&self, server: &str) -> Result<AccessSource, distribution::Error> {
        let access = self.access(server, "ksail", "system:masters")?;
        Ok(AccessSource::Minted(access))
    }

    fn public_host(&self) -> Option<&str> {
        None
    }

    fn user_access(&self, server: &str) -> Result<Option<Access>, distribution::Error> {
        let group = self.image()?.version.admin_group();
        Ok(Some(self.access(server, "kubernetes-admin", group)?))
    }
}

/// The binding that makes the user an administrator. kubeadm creates the same one, seconds later.
fn administrators(group: &str) -> Option<Value> {
    (group != "system:masters").then(|| {
        json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
            "metadata": {"name": group},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
            "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": group}],
        })
    })
}

/// What kind uses where the image has no storage manifest.
fn host_path_storage() -> Value {
    json!({
        "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass",
        "metadata": {
            "name": "standard",
            "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
        },
        "provisioner": "kubernetes.io/host-path",
    })
}
