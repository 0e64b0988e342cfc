//! A small API server on a TCP socket: discovery, server-side apply, lists and watches over objects in memory. It logs
//! every request and misbehaves on demand.

mod deletion;
mod discovery;
mod faults;
mod k3s;
mod server;
mod state;
pub(super) mod talos;
mod tls;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;

pub(crate) use state::Effect;
use state::{Fault, State};

/// A running server; stops when dropped.
pub(crate) struct ApiServer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    listeners: Mutex<Vec<(watch::Sender<bool>, JoinHandle<()>)>>,
}

impl ApiServer {
    /// An empty server of a current version.
    pub(crate) fn start() -> Self {
        Self::with(None)
    }

    fn with(tls: Option<tokio_rustls::TlsAcceptor>) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self::silent(listener.local_addr().unwrap());
        server.listen(listener, tls);
        server
    }

    /// One that does not listen yet.
    fn silent(address: SocketAddr) -> Self {
        Self {
            address,
            state: Arc::new(Mutex::new(State::default())),
            listeners: Mutex::default(),
        }
    }

    fn listen(&self, listener: std::net::TcpListener, tls: Option<tokio_rustls::TlsAcceptor>) {
        listener.set_nonblocking(true).unwrap();
        let (stop, stopped) = watch::channel(false);
        let shared = Arc::clone(&self.state);
        let thread = std::thread::spawn(move || server::run(listener, tls, &shared, stopped));
        self.listeners.lock().unwrap().push((stop, thread));
    }

    /// Listens again after [`ApiServer::hush`], with all it knew.
    pub(crate) fn resume(&self) {
        let listener = std::net::TcpListener::bind(self.address).unwrap();
        self.listen(listener, None);
    }

    /// A group version is served by an extension that does not answer.
    pub(crate) fn stale_group(self, api_version: &str) -> Self {
        self.state
            .lock()
            .unwrap()
            .stale
            .push(api_version.to_owned());
        self
    }

    /// Objects stay this long after they were deleted.
    pub(crate) fn slow_deletion(self, delay: Duration) -> Self {
        self.state.lock().unwrap().deletion_delay = delay;
        self
    }

    /// How often the client knew already what it asked for.
    pub(crate) fn not_modified(&self) -> usize {
        self.state.lock().unwrap().not_modified
    }

    /// Paths of deleted objects in the order of the requests, with the options.
    pub(crate) fn deletions(&self) -> Vec<(String, Value)> {
        self.state.lock().unwrap().deletions.clone()
    }

    /// Names of deleted objects in the order of the requests.
    pub(crate) fn deleted(&self) -> Vec<String> {
        let name = |path: String| path.rsplit_once('/').unwrap().1.to_owned();
        self.deletions()
            .into_iter()
            .map(|(path, _)| name(path))
            .collect()
    }

    /// Resource versions of all objects by their paths.
    pub(crate) fn versions(&self) -> std::collections::BTreeMap<String, String> {
        let state = self.state.lock().unwrap();
        let version = |object: &Value| object["metadata"]["resourceVersion"].to_string();
        state
            .objects
            .iter()
            .map(|(path, object)| (path.clone(), version(object)))
            .collect()
    }

    /// Stops listening and breaks every connection.
    pub(crate) fn hush(&self) {
        for (stop, thread) in self.listeners.lock().unwrap().drain(..) {
            stop.send_replace(true);
            let ended = thread.join();
            if !std::thread::panicking() {
                ended.unwrap();
            }
        }
    }

    /// Answers discovery in the form of servers before 1.26.
    pub(crate) fn old(self) -> Self {
        self.state.lock().unwrap().old_discovery = true;
        self
    }

    /// Makes workloads ready after this long; they are ready at once otherwise.
    pub(crate) fn slow_controllers(self, delay: Duration) -> Self {
        self.state.lock().unwrap().controller_delay = Some(delay);
        self
    }

    /// Workloads never become ready.
    pub(crate) fn no_controllers(self) -> Self {
        self.slow_controllers(Duration::MAX)
    }

    /// The next `times` requests whose `METHOD PATH` contains `pattern` end like this.
    pub(crate) fn fault(self, pattern: &str, times: usize, effect: Effect) -> Self {
        self.state.lock().unwrap().faults.push(Fault {
            pattern: pattern.to_owned(),
            times,
            effect,
        });
        self
    }

    /// Requests so far, as `METHOD PATH?QUERY`.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.state.lock().unwrap().calls.clone()
    }

    /// Requests so far whose text contains `pattern`.
    pub(crate) fn count(&self, pattern: &str) -> usize {
        self.calls()
            .iter()
            .filter(|call| call.contains(pattern))
            .count()
    }

    /// Forgets the requests so far.
    pub(crate) fn forget(&self) {
        self.state.lock().unwrap().calls.clear();
    }

    /// An object by its path.
    pub(crate) fn object(&self, path: &str) -> Option<Value> {
        self.state.lock().unwrap().objects.get(path).cloned()
    }

    /// Changes an object behind the back of everybody.
    pub(crate) fn update(&self, path: &str, change: impl FnOnce(&mut Value)) {
        let mut state = self.state.lock().unwrap();
        let mut object = state.objects[path].clone();
        change(&mut object);
        state.store(path, object);
    }

    /// Stores an object behind the back of everybody.
    pub(crate) fn store(&self, path: &str, object: Value) {
        self.state.lock().unwrap().store(path, object);
    }

    /// Removes an object behind the back of everybody.
    pub(crate) fn remove(&self, path: &str) {
        self.state.lock().unwrap().remove(path);
    }

    /// Most requests that were open at the same time, watches apart.
    pub(crate) fn peak(&self) -> usize {
        self.state.lock().unwrap().peak
    }

    /// Writes a kubeconfig with the context `fake`.
    pub(crate) fn kubeconfig(&self, directory: &Path) -> PathBuf {
        let path = directory.join("kubeconfig");
        let config = json!({
            "apiVersion": "v1", "kind": "Config",
            "clusters": [{ "name": "fake", "cluster": { "server": format!("http://{}", self.address) } }],
            "users": [{ "name": "fake", "user": {} }],
            "contexts": [{ "name": "fake", "context": { "cluster": "fake", "user": "fake" } }],
        });
        std::fs::write(&path, config.to_string()).unwrap();
        path
    }
}

impl Drop for ApiServer {
    fn drop(&mut self) {
        self.hush();
    }
}
