//! A fake Docker Engine: an HTTP server on a Unix socket that answers the endpoints `ksail` uses from memory, logs
//! every call and can be told to misbehave. It lives in its own thread, so it serves child processes and blocking tests.

mod archives;
mod containers;
mod faults;
mod images;
mod networks;
mod server;
mod state;
mod streams;
mod volumes;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::watch;

use faults::{Effect, Fault};
pub(crate) use state::{Call, File, Program, Script, Started};
use state::{Shared, State};

/// A running fake. It stops when dropped.
pub(crate) struct Engine {
    directory: TempDir,
    state: Shared,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Engine {
    /// An Engine with API 1.41 (20.10), no containers, no images, and the networks every Engine has.
    pub(crate) fn empty() -> Self {
        let directory = TempDir::with_prefix("engine").unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let (stop, stopped) = watch::channel(false);
        let listener =
            std::os::unix::net::UnixListener::bind(directory.path().join("docker.sock")).unwrap();
        listener.set_nonblocking(true).unwrap();
        let thread = std::thread::spawn({
            let (state, stop) = (Arc::clone(&state), stop.clone());
            move || server::run(listener, &state, &stop, stopped)
        });
        Self {
            directory,
            state,
            stop,
            thread: Some(thread),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn with(self, change: impl FnOnce(&mut State)) -> Self {
        change(&mut self.state());
        self
    }

    /// The newest API version this Engine speaks.
    pub(crate) fn api(self, version: &str) -> Self {
        self.with(|state| version.clone_into(&mut state.api))
    }

    /// The oldest API version it still speaks (1.44 since Docker 29).
    pub(crate) fn minimum_api(self, version: &str) -> Self {
        self.with(|state| version.clone_into(&mut state.minimum_api))
    }

    /// Fields to replace in the answer of `GET /info`.
    pub(crate) fn info(self, fields: Value) -> Self {
        self.with(|state| {
            let Value::Object(fields) = fields else {
                panic!("`info` takes an object")
            };
            state.info.extend(fields);
        })
    }

    /// An image that is on the Engine.
    pub(crate) fn image(self, reference: &str) -> Self {
        self.with(|state| {
            state.images.insert(reference.to_owned());
        })
    }

    /// A file that every container has from its image.
    pub(crate) fn image_file(self, path: &str, content: &str) -> Self {
        self.with(|state| {
            let bytes = content.as_bytes().to_vec();
            let file = File {
                mode: 0o644,
                bytes,
                link: None,
            };
            state.image_files.insert(path.to_owned(), file);
        })
    }

    /// An image that a pull will find.
    pub(crate) fn pullable(self, reference: &str) -> Self {
        self.with(|state| {
            state.pullable.insert(reference.to_owned());
        })
    }

    /// A network that exists from the start, with this IPv4 subnet.
    pub(crate) fn network(self, name: &str, subnet: &str) -> Self {
        self.with(|state| state.add_network(name, subnet))
    }

    /// A network with labels that exists from the start; whoever made it did not choose the subnet.
    pub(crate) fn labelled_network(self, name: &str, subnet: &str, labels: &Value) -> Self {
        let body = serde_json::json!({"Labels": labels});
        self.with(|state| state.add_network_as(name, subnet, body))
    }

    /// A network with labels that exists from the start, with a subnet of its maker's choice.
    pub(crate) fn chosen_network(self, name: &str, subnet: &str, labels: &Value) -> Self {
        let ipam = serde_json::json!({"Config": [{"Subnet": subnet}]});
        let body = serde_json::json!({"Labels": labels, "IPAM": ipam});
        self.with(|state| state.add_network_as(name, "", body))
    }

    /// A named volume that exists from the start.
    pub(crate) fn volume(self, name: &str, labels: Value) -> Self {
        self.with(|state| {
            state.volumes.insert(name.to_owned(), labels);
        })
    }

    /// A container that exists from the start. `body` is what `POST /containers/create` would have sent.
    pub(crate) fn container(self, name: &str, body: Value, running: bool) -> Self {
        self.with(|state| {
            let id = state.add_container(name, body);
            if running {
                state.start(&id).unwrap();
            }
        })
    }

    /// What the container of this name does once it runs.
    pub(crate) fn script(self, name: &str, script: Script) -> Self {
        self.with(|state| {
            state.scripts.insert(name.to_owned(), script);
        })
    }

    /// A host port somebody else listens on.
    pub(crate) fn occupied(self, port: u16) -> Self {
        self.with(|state| {
            state.occupied.insert(port);
        })
    }

    /// The `nth` call (from 1) whose `METHOD /path` contains `call` is refused.
    pub(crate) fn fail(self, call: &str, nth: usize, status: u16, message: &str) -> Self {
        self.fault(call, nth, Effect::Refuse(status, message.to_owned()))
    }

    /// Every call whose `METHOD /path` contains `call` is answered late.
    pub(crate) fn delay(self, call: &str, delay: Duration) -> Self {
        self.fault(call, 0, Effect::Delay(delay))
    }

    /// The connection of the `nth` matching call ends in the middle of the answer.
    pub(crate) fn cut(self, call: &str, nth: usize) -> Self {
        self.fault(call, nth, Effect::Cut)
    }

    /// The Engine dies at the `nth` matching call, without an answer: its socket is gone, every connection broken.
    pub(crate) fn die(self, call: &str, nth: usize) -> Self {
        self.fault(call, nth, Effect::Die)
    }

    fn fault(self, call: &str, nth: usize, effect: Effect) -> Self {
        self.with(|state| state.faults.push(Fault::new(call, nth, effect)))
    }

    /// The value for `DOCKER_HOST`.
    pub(crate) fn host(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    /// The socket.
    pub(crate) fn socket(&self) -> std::path::PathBuf {
        self.directory.path().join("docker.sock")
    }

    /// A directory that goes away with the Engine.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Every call so far, in order of arrival.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.state().calls.clone()
    }

    /// `METHOD /path` of every call so far that is not a stream, in order.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.calls()
            .iter()
            .filter(|call| !call.stream)
            .map(ToString::to_string)
            .collect()
    }

    /// Forgets the calls so far, e.g. those of a set-up.
    pub(crate) fn forget(&self) {
        self.state().calls.clear();
    }

    /// Names of all containers, with their states.
    pub(crate) fn containers(&self) -> Vec<(String, &'static str)> {
        self.state()
            .containers
            .iter()
            .map(|container| (container.name.clone(), container.state.as_str()))
            .collect()
    }

    /// The body a container was created with.
    pub(crate) fn created(&self, name: &str) -> Value {
        let state = self.state();
        let container = state.find(name).expect("no such container");
        container.body.clone()
    }

    /// A file that was uploaded into a container.
    pub(crate) fn file(&self, container: &str, path: &str) -> Option<File> {
        let state = self.state();
        state.find(container)?.files.get(path).cloned()
    }

    /// Names of all networks but the three every Engine has.
    pub(crate) fn networks(&self) -> Vec<String> {
        self.state()
            .networks
            .iter()
            .map(|network| network.name.clone())
            .filter(|name| !["bridge", "host", "none"].contains(&name.as_str()))
            .collect()
    }

    /// Names of all volumes.
    pub(crate) fn volumes(&self) -> Vec<String> {
        self.state().volumes.keys().cloned().collect()
    }

    /// Writes a file of a container from the inside.
    pub(crate) fn write(&self, container: &str, path: &str, content: &str) {
        self.state().write(container, path, content);
    }

    /// Appends a line to the log of a running container.
    pub(crate) fn say(&self, container: &str, line: &str) {
        self.state().say(container, line);
    }

    /// Ends a running container.
    pub(crate) fn kill(&self, container: &str, exit_code: i64) {
        self.state().end(container, exit_code);
    }

    /// Removes a container, as another program would.
    pub(crate) fn discard(&self, container: &str) {
        let mut state = self.state();
        state.end(container, 137);
        if let Some(program) = state.program(container) {
            program.removed(container);
        }
        state.containers.retain(|other| other.name != container);
    }

    /// Stops the Engine now, as `die` does.
    pub(crate) fn stop(&self) {
        self.stop.send_replace(true);
        while self.socket().exists() {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
