//! A fake Talos API: the nodes of one cluster behind one endpoint. It shares no code with the client, believes only in
//! the authorities of the configuration that its containers were given, and misbehaves on demand.
//!
//! As the [`Program`] of containers of a fake Engine it listens where port 50000 is published, and its API server
//! where port 6443 is, once the cluster is bootstrapped. Without an Engine, [`TalosApi::listen`] starts it.

mod grpc;
mod machine;
mod resources;
mod state;
mod tls;
mod userdata;
mod wire;

use std::fmt;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;

use tokio::sync::watch;

use super::apiserver::ApiServer;
use super::apiserver::talos::reserved;
use super::authority::Authority;
use super::engine::{Program, Script, Started};
pub(crate) use grpc::{Code, Rpc};
pub(crate) use state::Effect;
use state::{Fault, Node, Shared};

pub(crate) const MACHINE_STATUS: &str = "MachineStatuses.runtime.talos.dev";
/// States of a machine that has just started, and of one that works.
pub(crate) const BOOTING: &str = "stage: booting\nstatus:\n    ready: false\n    unmetConditions:\n        - name: services\n          reason: etcd not running\n";
pub(crate) const READY: &str =
    "stage: running\nstatus:\n    ready: true\n    unmetConditions: []\n";

/// A handle; all handles are of the same nodes.
#[derive(Clone)]
pub(crate) struct TalosApi(Arc<Shared>);

impl TalosApi {
    /// Nodes that have not started yet.
    pub(crate) fn new() -> Self {
        Self(Arc::new(Shared::new()))
    }

    /// Listens on a free port of this host, as nodes whose authority is this; returns the port.
    pub(crate) fn listen(&self, certificate: &str, key: &str) -> u16 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        self.serve("", listener, &Authority::of_talos(certificate, key));
        port
    }

    /// What a container does whose ports are served by this.
    pub(crate) fn script(&self) -> Script {
        Script {
            program: Some(Arc::new(self.clone())),
            ..Script::default()
        }
    }

    /// The next calls of this procedure end like this.
    pub(crate) fn fault(self, rpc: &str, times: usize, effect: Effect) -> Self {
        self.0.state().faults.push(Fault {
            rpc: rpc.to_owned(),
            times,
            effect,
        });
        self
    }

    /// Cannot be bootstrapped until it was asked this often.
    pub(crate) fn not_yet(self, times: usize) -> Self {
        let refusal = Effect::Refuse(Code::FailedPrecondition, "bootstrap is not available yet");
        self.fault("Bootstrap", times, refusal)
    }

    /// The next connections are taken and dropped at once.
    pub(crate) fn drop_connections(self, times: usize) -> Self {
        self.0.state().dropped_connections = times;
        self
    }

    /// Was bootstrapped long ago.
    pub(crate) fn bootstrapped(self) -> Self {
        {
            let mut state = self.0.state();
            (state.bootstrapped, state.old) = (true, true);
        }
        self
    }

    /// Nodes become ready only by [`TalosApi::machine`], and join Kubernetes only by [`ApiServer::member`].
    pub(crate) fn by_hand(self) -> Self {
        self.0.state().by_hand = true;
        self
    }

    /// Containers show certificates of this authority, not of that which they were given.
    pub(crate) fn impostor(self, certificate: &str, key: &str) -> Self {
        self.0.state().impostor = Some((certificate.to_owned(), key.to_owned()));
        self
    }

    /// Gives a node this state.
    pub(crate) fn machine(&self, node: &str, spec: &str) {
        self.resource(node, MACHINE_STATUS, "machine", spec);
    }

    /// Gives a node this resource.
    pub(crate) fn resource(&self, node: &str, kind: &str, id: &str, spec: &str) {
        self.0.set(node, kind, id, spec);
    }

    /// The API server of the cluster.
    pub(crate) fn kubernetes(&self) -> &ApiServer {
        &self.0.apiserver
    }

    /// The configuration that the node at this address was given.
    pub(crate) fn config(&self, node: &str) -> String {
        self.0.state().nodes[node].config.clone()
    }

    /// Calls so far.
    pub(crate) fn calls(&self) -> Vec<Rpc> {
        self.0.state().calls.clone()
    }

    /// Calls so far of this procedure.
    pub(crate) fn count(&self, rpc: &str) -> usize {
        let calls = &self.0.state().calls;
        calls.iter().filter(|call| call.name == rpc).count()
    }

    /// Most calls to one node at the same time, watches apart.
    pub(crate) fn peak(&self) -> usize {
        self.0.state().peak
    }

    /// Stops listening and breaks every connection.
    pub(crate) fn hush(&self) {
        let listeners = std::mem::take(&mut *self.0.listeners.lock().unwrap());
        for (stop, thread) in listeners.into_values() {
            stop.send_replace(true);
            drop(thread.join());
        }
    }

    fn serve(&self, container: &str, listener: TcpListener, authority: &Authority) {
        listener.set_nonblocking(true).unwrap();
        let (stop, stopped) = watch::channel(false);
        let (shared, acceptor) = (Arc::clone(&self.0), tls::acceptor(authority));
        let thread = std::thread::spawn(move || grpc::run(listener, &acceptor, &shared, stopped));
        let mut listeners = self.0.listeners.lock().unwrap();
        listeners.insert(container.to_owned(), (stop, thread));
    }
}

