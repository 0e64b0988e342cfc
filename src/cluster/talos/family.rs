//! What is true of all Talos clusters.

use super::blueprint::TalosBlueprint;
use super::error::Error as Own;
use super::secrets::Bundle;
use super::{access, bring_up, console, container, desired, flags, recovered};
use crate::cluster::blueprint::Blueprint;
use crate::cluster::distribution::{
    Access, BroughtUp, Desired, Error, Gate, LabelKeys, Lost, Role, Signal,
};
use crate::cluster::family::{
    Belongings, Endpoint, Family, MachineFamily, Marker, Secrets, Traces,
};
use crate::cluster::observed::Container;
use crate::cluster::plan::Op;
use crate::cluster::removal::Removal;
use crate::config::talos::TalosConfig;
use crate::config::{self, DistributionFile, PortMapping, check_label};
use crate::exec::plan::Plan;
use crate::kubeconfig::Names;
use crate::secret::Secret;
use crate::settings::{self, Origin, Sourced, Wanted};
use crate::yaml::Source;

/// The Talos distribution.
#[derive(Debug)]
pub struct Talos;

impl Family for Talos {
    fn format(&self) -> &'static config::Format {
        &config::TALOS
    }

    fn labels(&self) -> LabelKeys {
        desired::LABELS
    }

    fn default_name(&self) -> &'static str {
        "talos-default"
    }

    fn name_variable(&self) -> Option<&'static str> {
        None
    }

    fn check_name(&self, name: &str) -> Result<(), String> {
        check_label(name)
    }

    fn names(&self, cluster: &str) -> Names {
        let name = format!("admin@{cluster}");
        Names {
            cluster: cluster.to_owned(),
            user: name.clone(),
            context: name,
            local_only: true,
        }
    }

    fn configure(
        &self,
        file: Option<&DistributionFile>,
        name: &Sourced<String>,
        wanted: &Wanted,
    ) -> Result<(DistributionFile, Vec<String>), settings::Error> {
        let mut config = config_of(file);
        for (field, count) in [
            (&mut config.control_planes, &wanted.control_planes),
            (&mut config.workers, &wanted.workers),
        ] {
            // Zero in a file is what KSail's own types hold when nobody has set the field.
            let count = count.as_ref();
            if let Some(count) =
                count.filter(|count| count.value != 0 || !matches!(count.from, Origin::File(_)))
            {
                *field = Some(count.from.located(count.value));
            }
        }
        if let Some(none) = config
            .control_planes
            .as_ref()
            .filter(|count| count.value == 0)
        {
            let from = Origin::File(none.at.clone());
            return Err(settings::Error::NoControlPlane { from });
        }
        let image = wanted.image.as_ref();
        let image = image.map(|image| (image.value.clone(), &image.from));
        let version = wanted.version.as_ref();
        let version = version.map(|found| (desired::image_of(&found.value), &found.from));
        if let Some((image, from)) = image.or(version) {
            config.image = Some(from.located(image));
        }
        if let Some(version) = &wanted.kubernetes_version {
            let text = version.value.trim_start_matches('v').to_owned();
            config.kubernetes_version = Some(version.from.located(text));
        }
        if let Some(path) = &wanted.client_config {
            config.options.talosconfig = Some(path.value.clone());
        }
        let ports = wanted.ports.iter().flat_map(|ports| &ports.value);
        config.options.ports.extend(ports.map(|port| PortMapping {
            host_address: None,
            host_port: Some(port.host),
            container_port: port.container,
            protocol: port.protocol,
        }));
        flags::apply(&mut config, wanted).map_err(Box::new)?;
        let counts = desired::counts(&config);
        let longest = counts.machines(&name.value).into_iter();
        let longest = longest.max_by_key(|(_, name)| name.len());
        if let Some((_, longest)) = longest {
            config::check_host_name(&longest).map_err(|why| settings::Error::name(name, why))?;
        }
        Ok((DistributionFile::Talos(Box::new(config)), Vec::new()))
    }

    fn blueprint(&self, cluster: &str, config: &DistributionFile) -> Box<dyn Blueprint> {
        Box::new(TalosBlueprint {
            cluster: cluster.to_owned(),
            config: config_of(Some(config)),
        })
    }

    fn flags(&self) -> &'static [&'static str] {
        &flags::ALL
    }

    fn control_plane<'a>(&self, containers: &'a [Container]) -> Option<&'a Container> {
        containers
            .iter()
            .filter(|found| self.role(found) == Some(Role::ControlPlane))
            .min_by_key(|found| {
                // talosctl counts without leading zeros: the tenth machine is not the second.
                let number = found.name.rsplit('-').next().unwrap_or_default();
                (number.parse::<u32>().unwrap_or(u32::MAX), &found.name)
            })
    }

    fn access_file(&self) -> &'static str {
        desired::CONFIG
    }

    fn access(
        &self,
        file: &str,
        control_plane: &Container,
        server: Option<String>,
        now: time::OffsetDateTime,
    ) -> Result<Access, Error> {
        let secrets = recover(file, control_plane)?;
        let address = control_plane.addresses.values().next().copied();
        let server = server.or_else(|| address.map(access::server_at));
        let access = access::to_kubernetes(&secrets, server.unwrap_or_default(), now);
        Ok(access.map_err(Own::from)?)
    }

    fn endpoint(&self, containers: &[Container]) -> Option<Endpoint> {
        let control_plane = self.control_plane(containers)?;
        Some(Endpoint::of(control_plane, desired::API_PORT))
    }

    fn role(&self, container: &Container) -> Option<Role> {
        match container.labels.get(desired::LABELS.role)?.as_str() {
            // `init` is what talosctl called the first control plane once.
            "controlplane" | "init" => Some(Role::ControlPlane),
            role if role == container::role_name(Role::Worker) => Some(Role::Worker),
            _ => None,
        }
    }

    fn gate(&self, _: &[Container]) -> Option<Gate> {
        None
    }

    fn bring_back(&self, _: &Desired, plan: &mut Plan<Op>, lost: &Lost<'_>) -> BroughtUp {
        bring_up::bring_back(plan, lost)
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
        Some(Marker::Path(desired::MEMBER))
    }

    fn recovery(&self) -> &'static [&'static str] {
        &[desired::CONFIG]
    }

    fn machines(&self) -> Option<&dyn MachineFamily> {
        Some(self)
    }

    fn traces(&self, cluster: &str) -> Option<Traces> {
        Some(Traces {
            network: cluster.to_owned(),
            volumes: desired::LABELS.selector(cluster),
        })
    }

    fn removals(&self, cluster: &str, found: &Belongings) -> Vec<Removal> {
        // A network of the cluster's name may be anybody's; ours says so.
        let networks = found.networks.iter().filter(|network| {
            let label = |key: &str, value: &str| {
                network.labels.get(key).is_some_and(|found| found == value)
            };
            label(desired::OWNER.0, desired::OWNER.1) && label(desired::LABELS.cluster, cluster)
        });
        let networks = networks.map(|network| Removal::RemoveNetwork {
            id: network.id.clone(),
            name: network.name.clone(),
        });
        networks.collect()
    }
}

