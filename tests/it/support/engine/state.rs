//! Everything the fake remembers.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::sync::watch;

use super::faults::Fault;

pub(super) type Shared = Arc<Mutex<State>>;

/// A refusal: HTTP status and message.
pub(super) type Refusal = (u16, String);

/// One request, as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: String,
    /// Path without the version prefix.
    pub(crate) path: String,
    /// The version prefix, e.g. `v1.41`; empty if there was none.
    pub(crate) version: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
    /// Whether the answer stays open: followed logs, events, waiting.
    pub(crate) stream: bool,
}

impl Call {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// A file inside a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) mode: u32,
    pub(crate) bytes: Vec<u8>,
    pub(crate) link: Option<String>,
}

/// A container that has just been started.
#[derive(Debug)]
pub(crate) struct Started<'a> {
    pub(crate) name: &'a str,
    /// What it was created with.
    pub(crate) body: &'a Value,
    /// Address per network name.
    pub(crate) addresses: &'a BTreeMap<String, String>,
    /// Container port and protocol, host address, host port.
    pub(crate) ports: &'a [(String, String, u16)],
}

/// What runs in a container: told of its start and its end. Must not call the Engine, which is locked meanwhile.
pub(crate) trait Program: fmt::Debug + Send + Sync {
    fn started(&self, container: &Started<'_>);
    fn ended(&self, name: &str);
    /// Its container is gone, and its volumes with it.
    fn removed(&self, name: &str);
    /// Files that it has written to volumes of its container: path and content.
    fn files(&self, name: &str) -> Vec<(String, String)>;
}

/// What a container does after its start.
#[derive(Debug, Clone, Default)]
pub(crate) struct Script {
    /// Lines it logs at once.
    pub(crate) logs: Vec<String>,
    /// When it ends by itself, and with which code.
    pub(crate) dies: Option<(Duration, i64)>,
    /// Whether it is killed for lack of memory then.
    pub(crate) oom: bool,
    /// Files it writes at once: path and content.
    pub(crate) files: Vec<(String, String)>,
    /// What serves its ports.
    pub(crate) program: Option<Arc<dyn Program>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    Created,
    Running,
    Exited,
}

impl Life {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Exited => "exited",
        }
    }
}

pub(super) struct Container {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) body: Value,
    pub(super) state: Life,
    pub(super) exit_code: i64,
    pub(super) files: BTreeMap<String, File>,
    pub(super) log: Vec<u8>,
    /// Address per network name.
    pub(super) addresses: BTreeMap<String, String>,
    /// Container port and protocol, host address, host port.
    pub(super) ports: Vec<(String, String, u16)>,
}

pub(super) struct Network {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) body: Value,
    pub(super) subnet: String,
}

pub(super) struct State {
    pub(super) api: String,
    pub(super) minimum_api: String,
    pub(super) info: Map<String, Value>,
    pub(super) images: BTreeSet<String>,
    pub(super) pullable: BTreeSet<String>,
    /// Files every container has from its image.
    pub(super) image_files: BTreeMap<String, File>,
    pub(super) containers: Vec<Container>,
    pub(super) networks: Vec<Network>,
    /// Named volumes: their labels.
    pub(super) volumes: BTreeMap<String, Value>,
    pub(super) scripts: BTreeMap<String, Script>,
    pub(super) occupied: BTreeSet<u16>,
    pub(super) faults: Vec<Fault>,
    pub(super) calls: Vec<Call>,
    /// Every event so far; streams remember how many they have sent.
    pub(super) events: Vec<Value>,
    /// Deaths that are due, handed to the server's timers.
    pub(super) doomed: Vec<(String, Duration, i64, bool)>,
    /// Counts changes, so that streams know when to look again.
    pub(super) changed: watch::Sender<u64>,
    serial: u64,
}

impl Default for State {
    fn default() -> Self {
        let mut state = Self {
            api: "1.41".to_owned(),
            minimum_api: "1.12".to_owned(),
            info: Map::new(),
            images: BTreeSet::new(),
            pullable: BTreeSet::new(),
            image_files: BTreeMap::new(),
            containers: Vec::new(),
            networks: Vec::new(),
            volumes: BTreeMap::new(),
            scripts: BTreeMap::new(),
            occupied: BTreeSet::new(),
            faults: Vec::new(),
            calls: Vec::new(),
            events: Vec::new(),
            doomed: Vec::new(),
            changed: watch::Sender::new(0),
            serial: 0,
        };
        state.add_network("bridge", "172.17.0.0/16");
        state.add_network("host", "");
        state.add_network("none", "");
        state
    }
}

impl State {
    /// A new id of 64 hexadecimal digits that differs from others in its first digits, as real ones do.
    pub(super) fn id(&mut self) -> String {
        self.serial += 1;
        let seed = self.serial.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        format!("{seed:016x}").repeat(4)
    }

    pub(super) fn touch(&self) {
        self.changed.send_modify(|count| *count += 1);
    }

    /// A container by name, id or prefix of its id.
    pub(super) fn find(&self, name: &str) -> Option<&Container> {
        let ix = self.index(name)?;
        self.containers.get(ix)
    }

    pub(super) fn index(&self, name: &str) -> Option<usize> {
        self.containers.iter().position(|container| {
            container.name == name || (name.len() >= 4 && container.id.starts_with(name))
        })
    }

    pub(super) fn wanted(&self, name: &str) -> Result<usize, Refusal> {
        self.index(name)
            .ok_or_else(|| (404, format!("No such container: {name}")))
    }

    /// Records an event of a container, with its labels among the attributes.
    pub(super) fn event(&mut self, ix: usize, action: &str, more: Value) {
        let container = &self.containers[ix];
        let mut attributes = Map::new();
        if let Value::Object(labels) = &container.body["Labels"] {
            attributes.extend(labels.clone());
        }
        attributes.insert(
            "image".to_owned(),
            container.body["Image"].as_str().unwrap_or("").into(),
        );
        attributes.insert("name".to_owned(), container.name.clone().into());
        if let Value::Object(more) = more {
            attributes.extend(more);
        }
        let at = 1_700_000_000 + self.events.len() as u64;
        let event = json!({
            "status": action, "id": container.id, "from": container.body["Image"].as_str().unwrap_or(""),
            "Type": "container", "Action": action,
            "Actor": {"ID": container.id, "Attributes": attributes},
            "scope": "local", "time": at, "timeNano": at * 1_000_000_000,
        });
        self.events.push(event);
        self.touch();
    }

    pub(super) fn say(&mut self, name: &str, line: &str) {
        let ix = self.index(name).expect("no such container");
        // A terminal ends lines with both characters.
        self.containers[ix]
            .log
            .extend_from_slice(format!("{line}\r\n").as_bytes());
        self.touch();
    }

    pub(super) fn end(&mut self, name: &str, exit_code: i64) {
        let Some(ix) = self.index(name) else { return };
        if self.containers[ix].state != Life::Running {
            return;
        }
        let container = &mut self.containers[ix];
        container.state = Life::Exited;
        container.exit_code = exit_code;
        container.addresses.clear();
        container.ports.clear();
        let name = container.name.clone();
        if let Some(program) = self.program(&name) {
            program.ended(&name);
        }
        self.event(ix, "die", json!({"exitCode": exit_code.to_string()}));
    }

    /// What runs in the container of this name.
    pub(super) fn program(&self, name: &str) -> Option<&Arc<dyn Program>> {
        self.scripts.get(name)?.program.as_ref()
    }
}
