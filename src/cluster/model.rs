//! The vocabulary of provisioning: what a container, network or file should be, independent of any Engine client.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::Serialize;

/// Transport protocol of a published port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// TCP
    Tcp,
    /// UDP
    Udp,
    /// SCTP
    Sctp,
}

impl Protocol {
    /// The Engine's spelling: `tcp`, `udp`, `sctp`.
    pub fn as_str(self) -> &'static str {
        match self {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
            Protocol::Sctp => "sctp",
        }
    }
}

/// One port of a container published on the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PortBinding {
    /// Port inside the container.
    pub container_port: u16,
    /// Protocol of both sides.
    pub protocol: Protocol,
    /// Host address to listen on, for example `127.0.0.1` or `0.0.0.0`.
    pub host_address: String,
    /// Host port; `None` lets the Engine pick one (it changes at every restart).
    pub host_port: Option<u16>,
}

/// A container as the Engine should create it. Field by field this maps to `POST /containers/create`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a field of the Engine's API"
)]
pub struct ContainerSpec {
    /// Container name, also its host name.
    pub name: String,
    /// Image reference.
    pub image: String,
    /// `Entrypoint`; empty keeps the image's own.
    pub entrypoint: Vec<String>,
    /// `Cmd`; empty keeps the image's own.
    pub command: Vec<String>,
    /// Labels that make the container ours to find.
    #[serde(serialize_with = "super::mask::labels")]
    pub labels: BTreeMap<String, String>,
    /// Environment variables, `NAME=value`.
    #[serde(serialize_with = "super::mask::variables")]
    pub env: Vec<String>,
    /// Allocate a terminal, so that console lines reach the container log.
    pub tty: bool,
    /// `HostConfig.Privileged`.
    pub privileged: bool,
    /// `HostConfig.SecurityOpt`.
    pub security_options: Vec<String>,
    /// Paths mounted as tmpfs without options.
    pub tmpfs: Vec<String>,
    /// Paths backed by anonymous volumes, removed with the container.
    pub anonymous_volumes: Vec<String>,
    /// `HostConfig.Mounts`, in this order.
    pub mounts: Vec<MountSpec>,
    /// `HostConfig.Binds`: `host:container[:options]`.
    pub binds: Vec<String>,
    /// `HostConfig.Devices`: host paths mapped to the same path, with `rwm`.
    pub devices: Vec<String>,
    /// `HostConfig.CgroupnsMode` is `private`; left to the Engine otherwise.
    pub private_cgroup_namespace: bool,
    /// `HostConfig.ReadonlyRootfs`.
    pub read_only_root: bool,
    /// `HostConfig.UsernsMode` is `host`.
    pub host_user_namespace: bool,
    /// What the Engine does when it ends.
    pub restart: Restart,
    /// `HostConfig.Init`, always explicit because the daemon may default to its own init.
    pub init: bool,
    /// The one network joined at creation.
    pub network: String,
    /// Its fixed address in that network; the network needs a subnet of our choice.
    pub address: Option<IpAddr>,
    /// Additional lines of `/etc/hosts`: `name:address`, where the address may be `host-gateway`.
    pub extra_hosts: Vec<String>,
    /// Memory limit in bytes.
    pub memory: Option<u64>,
    /// `HostConfig.NanoCpus`: billionths of a processor.
    pub nano_cpus: Option<u64>,
    /// Resource limits of its processes.
    pub ulimits: Vec<Ulimit>,
    /// `HostConfig.PidMode` is `host`.
    pub host_processes: bool,
    /// Kernel parameters of the container's namespaces.
    pub sysctls: BTreeMap<String, String>,
    /// Published ports.
    pub ports: Vec<PortBinding>,
}

/// What the Engine does when a container ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum Restart {
    /// Nothing.
    #[default]
    Never,
    /// Starts it again after a failure, at most this often.
    OnFailure(u32),
    /// Starts it again unless somebody stopped it.
    UnlessStopped,
}

/// One of `HostConfig.Mounts`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MountSpec {
    /// What is mounted.
    pub source: MountSource,
    /// Path in the container.
    pub target: String,
    /// The container cannot write there.
    pub read_only: bool,
}

/// What is mounted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", content = "source", rename_all = "lowercase")]
pub enum MountSource {
    /// Memory.
    Tmpfs,
    /// A volume of this name, or an anonymous one that goes with the container.
    Volume(Option<String>),
    /// A path of the host.
    Bind(String),
}

/// A resource limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ulimit {
    /// Name as in `setrlimit`, lower case, without `RLIMIT_`.
    pub name: String,
    /// Soft limit.
    pub soft: i64,
    /// Hard limit.
    pub hard: i64,
}

/// A named volume as the Engine should create it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VolumeSpec {
    /// Volume name.
    pub name: String,
    /// Labels.
    pub labels: BTreeMap<String, String>,
}

/// A bridge network as the Engine should create it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub struct NetworkSpec {
    /// Network name.
    pub name: String,
    /// Driver options such as `com.docker.network.driver.mtu`.
    pub options: BTreeMap<String, String>,
    /// Labels, if any.
    pub labels: BTreeMap<String, String>,
    /// Enable IPv6 with this subnet; `None` = IPv4 only.
    pub ipv6_subnet: Option<String>,
    /// IPv6 subnets to try one after another where that is taken.
    pub ipv6_fallbacks: Vec<String>,
    /// Subnet of our choice and its gateway; `None` leaves both to the Engine.
    pub ipv4: Option<(String, String)>,
}

/// One entry of the archive that is uploaded into a container before it starts.
#[derive(Clone, PartialEq, Eq)]
pub struct FileSpec {
    /// Absolute path in the container.
    pub path: String,
    /// Permission bits, e.g. `0o600`.
    pub mode: u32,
    /// What the entry is.
    pub content: FileContent,
}

/// Content of a [`FileSpec`].
#[derive(Clone, PartialEq, Eq)]
pub enum FileContent {
    /// A regular file.
    Bytes(Vec<u8>),
    /// A symbolic link to this target.
    Symlink(String),
}

impl FileSpec {
    /// A regular file.
    pub fn file(path: impl Into<String>, mode: u32, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            path: path.into(),
            mode,
            content: FileContent::Bytes(bytes.into()),
        }
    }

    /// A symbolic link.
    pub fn symlink(path: impl Into<String>, target: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            mode: 0o777,
            content: FileContent::Symlink(target.into()),
        }
    }
}

impl std::fmt::Debug for FileSpec {
    /// Shows path and size only: contents may be private keys.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let size = match &self.content {
            FileContent::Bytes(bytes) => format!("{} bytes", bytes.len()),
            FileContent::Symlink(target) => format!("-> {target}"),
        };
        write!(f, "{} ({:o}, {size})", self.path, self.mode)
    }
}
