//! What is true of all Kind clusters.

use crate::cluster::access::from_admin_conf;
use crate::cluster::blueprint::Blueprint;
use crate::cluster::distribution::{
    self as cluster, Access, BroughtUp, Desired, Error, Gate, LabelKeys, Lost, Signal,
};
use crate::cluster::family::{Belongings, Endpoint, Family, MachineFamily, Marker, Traces};
use crate::cluster::observed::Container;
use crate::cluster::plan::Op;
use crate::cluster::removal::Removal;
use crate::config::kind::{KindConfig, Role};
use crate::config::{self, DistributionFile, check_host_names, check_kind};
use crate::exec::plan::Plan;
use crate::kubeconfig::Names;
use crate::settings::{self, Origin, Sourced, Wanted};

use super::blueprint::KindBlueprint;
use super::{bring_up, console, desired, files, kubeadm, nodes};

/// kind's own variable for the name.
const KIND_CLUSTER_NAME: &str = "KIND_CLUSTER_NAME";

/// The Kind distribution.
#[derive(Debug)]
pub struct Kind;

impl Family for Kind {
    fn format(&self) -> &'static config::Format {
        &config::KIND
    }

    fn labels(&self) -> LabelKeys {
        desired::LABELS
    }

    fn default_name(&self) -> &'static str {
        "kind"
    }

    fn name_variable(&self) -> Option<&'static str> {
        Some(KIND_CLUSTER_NAME)
    }

    fn check_name(&self, name: &str) -> Result<(), String> {
        check_kind(name)
    }

    fn names(&self, cluster: &str) -> Names {
        Names::same(format!("kind-{cluster}"))
    }

    fn configure(
        &self,
        file: Option<&DistributionFile>,
        name: &Sourced<String>,
        wanted: &Wanted,
    ) -> Result<(DistributionFile, Vec<String>), settings::Error> {
        let mut config = config_of(file);
        let mut warnings = Vec::new();
        for (role, count) in [
            (Role::ControlPlane, &wanted.control_planes),
            (Role::Worker, &wanted.workers),
        ] {
            // Zero in a file is what KSail's own types hold when nobody has set the field.
            let Some(count) = count
                .as_ref()
                .filter(|count| count.value != 0 || !matches!(count.from, Origin::File(_)))
            else {
                continue;
            };
            if role == Role::ControlPlane && count.value > 1 {
                return Err(settings::Error::not_yet(
                    count.from.clone(),
                    "more than one control-plane node of Kind",
                ));
            }
            warnings.extend(nodes::resize(&mut config, role, count));
        }
        if let Some(image) = &wanted.image {
            for node in &mut config.nodes {
                node.image.clone_from(&image.value);
            }
        }
        check_host_names(&name.value, nodes::of_role(&config, Role::Worker))
            .map_err(|why| settings::Error::name(name, why))?;
        Ok((DistributionFile::Kind(Box::new(config)), warnings))
    }

    fn blueprint(&self, cluster: &str, config: &DistributionFile) -> Box<dyn Blueprint> {
        Box::new(KindBlueprint {
            cluster: cluster.to_owned(),
            config: config_of(Some(config)),
        })
    }

    fn flags(&self) -> &'static [&'static str] {
        &[]
    }

    fn control_plane<'a>(&self, containers: &'a [Container]) -> Option<&'a Container> {
        containers
            .iter()
            .filter(|container| {
                let role = container.labels.get(desired::LABELS.role);
                role.is_some_and(|role| role == Role::ControlPlane.as_str())
            })
            .min_by(|left, right| left.name.cmp(&right.name))
    }

    fn access_file(&self) -> &'static str {
        "/etc/kubernetes/admin.conf"
    }

    fn access(
        &self,
        file: &str,
        _: &Container,
        server: Option<String>,
        _: time::OffsetDateTime,
    ) -> Result<Access, Error> {
        from_admin_conf(self.access_file(), file, server.as_deref()).map_err(Error::own)
    }

    fn endpoint(&self, containers: &[Container]) -> Option<Endpoint> {
        let control_plane = self.control_plane(containers)?;
        Some(Endpoint::of(control_plane, kubeadm::API_PORT))
    }

    fn role(&self, container: &Container) -> Option<cluster::Role> {
        match container.labels.get(desired::LABELS.role)?.as_str() {
            "control-plane" => Some(cluster::Role::ControlPlane),
            "worker" => Some(cluster::Role::Worker),
            "external-load-balancer" => Some(cluster::Role::LoadBalancer),
            _ => None,
        }
    }

    fn gate(&self, _: &[Container]) -> Option<Gate> {
        None
    }

    fn bring_back(&self, desired: &Desired, plan: &mut Plan<Op>, lost: &Lost<'_>) -> BroughtUp {
        bring_up::bring_back(desired, plan, lost)
    }

    fn signal(&self, line: &str) -> Option<Signal> {
        console::signal(line)
    }

    fn remedy(&self, _: &str) -> Option<&'static str> {
        None
    }

    fn system_namespaces(&self) -> &'static [&'static str] {
        &["kube-system", "local-path-storage"]
    }

    fn marker(&self) -> Option<Marker> {
        Some(Marker::Listed {
            directory: files::STATE_DIRECTORY,
            file: files::DONE,
        })
    }

    fn recovery(&self) -> &'static [&'static str] {
        &[super::blueprint::CA_CERTIFICATE, super::blueprint::CA_KEY]
    }

    fn machines(&self) -> Option<&dyn MachineFamily> {
        None
    }

    fn traces(&self, _: &str) -> Option<Traces> {
        None
    }

    fn removals(&self, _: &str, _: &Belongings) -> Vec<Removal> {
        Vec::new()
    }
}

fn config_of(file: Option<&DistributionFile>) -> KindConfig {
    match file {
        Some(DistributionFile::Kind(config)) => (**config).clone(),
        _ => KindConfig::default(),
    }
}