impl MachineFamily for Talos {
    fn context(&self, cluster: &str) -> String {
        cluster.to_owned()
    }

    fn endpoint(&self, containers: &[Container]) -> Option<Endpoint> {
        let control_plane = self.control_plane(containers)?;
        Some(Endpoint::of(control_plane, desired::MACHINE_PORT))
    }

    fn secrets(&self, file: &str, control_plane: &Container) -> Result<Box<dyn Secrets>, Error> {
        Ok(Box::new(recover(file, control_plane)?))
    }
}

fn recover(file: &str, control_plane: &Container) -> Result<Bundle, Error> {
    let name = format!("{} of {}", desired::CONFIG, control_plane.name);
    let secrets = recovered::from_control_plane_config(file, &Source::new(name));
    Ok(secrets.map_err(Own::from)?)
}

impl Secrets for Bundle {
    fn text(&self) -> Secret<String> {
        self.to_yaml()
    }

    fn access(&self, server: String, now: time::OffsetDateTime) -> Result<Access, Error> {
        Ok(access::to_machines(self, server, now).map_err(Own::from)?)
    }
}

fn config_of(file: Option<&DistributionFile>) -> TalosConfig {
    match file {
        Some(DistributionFile::Talos(config)) => (**config).clone(),
        _ => TalosConfig::default(),
    }
}
