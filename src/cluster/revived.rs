//! A cluster that exists, known by its containers alone: enough to start it again, whoever made it.

use std::fmt;

use serde_json::Value;

use super::distribution::{
    Access, AccessSource, BroughtUp, Desired, Distribution, Error, Gate, ImageFiles, Lost,
    Machines, NodeSpec, Objects, Role, Signal, System,
};
use super::family::Family;
use super::model::{ContainerSpec, FileSpec, NetworkSpec, PortBinding};
use super::observed::Container;
use super::plan::Op;
use crate::exec::event::StepId;
use crate::exec::plan::Plan;

/// An existing cluster.
#[derive(Debug)]
pub struct Revived {
    family: &'static dyn Family,
    desired: Desired,
    gate: Option<Gate>,
}

impl Revived {
    /// Takes the cluster as its containers tell it; containers of unknown roles are helpers.
    pub fn new(family: &'static dyn Family, cluster: &str, containers: &[Container]) -> Self {
        let mut nodes: Vec<NodeSpec> = containers
            .iter()
            .map(|container| NodeSpec {
                role: family.role(container).unwrap_or(Role::LoadBalancer),
                container: ContainerSpec {
                    name: container.name.clone(),
                    image: container.image.clone(),
                    labels: container.labels.clone(),
                    ..ContainerSpec::default()
                },
            })
            .collect();
        nodes.sort_by(|left, right| {
            (left.role, &left.container.name).cmp(&(right.role, &right.container.name))
        });
        Self {
            family,
            desired: Desired {
                cluster: cluster.to_owned(),
                network: NetworkSpec::default(),
                volumes: Vec::new(),
                nodes,
            },
            gate: family.gate(containers),
        }
    }
}

/// A question that only a new cluster is asked.
fn unasked(what: &dyn fmt::Display) -> Error {
    Error::Host {
        what: format!("a cluster that exists has no {what}"),
        hint: "please report this as a mistake of ksail",
    }
}

impl Distribution for Revived {
    fn desired(&self) -> &Desired {
        &self.desired
    }

    fn warnings(&self) -> &[String] {
        &[]
    }

    fn bring_up(&self, _: &mut Plan<Op>, created: &[StepId]) -> BroughtUp {
        BroughtUp {
            usable: created.to_vec(),
            started: created.to_vec(),
        }
    }

    fn bring_back(&self, plan: &mut Plan<Op>, lost: &Lost<'_>) -> BroughtUp {
        self.family.bring_back(&self.desired, plan, lost)
    }

    fn api_port(&self) -> Option<(&ContainerSpec, &PortBinding)> {
        None
    }

    fn image_paths(&self) -> &'static [&'static str] {
        &[]
    }

    fn learn(&self, _: &ImageFiles) -> Result<(), Error> {
        Ok(())
    }

    fn files(&self, container: &str) -> Result<Vec<FileSpec>, Error> {
        Err(unasked(&format_args!("new files for {container}")))
    }

    fn signal(&self, line: &str) -> Option<Signal> {
        self.family.signal(line)
    }

    fn remedy(&self, why: &str) -> Option<&'static str> {
        self.family.remedy(why)
    }

    fn objects(&self) -> Result<Objects, Error> {
        Ok(Objects::default())
    }

    fn node_patch(&self) -> Option<Value> {
        None
    }

    fn lacks(&self, _: &Value) -> Option<String> {
        // What a node needed once it still has.
        None
    }

    fn brings_network(&self) -> bool {
        // Whoever installed one has it still.
        true
    }

    fn system(&self) -> System {
        System {
            namespaces: self.family.system_namespaces(),
            expected: false,
        }
    }

    fn gate(&self) -> Option<Gate> {
        self.gate.clone()
    }

    fn is_heard(&self) -> bool {
        self.gate.is_some()
    }

    fn machines(&self) -> Option<&dyn Machines> {
        None
    }

    fn setup_access(&self, _: &str) -> Result<AccessSource, Error> {
        Err(unasked(&"access for a setup"))
    }

    fn public_host(&self) -> Option<&str> {
        None
    }

    fn user_access(&self, _: &str) -> Result<Option<Access>, Error> {
        Ok(None)
    }
}
