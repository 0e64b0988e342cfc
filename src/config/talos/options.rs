//! What talosctl's flags say about the containers of a cluster, in talosctl's notations.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use super::patch::{Patch, PatchScope};
use crate::cluster::model::{MountSource, MountSpec};
use crate::config::ports::{PortMapping, parse_ports};
use crate::config::{Cidr, Located, Refusal};

/// The range that talosctl takes for the network.
pub const DEFAULT_SUBNET: &str = "10.5.0.0/24";
/// Billionths of a processor in one.
const NANO: f64 = 1e9;
/// What talosctl gives each machine.
const DEFAULT_SIZE: Size = Size {
    nano_cpus: 2_000_000_000,
    memory: 2 << 30,
};

/// What a machine may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Billionths of a processor.
    pub nano_cpus: u64,
    /// Bytes of memory.
    pub memory: u64,
}

/// Where the images of a registry are to be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mirror {
    /// The registry's host, `*` for all.
    pub registry: String,
    /// URL to ask instead.
    pub url: String,
}

/// A patch that a flag gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FlagPatch {
    /// In so many words.
    Inline(Patch),
    /// In a file, not read yet.
    File(PatchScope, PathBuf),
}

/// Containers and network of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The network's range; `None` takes a free one.
    pub subnet: Option<Located<Cidr>>,
    /// Ports of the control planes.
    pub ports: Vec<PortMapping>,
    /// Where those listen that name no address.
    pub ports_at: Option<IpAddr>,
    /// What all machines mount besides what they need.
    pub mounts: Vec<MountSpec>,
    /// What a control plane may use.
    pub control_plane: Size,
    /// What a worker may use.
    pub worker: Size,
    /// Mirrors, in their order.
    pub mirrors: Vec<Mirror>,
    /// A `secrets.yaml` to make the cluster of.
    pub secrets: Option<PathBuf>,
    /// The talosconfig to merge the cluster into; `None` = where talosctl looks for one.
    pub talosconfig: Option<PathBuf>,
    /// Size of the packets of the network.
    pub mtu: u16,
    /// Patches, in their order.
    pub patches: Vec<FlagPatch>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            subnet: None,
            ports: Vec::new(),
            ports_at: None,
            mounts: Vec::new(),
            control_plane: DEFAULT_SIZE,
            worker: DEFAULT_SIZE,
            mirrors: Vec::new(),
            secrets: None,
            talosconfig: None,
            mtu: 1500,
            patches: Vec::new(),
        }
    }
}

/// `HOSTPORT:PORT[/PROTOCOL],…`, each with an address in front if wanted.
pub fn exposed_ports(text: &str) -> Result<Vec<PortMapping>, Refusal> {
    let mut ports = Vec::new();
    for rule in text.split(',') {
        let mappings = parse_ports(rule)?;
        if mappings.iter().any(|mapping| mapping.host_port.is_none()) {
            let why = format!("needs a host port in `{rule}`, as in `8080:80`");
            return Err(Refusal::rule(why));
        }
        ports.extend(mappings);
    }
    Ok(ports)
}

/// A number of processors such as `2.0`.
pub fn processors(text: &str) -> Result<u64, Refusal> {
    let number: Option<f64> = text.parse().ok();
    let number = number.filter(|number| (0.01..=4096.0).contains(number));
    let number = number.ok_or_else(|| {
        let why = format!("must be a number of processors such as `2.0`, not `{text}`");
        Refusal::rule(why)
    })?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range is checked"
    )]
    Ok((number * NANO).round() as u64)
}

/// `REGISTRY=URL`
pub fn mirror(text: &str) -> Result<Mirror, Refusal> {
    let refuse = |why: &str| Refusal::rule(why.to_owned());
    let (registry, url) = text
        .split_once('=')
        .filter(|(registry, _)| !registry.is_empty())
        .ok_or_else(|| refuse("must be `REGISTRY=URL`, as in `docker.io=http://10.5.0.1:5000`"))?;
    let rest = url.strip_prefix("http://").or(url.strip_prefix("https://"));
    if rest.is_none_or(str::is_empty) {
        return Err(refuse(
            "must have a URL that begins with `http://` or `https://` behind the `=`",
        ));
    }
    Ok(Mirror {
        registry: registry.to_owned(),
        url: url.to_owned(),
    })
}

