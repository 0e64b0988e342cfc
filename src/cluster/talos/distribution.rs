//! Talos' answers to what the shared layers ask of a distribution.

use std::net::IpAddr;

use serde_json::Value;

use super::desired::{API_PORT, Decided};
use super::error::Error as Own;
use super::{access, bring_up, console, manifests};
use crate::cluster::distribution::{
    Access, AccessSource, BroughtUp, Desired, Distribution, Early, Error, Gate, ImageFiles, Lost,
    Machines, Objects, Signal, System,
};
use crate::cluster::family::Family;
use crate::cluster::model::{ContainerSpec, FileSpec, PortBinding};
use crate::cluster::plan::Op;
use crate::exec::event::StepId;
use crate::exec::plan::Plan;

/// One Talos cluster to create.
#[derive(Debug)]
pub(super) struct TalosCluster {
    decided: Decided,
    machines: Option<TalosMachines>,
    now: time::OffsetDateTime,
}

impl TalosCluster {
    /// Binds the distribution to one cluster. What is minted is valid from `now`.
    pub(super) fn new(decided: Decided, now: time::OffsetDateTime) -> Result<Self, Error> {
        let machines = decided.machine_port.map(|port| {
            Ok::<_, Own>(TalosMachines {
                access: access::to_machines(
                    &decided.secrets,
                    format!("https://127.0.0.1:{port}"),
                    now,
                )?,
                endpoint: decided.endpoint,
            })
        });
        Ok(Self {
            machines: machines.transpose()?,
            decided,
            now,
        })
    }
}

/// Its machines.
#[derive(Debug)]
struct TalosMachines {
    access: Access,
    /// Address of the first control plane.
    endpoint: IpAddr,
}

impl Machines for TalosMachines {
    fn access(&self) -> &Access {
        &self.access
    }

    fn early(&self, manifests: Vec<Value>) -> Vec<Early> {
        manifests::early(manifests, self.endpoint)
    }
}

impl Distribution for TalosCluster {
    fn desired(&self) -> &Desired {
        &self.decided.desired
    }

    fn warnings(&self) -> &[String] {
        &self.decided.warnings
    }

    fn bring_up(&self, plan: &mut Plan<Op>, created: &[StepId]) -> BroughtUp {
        bring_up::from_scratch(&self.decided.desired, self.decided.flannel, plan, created)
    }

    fn bring_back(&self, plan: &mut Plan<Op>, lost: &Lost<'_>) -> BroughtUp {
        bring_up::bring_back(plan, lost)
    }

    fn api_port(&self) -> Option<(&ContainerSpec, &PortBinding)> {
        let container = &self.decided.desired.control_plane().container;
        let mut ports = container.ports.iter();
        let port = ports.find(|port| port.container_port == API_PORT)?;
        Some((container, port))
    }

    fn image_paths(&self) -> &'static [&'static str] {
        &[]
    }

    fn learn(&self, _: &ImageFiles) -> Result<(), Error> {
        Ok(())
    }

    fn files(&self, container: &str) -> Result<Vec<FileSpec>, Error> {
        let files = self.decided.files.get(container);
        Ok(files.cloned().unwrap_or_default())
    }

    fn signal(&self, line: &str) -> Option<Signal> {
        console::signal(line)
    }

    fn remedy(&self, why: &str) -> Option<&'static str> {
        Some(console::remedy(why))
    }

    fn objects(&self) -> Result<Objects, Error> {
        Ok(Objects::default())
    }

    fn node_patch(&self) -> Option<Value> {
        None
    }

    fn lacks(&self, _: &Value) -> Option<String> {
        None
    }

    fn brings_network(&self) -> bool {
        self.decided.networked
    }

    fn system(&self) -> System {
        System {
            namespaces: super::Talos.system_namespaces(),
            expected: self.decided.resolves,
        }
    }

    fn gate(&self) -> Option<Gate> {
        None
    }

    fn is_heard(&self) -> bool {
        true
    }

    fn machines(&self) -> Option<&dyn Machines> {
        self.machines.as_ref().map(|found| found as &dyn Machines)
    }

    fn setup_access(&self, server: &str) -> Result<AccessSource, Error> {
        let access = access::to_kubernetes(&self.decided.secrets, server.to_owned(), self.now);
        Ok(AccessSource::Minted(access.map_err(Own::from)?))
    }

    fn user_access(&self, _: &str) -> Result<Option<Access>, Error> {
        Ok(None)
    }

    fn public_host(&self) -> Option<&str> {
        None
    }
}
