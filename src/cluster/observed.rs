//! What the Engine says there is: filled by `docker::snapshot` in one batch of calls, then only compared.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::Serialize;

use super::model::Protocol;

/// State of a container as the Engine lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Created, never started.
    Created,
    /// Running.
    Running,
    /// Running, but frozen.
    Paused,
    /// Being restarted by the Engine.
    Restarting,
    /// Being removed.
    Removing,
    /// Ended.
    Exited,
    /// The Engine failed to remove it.
    Dead,
}

impl State {
    /// Something runs in it, if only in a circle.
    pub fn is_up(self) -> bool {
        matches!(self, State::Running | State::Paused | State::Restarting)
    }
}

/// A host port that reaches a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublishedPort {
    /// Port inside the container.
    pub container_port: u16,
    /// Protocol.
    pub protocol: Protocol,
    /// Host address it listens on.
    pub host_address: String,
    /// Host port.
    pub host_port: u16,
}

/// One container of a label-filtered list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Container {
    /// Engine id.
    pub id: String,
    /// Name without the leading slash.
    pub name: String,
    /// Image reference as given at creation.
    pub image: String,
    /// All labels.
    pub labels: BTreeMap<String, String>,
    /// State.
    pub state: State,
    /// The Engine's own words for the state, e.g. `Exited (137) 2 minutes ago`.
    pub status: String,
    /// Creation time, seconds since the epoch.
    pub created: i64,
    /// Address per network name; of stopped containers only those chosen for them.
    pub addresses: BTreeMap<String, IpAddr>,
    /// Published ports; empty for stopped containers.
    pub ports: Vec<PublishedPort>,
}

/// One network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Network {
    /// Engine id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Subnets of its address management, in order.
    pub subnets: Vec<String>,
    /// Number of attached containers, as far as the call that filled this knows.
    pub attached: usize,
}

/// Facts about the Engine's host that decide how nodes must be set up (`GET /info`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact that the Engine reports"
)]
pub struct HostFacts {
    /// `1` or `2`.
    pub cgroup_version: u8,
    /// Storage driver, e.g. `overlay2`.
    pub storage_driver: String,
    /// "Backing Filesystem" of the storage driver, lower case, if reported.
    pub backing_filesystem: Option<String>,
    /// Security options contain `name=rootless`.
    pub rootless: bool,
    /// Security options contain `name=userns`.
    pub user_namespaces: bool,
    /// Host architecture in Go's terms, e.g. `amd64`.
    pub architecture: String,
    /// Engine version, e.g. `20.10.24+dfsg1`.
    pub engine_version: String,
    /// Kernel release, e.g. `6.1.0-44-amd64`.
    pub kernel: String,
    /// The Engine warns that packets between containers do not pass the host's iptables (`br_netfilter`).
    pub bridge_unfiltered: bool,
    /// `fs.inotify.max_user_instances`, where the Engine's host is this one.
    pub inotify_instances: Option<u64>,
    /// The Engine's clock, seconds since the epoch; nodes on it share that clock.
    pub now: Option<i64>,
    /// Memory and pids controllers available (needed rootless).
    pub resource_limits: bool,
}

/// Either a fact, its absence, or the reason why nobody knows. Absence is never assumed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Observed<T> {
    /// It exists.
    Present(T),
    /// It does not exist.
    Absent,
}

/// Everything one command needs to know about the Engine, gathered in one batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Snapshot {
    /// Containers that match the query's label, running or not.
    pub containers: Vec<Container>,
    /// The queried network.
    pub network: Observed<Network>,
    /// All bridge networks, if the query asked for them.
    pub bridges: Vec<Network>,
    /// Queried images by reference.
    pub images: BTreeMap<String, Observed<Image>>,
    /// Host facts.
    pub host: HostFacts,
}

/// One image present on the Engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Image {
    /// Engine id (`sha256:…`).
    pub id: String,
    /// Architecture in Go's terms.
    pub architecture: String,
}
