//! k3d's flags: what the file can say too, added to what it says.

use std::path::Path;

use crate::config::k3d::{
    ApiPort, EnvVar, Filtered, K3dConfig, Subject, VolumeSpec, node_label, runtime_label,
};
use crate::config::schema::{CSI, LOAD_BALANCER, METRICS_SERVER};
use crate::config::{Error, Located, parse_ports};
use crate::settings::Bundled;
use crate::yaml::{Location, Source};

/// `[HOST:]PORT` of the API server.
pub const API_PORT: &str = "--api-port";
/// `VARIABLE=VALUE[@FILTER]`
pub const ENV: &str = "--env";
/// `ARGUMENT@FILTER`
pub const K3S_ARG: &str = "--k3s-arg";
/// `LABEL=VALUE@FILTER`
pub const NODE_LABEL: &str = "--k3s-node-label";
/// No load balancer.
pub const NO_LB: &str = "--no-lb";
/// `[ADDRESS:][HOSTPORT:]PORT[/PROTOCOL][@FILTER]`
pub const PORT: &str = "--port";
/// `LABEL=VALUE[@FILTER]`
pub const RUNTIME_LABEL: &str = "--runtime-label";
/// `[SOURCE:]DESTINATION[:OPTIONS][@FILTER]`
pub const VOLUME: &str = "--volume";
/// All of them.
pub(super) const ALL: [&str; 8] = [
    API_PORT,
    ENV,
    K3S_ARG,
    NODE_LABEL,
    NO_LB,
    PORT,
    RUNTIME_LABEL,
    VOLUME,
];

/// Takes away what K3s would bring along.
pub(super) fn disable(config: &mut K3dConfig, without: &[Bundled]) -> Result<(), Error> {
    for bundled in without {
        let (field, addon) = match bundled {
            Bundled::Storage => (&CSI, "local-storage"),
            Bundled::MetricsServer => (&METRICS_SERVER, "metrics-server"),
            Bundled::LoadBalancer => (&LOAD_BALANCER, "servicelb"),
        };
        let text = format!("--disable={addon}@server:*");
        let read = |text: &str| Ok(text.to_owned());
        let rule = Filtered::from_flag(field.path, &text, Subject::K3sArg, read)?;
        config.k3s.extra_args.push(rule);
    }
    Ok(())
}

/// Adds the flags to the configuration. Relative paths count from `directory`.
pub(super) fn apply(
    config: &mut K3dConfig,
    flags: &[(&'static str, String)],
    directory: &Path,
) -> Result<(), Error> {
    for (flag, text) in flags {
        match *flag {
            API_PORT => api_port(config, text)?,
            NO_LB => {
                config.k3d.disable_load_balancer = Some(Located {
                    value: true,
                    at: at(flag),
                });
            }
            PORT => {
                let rule = Filtered::from_flag(flag, text, Subject::Port, parse_ports)?;
                config.ports.push(rule);
            }
            VOLUME => {
                let read = |text: &str| VolumeSpec::parse(text, directory);
                let rule = Filtered::from_flag(flag, text, Subject::Volume, read)?;
                config.volumes.push(rule);
            }
            ENV => {
                let rule = Filtered::from_flag(flag, text, Subject::Env, EnvVar::parse)?;
                config.env.push(rule);
            }
            K3S_ARG => {
                let read = |text: &str| Ok(text.to_owned());
                let rule = Filtered::from_flag(flag, text, Subject::K3sArg, read)?;
                config.k3s.extra_args.push(rule);
            }
            NODE_LABEL => {
                let rule = Filtered::from_flag(flag, text, Subject::NodeLabel, node_label)?;
                config.k3s.node_labels.push(rule);
            }
            RUNTIME_LABEL => {
                let rule = Filtered::from_flag(flag, text, Subject::RuntimeLabel, runtime_label)?;
                config.runtime.labels.push(rule);
            }
            other => {
                let why = "is no flag of K3s clusters";
                return Err(Error::rule(at(other), other, why));
            }
        }
    }
    Ok(())
}

fn at(flag: &str) -> Location {
    Source::new(flag).whole()
}

fn api_port(config: &mut K3dConfig, text: &str) -> Result<(), Error> {
    let at = at(API_PORT);
    let (host, port) = text
        .rsplit_once(':')
        .map_or((None, text), |(host, port)| (Some(host), port));
    let wrong = || {
        let why =
            "must be `[ADDRESS:]PORT`, such as `6550` or `0.0.0.0:6550`; the port may be `random`";
        Error::rule(at.clone(), text, why)
    };
    let port = match port {
        "random" | "" => ApiPort::Random,
        port => match port.parse() {
            Ok(0) | Err(_) => return Err(wrong()),
            Ok(port) => ApiPort::Fixed(port),
        },
    };
    if let Some(host) = host {
        let address = host.parse().map_err(|_| wrong())?;
        config.api.host_ip = Some(Located {
            value: address,
            at: at.clone(),
        });
    }
    config.api.host_port = Some(Located { value: port, at });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(flags: &[(&'static str, &str)]) -> Result<K3dConfig, String> {
        let mut config = K3dConfig::default();
        let flags: Vec<(&'static str, String)> = flags
            .iter()
            .map(|(flag, text)| (*flag, (*text).to_owned()))
            .collect();
        apply(&mut config, &flags, Path::new("/p")).map_err(|error| error.to_string())?;
        Ok(config)
    }

    #[test]
    fn flags_add_to_the_file() {
        let config = applied(&[
            (PORT, "8080:80@loadbalancer"),
            (VOLUME, "./data:/data@agent:0"),
            (ENV, "A=b@server:0"),
            (K3S_ARG, "--disable=traefik@server:*"),
            (NODE_LABEL, "tier=a@agent:*"),
            (RUNTIME_LABEL, "team=x@all"),
            (NO_LB, ""),
            (API_PORT, "0.0.0.0:6550"),
        ])
        .unwrap();
        assert_eq!(config.ports[0].item.value[0].host_port, Some(8080));
        let bind = config.volumes[0].item.value.bind();
        assert_eq!(bind, Some("/p/data:/data".into()));
        assert_eq!(config.env[0].item.value.name, "A");
        assert_eq!(config.k3s.extra_args[0].item.value, "--disable=traefik");
        assert_eq!(config.k3s.node_labels[0].item.value.key, "tier");
        assert_eq!(config.runtime.labels[0].item.value.key, "team");
        assert!(config.k3d.disable_load_balancer.unwrap().value);
        assert_eq!(config.api.host_port.unwrap().value, ApiPort::Fixed(6550));
        assert_eq!(config.api.host_ip.unwrap().value.to_string(), "0.0.0.0");
    }

    #[test]
    fn what_is_wrong_names_the_flag() {
        for (flag, text, message) in [
            (
                API_PORT,
                "x",
                "--api-port: `x` must be `[ADDRESS:]PORT`, such as `6550` or `0.0.0.0:6550`; the port may be `random`",
            ),
            (
                PORT,
                "80@server",
                "--port: `server` does not say which ones: write `server:*` for all of them or `server:0` for the first",
            ),
        ] {
            assert_eq!(applied(&[(flag, text)]).unwrap_err(), message);
        }
    }
}
