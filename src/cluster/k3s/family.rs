//! What is true of all K3s clusters.

use super::blueprint::K3sBlueprint;
use super::{bring_up, console, desired, flags, network};
use crate::cluster::access::from_admin_conf;
use crate::cluster::blueprint::Blueprint;
use crate::cluster::distribution::{
    Access, BroughtUp, Desired, Error, Gate, LabelKeys, Lost, Role, Signal,
};
use crate::cluster::family::{Belongings, Endpoint, Family, MachineFamily, Marker, Traces};
use crate::cluster::observed::Container;
use crate::cluster::plan::Op;
use crate::cluster::removal::Removal;
use crate::config::k3d::{self, K3dConfig};
use crate::config::{self, DistributionFile, check_k3d};
use crate::exec::plan::Plan;
use crate::kubeconfig::Names;
use crate::secret::Secret;
use crate::settings::{self, Origin, Sourced, Wanted};
use crate::text::Count;

/// The K3s distribution.
#[derive(Debug)]
pub struct K3s;

impl Family for K3s {
    fn format(&self) -> &'static config::Format {
        &config::K3D
    }

    fn labels(&self) -> LabelKeys {
        desired::LABELS
    }

    fn default_name(&self) -> &'static str {
        k3d::DEFAULT_NAME
    }

    fn name_variable(&self) -> Option<&'static str> {
        None
    }

    fn check_name(&self, name: &str) -> Result<(), String> {
        check_k3d(name)
    }

    fn names(&self, cluster: &str) -> Names {
        let name = format!("k3d-{cluster}");
        Names {
            cluster: name.clone(),
            user: format!("admin@{name}"),
            context: name,
            local_only: false,
        }
    }

    fn configure(
        &self,
        file: Option<&DistributionFile>,
        _: &Sourced<String>,
        wanted: &Wanted,
    ) -> Result<(DistributionFile, Vec<String>), settings::Error> {
        let mut config = config_of(file);
        let mut warnings = Vec::new();
        for (noun, field, count) in [
            ("server", &mut config.servers, &wanted.control_planes),
            ("agent", &mut config.agents, &wanted.workers),
        ] {
            // Zero in a file is what KSail's own types hold when nobody has set the field.
            let Some(count) = count
                .as_ref()
                .filter(|count| count.value != 0 || !matches!(count.from, Origin::File(_)))
            else {
                continue;
            };
            if let (Origin::File(_), Some(listed)) = (&count.from, &*field)
                && listed.value != count.value
            {
                warnings.push(format!(
                    "{} asks for {}, {} for {}; using {}",
                    count.from,
                    Count(count.value as usize, noun),
                    listed.at,
                    listed.value,
                    count.value
                ));
            }
            *field = Some(count.from.located(count.value));
        }
        if let Some(image) = &wanted.image {
            config.image = Some(image.from.located(image.value.clone()));
        }
        flags::disable(&mut config, &wanted.without).map_err(Box::new)?;
        flags::apply(&mut config, &wanted.flags, &wanted.directory).map_err(Box::new)?;
        refuse(&config)?;
        k3d::check(&config, desired::counts(&config)).map_err(Box::new)?;
        Ok((DistributionFile::K3d(Box::new(config)), warnings))
    }

    fn blueprint(&self, cluster: &str, config: &DistributionFile) -> Box<dyn Blueprint> {
        Box::new(K3sBlueprint {
            cluster: cluster.to_owned(),
            config: config_of(Some(config)),
        })
    }

    fn flags(&self) -> &'static [&'static str] {
        &flags::ALL
    }

    fn control_plane<'a>(&self, containers: &'a [Container]) -> Option<&'a Container> {
        let servers = containers.iter().filter(|container| {
            let role = container.labels.get(desired::LABELS.role);
            role.is_some_and(|role| role == "server")
        });
        servers.min_by(|left, right| left.name.cmp(&right.name))
    }

    fn access_file(&self) -> &'static str {
        desired::KUBECONFIG
    }

    fn access(
        &self,
        file: &str,
        control_plane: &Container,
        server: Option<String>,
        _: time::OffsetDateTime,
    ) -> Result<Access, Error> {
        // The file holds an address that only its own container knows.
        let inside = || format!("https://{}:{}", control_plane.name, desired::API_PORT);
        let server = server.unwrap_or_else(inside);
        from_admin_conf(self.access_file(), file, Some(&server)).map_err(Error::own)
    }

    fn endpoint(&self, containers: &[Container]) -> Option<Endpoint> {
        // k3d's list of containers is its memory: servers know where their cluster is published.
        let noted = containers.iter().find_map(|node| {
            let port = node.labels.get(desired::API_HOST_PORT)?.parse().ok()?;
            Some((node.labels.get(desired::API_HOST)?.clone(), port))
        });
        if let Some((host, port)) = noted {
            return Some(Endpoint::Known(host, port));
        }
        let published = |container: &&Container| {
            let role = container.labels.get(desired::LABELS.role);
            role.is_some_and(|role| role == "loadbalancer")
        };
        let publisher = containers
            .iter()
            .find(published)
            .or_else(|| self.control_plane(containers))?;
        Some(Endpoint::of(publisher, desired::API_PORT))
    }

    fn role(&self, container: &Container) -> Option<Role> {
        match container.labels.get(desired::LABELS.role)?.as_str() {
            "server" => Some(Role::ControlPlane),
            "agent" => Some(Role::Worker),
            "loadbalancer" => Some(Role::LoadBalancer),
            _ => None,
        }
    }

    fn gate(&self, containers: &[Container]) -> Option<Gate> {
        let mut tokens = containers
            .iter()
            .filter_map(|node| node.labels.get(desired::TOKEN));
        Some(desired::gate(Secret::new(tokens.next()?.clone())))
    }

    fn bring_back(&self, desired: &Desired, plan: &mut Plan<Op>, lost: &Lost<'_>) -> BroughtUp {
        bring_up::bring_back(desired, &|_| false, plan, lost)
    }

    fn signal(&self, line: &str) -> Option<Signal> {
        console::signal(line)
    }

    fn remedy(&self, why: &str) -> Option<&'static str> {
        Some(console::remedy(why))
    }

    fn system_namespaces(&self) -> &'static [&'static str] {
        &["kube-system"]
    }

    fn marker(&self) -> Option<Marker> {
        None
    }

    fn recovery(&self) -> &'static [&'static str] {
        &[]
    }

    fn machines(&self) -> Option<&dyn MachineFamily> {
        None
    }

    fn traces(&self, cluster: &str) -> Option<Traces> {
        Some(Traces {
            network: format!("k3d-{cluster}"),
            volumes: desired::LABELS.selector(cluster),
        })
    }

    fn removals(&self, _: &str, found: &Belongings) -> Vec<Removal> {
        let networks = found
            .networks
            .iter()
            .filter(|found| network::is_ours(found));
        let networks = networks.map(|network| Removal::RemoveNetwork {
            id: network.id.clone(),
            name: network.name.clone(),
        });
        let volumes = found.volumes.iter();
        let volumes = volumes.map(|name| Removal::RemoveVolume { name: name.clone() });
        networks.chain(volumes).collect()
    }
}