/// Docker's long form of a mount: `type=bind,source=/host,target=/node,readonly`. Relative host paths count from
/// `directory`.
pub fn mount(text: &str, directory: &Path) -> Result<MountSpec, Refusal> {
    let (mut kind, mut source, mut target, mut read_only) = ("volume", None, None, false);
    for part in text.split(',') {
        match part.split_once('=').unwrap_or((part, "")) {
            ("type", value) => kind = value,
            ("source" | "src", value) if !value.is_empty() => source = Some(value),
            ("target" | "destination" | "dst", value) if value.starts_with('/') => {
                target = Some(value.to_owned());
            }
            ("readonly" | "ro", "" | "true" | "1") => read_only = true,
            ("readonly" | "ro", "false" | "0") => read_only = false,
            _ => {
                let why = format!(
                    "has `{part}`, which is none of `type=`, `source=`, `target=/…` and `readonly`"
                );
                return Err(Refusal::rule(why));
            }
        }
    }
    let needs = |what: &str| Refusal::rule(format!("has no `{what}=`"));
    let source = match kind {
        "tmpfs" if source.is_none() => MountSource::Tmpfs,
        "tmpfs" => return Err(Refusal::rule("cannot have a source in memory")),
        "volume" => MountSource::Volume(source.map(str::to_owned)),
        "bind" => {
            let path = source.ok_or_else(|| needs("source"))?;
            let path = crate::config::path::absolute(path, directory);
            MountSource::Bind(path.to_string_lossy().into_owned())
        }
        _ => {
            return Err(Refusal::Choice {
                found: kind.to_owned(),
                allowed: &["bind", "volume", "tmpfs"],
            });
        }
    };
    Ok(MountSpec {
        source,
        target: target.ok_or_else(|| needs("target"))?,
        read_only,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why<T: std::fmt::Debug>(result: Result<T, Refusal>) -> String {
        result.unwrap_err().problem("--flag").to_string()
    }

    #[test]
    fn sizes() {
        assert_eq!(processors("2.0").unwrap(), 2_000_000_000);
        assert_eq!(processors("0.5").unwrap(), 500_000_000);
        for text in ["", "-1", "0", "NaN", "inf", "2c"] {
            assert!(
                why(processors(text)).contains("number of processors"),
                "{text}"
            );
        }
    }

    #[test]
    fn ports_need_a_host_port() {
        let ports = exposed_ports("8080:80,127.0.0.1:5000:5000/udp").unwrap();
        assert_eq!(ports.len(), 2);
        assert_eq!(ports[1].host_address, Some(IpAddr::from([127, 0, 0, 1])));
        assert_eq!(
            why(exposed_ports("8080:80,90")),
            "`--flag` needs a host port in `90`, as in `8080:80`"
        );
    }

    #[test]
    fn mirrors() {
        let found = mirror("docker.io=http://10.5.0.1:5000").unwrap();
        assert_eq!(
            (found.registry.as_str(), found.url.as_str()),
            ("docker.io", "http://10.5.0.1:5000")
        );
        for text in [
            "docker.io",
            "=http://a",
            "docker.io=",
            "docker.io=a:5000",
            "docker.io=http://",
        ] {
            assert!(mirror(text).is_err(), "{text}");
        }
    }

    #[test]
    fn mounts() {
        let directory = Path::new("/work");
        let bind = mount("type=bind,src=data,dst=/data,readonly", directory).unwrap();
        assert_eq!(bind.source, MountSource::Bind("/work/data".into()));
        assert!(bind.read_only);
        let volume = mount("source=v,target=/v", directory).unwrap();
        assert_eq!(volume.source, MountSource::Volume(Some("v".into())));
        let memory = mount("type=tmpfs,target=/t", directory).unwrap();
        assert_eq!(memory.source, MountSource::Tmpfs);
        for (text, message) in [
            ("type=bind,target=/t", "`--flag` has no `source=`"),
            ("source=v", "`--flag` has no `target=`"),
            (
                "type=tmpfs,source=a,target=/t",
                "`--flag` cannot have a source in memory",
            ),
            (
                "type=nfs,target=/t",
                "`--flag` must be `bind`, `volume`, or `tmpfs`, not `nfs`",
            ),
            (
                "target=relative",
                "`--flag` has `target=relative`, which is none of",
            ),
        ] {
            assert!(why(mount(text, directory)).starts_with(message), "{text}");
        }
    }
}