impl fmt::Debug for TalosApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TalosApi")
    }
}

impl Program for TalosApi {
    fn started(&self, container: &Started<'_>) {
        // What it has stored counts for more than what it is told.
        let stored = self.0.state().disks.get(container.name).cloned();
        let stored = stored.map(|disk| disk.config);
        let Some(config) = stored.or_else(|| userdata::config(container)) else {
            return;
        };
        let machine = userdata::machine(&config);
        let address = container.addresses.values().next().unwrap();
        let node = Node {
            name: container.name.to_owned(),
            config,
            control_plane: machine["machine"]["type"] == "controlplane",
        };
        let control_plane = node.control_plane;
        {
            let mut state = self.0.state();
            let disk = state.disks.entry(container.name.to_owned()).or_default();
            disk.config.clone_from(&node.config);
            state.nodes.insert(address.clone(), node);
        }
        if control_plane {
            for (id, spec) in resources::MANIFEST_FILES {
                self.resource(address, resources::MANIFESTS, id, spec);
            }
        }
        self.machine(address, BOOTING);
        let published = |key: &str| {
            let ports = container.ports.iter();
            let found = ports.filter(|(inside, ..)| inside == key);
            found.map(|(_, _, port)| *port).next()
        };
        if let Some(port) = published("50000/tcp") {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
            let impostor = self.0.state().impostor.clone();
            let authority = impostor
                .map(|(certificate, key)| Authority::of_talos(&certificate, &key))
                .or_else(|| userdata::authority(&machine["machine"]["ca"]));
            self.serve(container.name, listener, &authority.unwrap());
        }
        if let Some(port) = published("6443/tcp") {
            let authority = userdata::authority(&machine["cluster"]["ca"]);
            self.0.state().kubernetes = Some((reserved(port), authority.unwrap()));
        }
        let bootstrapped = self.0.state().bootstrapped;
        if bootstrapped {
            self.0.run_kubernetes();
        }
    }

    fn ended(&self, name: &str) {
        if let Some((stop, thread)) = self.0.listeners.lock().unwrap().remove(name) {
            stop.send_replace(true);
            drop(thread.join());
            self.0.apiserver.hush();
            self.0.state().kubernetes = None;
        }
        self.0.state().nodes.retain(|_, node| node.name != name);
    }

    fn removed(&self, name: &str) {
        let mut state = self.0.state();
        state.disks.remove(name);
        if state.disks.is_empty() {
            (state.bootstrapped, state.old) = (false, false);
            state.resources.clear();
        }
    }

    fn files(&self, name: &str) -> Vec<(String, String)> {
        let state = self.0.state();
        let Some(disk) = state.disks.get(name) else {
            return Vec::new();
        };
        let config = ("/system/state/config.yaml".to_owned(), disk.config.clone());
        let member = "/var/lib/etcd/member/snap/db".to_owned();
        let member = disk.member.then(|| (member, String::new()));
        [config].into_iter().chain(member).collect()
    }
}