/// What this version does not do, and what cannot be.
fn refuse(config: &K3dConfig) -> Result<(), settings::Error> {
    if let Some(network) = config
        .network
        .as_ref()
        .filter(|network| network.value == "host")
    {
        let from = Origin::File(network.at.clone());
        return Err(settings::Error::not_yet(from, "`network: host`"));
    }
    if let Some(image) = &config.image {
        let from = || Origin::File(image.at.clone());
        let text = image.value.as_str();
        if text.is_empty() {
            return Err(settings::Error::Empty { from: from() });
        }
        if ["latest", "stable"].contains(&text) || text.starts_with('+') {
            let why = format!(
                "must name an image: `{text}` would ask a server on the internet for a version; write one such as `{}`",
                desired::DEFAULT_IMAGE
            );
            return Err(settings::Error::rule(from(), "image", why));
        }
    }
    if let Some(servers) = config.servers.as_ref().filter(|servers| servers.value == 0) {
        let from = Origin::File(servers.at.clone());
        return Err(settings::Error::NoControlPlane { from });
    }
    Ok(())
}

fn config_of(file: Option<&DistributionFile>) -> K3dConfig {
    match file {
        Some(DistributionFile::K3d(config)) => (**config).clone(),
        _ => K3dConfig::default(),
    }
}
