//! From a YAML tree to a [`KindConfig`].

use std::path::Path;

use super::model::{IpFamily, KindConfig, KindNode, Mount, Propagation, Role};
use super::{API_VERSION, DEFAULT_IMAGE, network, patches, ports};
use crate::config::error::{Error, Problem};
use crate::config::fields::{Cell, Fields};
use crate::config::name;
use crate::config::path::absolute;
use crate::yaml::{Node, Source};

const ROLES: &[(&str, Role)] = &[
    ("control-plane", Role::ControlPlane),
    ("worker", Role::Worker),
];

const PROPAGATIONS: &[(&str, Propagation)] = &[
    ("None", Propagation::None),
    ("HostToContainer", Propagation::HostToContainer),
    ("Bidirectional", Propagation::Bidirectional),
];

/// Reads a document whose variables are already expanded. Relative host paths are taken from `directory`.
pub fn decode(root: &Node, source: &Source, directory: &Path) -> Result<KindConfig, Error> {
    let document = Cell::root(root, source);
    let mut fields = document.fields()?;
    header(&mut fields)?;
    let name = fields.read("name", |cell| {
        let text = cell.text()?;
        name::check_kind(&text).map_err(|why| cell.rule(why))?;
        Ok(cell.located(text))
    })?;
    // An empty name is the same as none to kind.
    let name = name.filter(|name| !name.value.is_empty());
    let networking = network::decode(fields.take("networking"))?;
    let family = networking.ip_family;
    let nodes_at = fields.read("nodes", |cell| Ok(cell.at()))?;
    let nodes = fields.list("nodes", |cell| node(cell, family, directory))?;
    let nodes_at = nodes_at.filter(|_| !nodes.is_empty());
    let config = KindConfig {
        name,
        networking,
        feature_gates: fields
            .read("featureGates", |cell| cell.map(Cell::flag))?
            .unwrap_or_default(),
        runtime_config: fields
            .read("runtimeConfig", |cell| cell.map(Cell::text))?
            .unwrap_or_default(),
        patches: patches::decode(&mut fields)?,
        nodes: if nodes.is_empty() {
            vec![KindNode::new(Role::ControlPlane)]
        } else {
            nodes
        },
        nodes_at,
    };
    fields.not_yet("containerdConfigPatches")?;
    fields.not_yet("containerdConfigPatchesJSON6902")?;
    fields.finish()?;
    control_planes(&config)?;
    ports::check(&config)?;
    Ok(config)
}

fn header(fields: &mut Fields<'_>) -> Result<(), Error> {
    let version = fields.require("apiVersion")?;
    version.choice(&[(API_VERSION, ())], false)?;
    fields
        .require("kind")?
        .choice(&[("Cluster", ())], false)
        .map(drop)
}

fn node(cell: &Cell<'_>, family: IpFamily, directory: &Path) -> Result<KindNode, Error> {
    if cell.node.is_null() {
        return Ok(KindNode::new(Role::ControlPlane));
    }
    let mut fields = cell.fields()?;
    let role = fields.read("role", |cell| cell.choice_or_default(ROLES, false))?;
    let image = fields.read("image", Cell::text)?;
    let node = KindNode {
        role: role.flatten().unwrap_or(Role::ControlPlane),
        image: image
            .filter(|image| !image.is_empty())
            .unwrap_or_else(|| DEFAULT_IMAGE.to_owned()),
        labels: fields
            .read("labels", |cell| cell.map(Cell::text))?
            .unwrap_or_default(),
        mounts: fields.list("extraMounts", |cell| mount(cell, directory))?,
        ports: fields.list("extraPortMappings", |cell| ports::decode(cell, family))?,
        patches: patches::decode(&mut fields)?,
    };
    fields.finish()?;
    Ok(node)
}

fn mount(cell: &Cell<'_>, directory: &Path) -> Result<Mount, Error> {
    let mut fields = cell.fields()?;
    let host_path = bind_path(&fields.require("hostPath")?)?;
    let container = fields.require("containerPath")?;
    let container_path = bind_path(&container)?;
    if !container_path.starts_with('/') {
        return Err(container.rule("must be an absolute path in the node"));
    }
    let mount = Mount {
        host_path: absolute(&host_path, directory),
        container_path,
        read_only: fields.read("readOnly", Cell::flag)?.unwrap_or(false),
        selinux_relabel: fields.read("selinuxRelabel", Cell::flag)?.unwrap_or(false),
        propagation: fields
            .read("propagation", |cell| {
                cell.choice_or_default(PROPAGATIONS, false)
            })?
            .flatten()
            .unwrap_or_default(),
    };
    fields.finish()?;
    Ok(mount)
}

/// A path that can stand in the Engine's `host:container:options` form.
fn bind_path(cell: &Cell<'_>) -> Result<String, Error> {
    let path = cell.filled_text()?;
    if path.contains(':') {
        return Err(cell.rule("must not contain `:`, which the Engine takes for a separator"));
    }
    Ok(path)
}

fn control_planes(config: &KindConfig) -> Result<(), Error> {
    let Some(at) = &config.nodes_at else {
        return Ok(());
    };
    let is_control_plane = |node: &&KindNode| node.role == Role::ControlPlane;
    match config.nodes.iter().filter(is_control_plane).count() {
        0 => Err(Error::rule(
            at.clone(),
            "nodes",
            "must include a node with the role `control-plane`",
        )),
        1 => Ok(()),
        _ => {
            let what = "more than one node with the role `control-plane`".to_owned();
            Err(Error::field(at.clone(), Problem::NotYet { what }))
        }
    }
}
