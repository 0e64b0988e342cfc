//! What the nodes know, and what is known of the calls to them.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::net::TcpSocket;
use tokio::sync::watch;

use super::super::apiserver::ApiServer;
use super::super::authority::Authority;
use super::grpc::{Refusal, Rpc};

/// What happens to a call instead of its answer, or before it.
#[derive(Debug, Clone)]
pub(crate) enum Effect {
    /// This refusal.
    Refuse(super::Code, &'static str),
    /// The answer takes this long.
    Delay(Duration),
    /// The connection breaks.
    Reset,
}

pub(super) struct Fault {
    pub(super) rpc: String,
    pub(super) times: usize,
    pub(super) effect: Effect,
}

/// A container that runs.
pub(super) struct Node {
    pub(super) name: String,
    pub(super) config: String,
    pub(super) control_plane: bool,
}

/// A resource's namespace is of no interest here: no two have the same kind.
pub(super) type Key = (String, String, String);

/// What outlives a container's end, but not its removal.
#[derive(Clone, Default)]
pub(super) struct Disk {
    pub(super) config: String,
    /// Etcd has written.
    pub(super) member: bool,
}

#[derive(Default)]
pub(super) struct State {
    /// By container.
    pub(super) disks: BTreeMap<String, Disk>,
    /// By address. Without any, all addresses are those of control planes.
    pub(super) nodes: BTreeMap<String, Node>,
    /// Version and specification by node, kind and id.
    pub(super) resources: BTreeMap<Key, (u64, String)>,
    pub(super) bootstrapped: bool,
    /// Etcd has run before.
    pub(super) old: bool,
    /// Nodes do not become ready by themselves.
    pub(super) by_hand: bool,
    /// Certificate and key of the authority whose certificates are shown instead.
    pub(super) impostor: Option<(String, String)>,
    pub(super) faults: Vec<Fault>,
    pub(super) dropped_connections: usize,
    pub(super) calls: Vec<Rpc>,
    pub(super) open: BTreeMap<String, usize>,
    pub(super) peak: usize,
    /// Where Kubernetes will listen, and as whom.
    pub(super) kubernetes: Option<(TcpSocket, Authority)>,
}

/// Ends when told to.
pub(super) type Listener = (watch::Sender<bool>, JoinHandle<()>);

impl State {
    /// Until then a node is bootstrapped as often as it is asked.
    pub(super) fn etcd_has_data(&self) -> bool {
        let mut specs = self.resources.values().map(|(_, spec)| spec);
        self.old || self.bootstrapped && specs.any(|spec| spec.starts_with("stage: running"))
    }
}

pub(super) struct Shared {
    state: Mutex<State>,
    /// Counts changes of resources.
    pub(super) version: watch::Sender<u64>,
    /// By container; `""` for one without.
    pub(super) listeners: Mutex<BTreeMap<String, Listener>>,
    pub(super) apiserver: ApiServer,
}

impl Shared {
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::default(),
            version: watch::Sender::new(0),
            listeners: Mutex::default(),
            apiserver: ApiServer::talos(),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Whether the next connection is dropped.
    pub(super) fn drops_connection(&self) -> bool {
        let mut state = self.state();
        let drops = state.dropped_connections > 0;
        state.dropped_connections = state.dropped_connections.saturating_sub(1);
        drops
    }

    /// Gives a resource a new specification.
    pub(super) fn set(&self, node: &str, kind: &str, id: &str, spec: &str) {
        let version = *self.version.borrow() + 1;
        let key = (node.to_owned(), kind.to_owned(), id.to_owned());
        self.state()
            .resources
            .insert(key, (version, spec.to_owned()));
        self.version.send_replace(version);
    }

    /// Etcd runs, and Kubernetes with it.
    pub(super) fn run_kubernetes(&self) {
        let (ready, names) = {
            let mut state = self.state();
            state.bootstrapped = true;
            if let Some((socket, authority)) = state.kubernetes.take() {
                self.apiserver.listen_as(socket, &authority);
            }
            let nodes = state.nodes.iter();
            let known: Vec<(String, String)> = nodes
                .map(|(address, node)| (address.clone(), node.name.clone()))
                .collect();
            let state = &mut *state;
            for node in state.nodes.values().filter(|node| node.control_plane) {
                if let Some(disk) = state.disks.get_mut(&node.name) {
                    disk.member = true;
                }
            }
            (!state.by_hand, known)
        };
        for (address, name) in names {
            if ready {
                self.apiserver.member(&name);
                self.set(&address, super::MACHINE_STATUS, "machine", super::READY);
            }
        }
    }

    /// The refusal of a call to a node that is not there.
    pub(super) fn away(&self, node: &str) -> Option<Refusal> {
        let state = self.state();
        if state.nodes.is_empty() || state.nodes.contains_key(node) {
            return None;
        }
        let message = format!(
            "connection error: desc = \"transport: Error while dialing: dial tcp {node}:50000: connect: connection refused\""
        );
        Some((super::Code::Unavailable, message))
    }
}
