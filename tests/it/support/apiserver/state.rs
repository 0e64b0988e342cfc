//! What the server knows, and the little it does on its own.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::sync::watch;

use super::k3s::K3s;

/// Kinds that are served from the start: `apiVersion`, kind, plural, namespaced.
const KINDS: [(&str, &str, &str, bool); 15] = [
    ("v1", "Namespace", "namespaces", false),
    ("v1", "Node", "nodes", false),
    ("v1", "ConfigMap", "configmaps", true),
    ("v1", "Secret", "secrets", true),
    ("v1", "Service", "services", true),
    ("v1", "Pod", "pods", true),
    ("v1", "ServiceAccount", "serviceaccounts", true),
    (
        "v1",
        "PersistentVolumeClaim",
        "persistentvolumeclaims",
        true,
    ),
    ("apps/v1", "Deployment", "deployments", true),
    ("batch/v1", "Job", "jobs", true),
    (
        "rbac.authorization.k8s.io/v1",
        "ClusterRole",
        "clusterroles",
        false,
    ),
    ("networking.k8s.io/v1", "Ingress", "ingresses", true),
    ("storage.k8s.io/v1", "StorageClass", "storageclasses", false),
    (
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        "customresourcedefinitions",
        false,
    ),
    (
        "admissionregistration.k8s.io/v1",
        "ValidatingWebhookConfiguration",
        "validatingwebhookconfigurations",
        false,
    ),
];

/// What happens to a request instead of its answer, or before it.
#[derive(Clone)]
pub(crate) enum Effect {
    /// A status with this code, reason and message.
    Refuse(u16, &'static str, &'static str),
    /// This code, headers and body.
    Answer(u16, &'static [(&'static str, &'static str)], String),
    /// The answer takes this long.
    Delay(Duration),
    /// The connection breaks.
    Reset,
    /// The connection breaks in the middle of the answer.
    Half,
    /// The answer comes byte by byte, each after this long.
    Dribble(Duration),
}

pub(super) struct Fault {
    pub(super) pattern: String,
    pub(super) times: usize,
    pub(super) effect: Effect,
}

/// One change of an object.
#[derive(Clone)]
pub(super) struct Change {
    pub(super) version: u64,
    pub(super) path: String,
    pub(super) kind: &'static str,
    pub(super) object: Value,
}

pub(super) struct State {
    pub(super) objects: BTreeMap<String, Value>,
    pub(super) kinds: Vec<(String, String, String, bool)>,
    pub(super) history: Vec<Change>,
    pub(super) version: watch::Sender<u64>,
    pub(super) calls: Vec<String>,
    pub(super) faults: Vec<Fault>,
    pub(super) old_discovery: bool,
    /// Group versions whose extension server does not answer.
    pub(super) stale: Vec<String>,
    /// How often the server said that what the client knows is still so.
    pub(super) not_modified: usize,
    /// How long objects stay after they were deleted.
    pub(super) deletion_delay: Duration,
    /// Options of all deletions by the paths of their objects.
    pub(super) deletions: Vec<(String, Value)>,
    pub(super) controller_delay: Option<Duration>,
    /// The routes of a K3s server, if it is one.
    pub(super) k3s: Option<K3s>,
    pub(super) open: usize,
    pub(super) peak: usize,
}

impl Default for State {
    fn default() -> Self {
        let mut state = Self {
            objects: BTreeMap::new(),
            kinds: KINDS
                .map(|(version, kind, plural, namespaced)| {
                    (version.into(), kind.into(), plural.into(), namespaced)
                })
                .to_vec(),
            history: Vec::new(),
            version: watch::Sender::new(100),
            calls: Vec::new(),
            faults: Vec::new(),
            old_discovery: false,
            stale: Vec::new(),
            not_modified: 0,
            deletion_delay: Duration::ZERO,
            deletions: Vec::new(),
            controller_delay: None,
            k3s: None,
            open: 0,
            peak: 0,
        };
        state.store(
            "/api/v1/namespaces/default",
            json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "default" } }),
        );
        state.store(
            "/apis/storage.k8s.io/v1/storageclasses/standard",
            json!({
                "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": { "name": "standard" },
                "volumeBindingMode": "WaitForFirstConsumer"
            }),
        );
        state
    }
}

impl State {
    /// The first fault for a request, used up by one.
    pub(super) fn hit(&mut self, call: &str) -> Option<Effect> {
        let fault = self
            .faults
            .iter_mut()
            .find(|fault| fault.times > 0 && call.contains(&fault.pattern))?;
        fault.times -= 1;
        Some(fault.effect.clone())
    }

    /// Stores an object as a new version.
    pub(super) fn store(&mut self, path: &str, mut object: Value) -> Value {
        let version = *self.version.borrow() + 1;
        object["metadata"]["resourceVersion"] = version.to_string().into();
        let created = self
            .objects
            .insert(path.to_owned(), object.clone())
            .is_none();
        self.history.push(Change {
            version,
            path: path.to_owned(),
            kind: if created { "ADDED" } else { "MODIFIED" },
            object: object.clone(),
        });
        self.version.send_replace(version);
        object
    }

    fn new_uid(&self) -> String {
        format!("uid-{}", *self.version.borrow())
    }

    /// Whether the namespace of a path is on its way out.
    pub(super) fn is_terminating(&self, namespace: &str) -> bool {
        let namespace = self.objects.get(&format!("/api/v1/namespaces/{namespace}"));
        namespace.is_some_and(|namespace| namespace["metadata"]["deletionTimestamp"].is_string())
    }

    /// Removes an object.
    pub(super) fn remove(&mut self, path: &str) -> Option<Value> {
        let object = self.objects.remove(path)?;
        let version = *self.version.borrow() + 1;
        self.history.push(Change {
            version,
            path: path.to_owned(),
            kind: "DELETED",
            object: object.clone(),
        });
        self.version.send_replace(version);
        Some(object)
    }

    /// Applies a patch; the flag says whether the object is new.
    pub(super) fn apply(&mut self, path: &str, patch: &Value, dry_run: bool) -> (bool, Value) {
        let existing = self.objects.get(path).cloned();
        let mut object = existing
            .clone()
            .unwrap_or_else(|| json!({ "metadata": { "generation": 0, "uid": self.new_uid() } }));
        merge(&mut object, patch);
        // Where an object was sent is where it is, whether it says so or not.
        if let Some((_, rest)) = path.split_once("/namespaces/")
            && let Some((namespace, _)) = rest.split_once('/')
        {
            object["metadata"]["namespace"] = namespace.into();
        }
        if existing.as_ref() == Some(&object) {
            return (false, object);
        }
        let generation = object["metadata"]["generation"].as_i64().unwrap_or(0);
        object["metadata"]["generation"] = (generation + 1).into();
        if object["kind"] == "Namespace" {
            object["status"] = json!({ "phase": "Active" });
        }
        if !dry_run {
            object = self.store(path, object);
        }
        (existing.is_none(), object)
    }

    /// What controllers do to an object once they see it.
    pub(super) fn reconcile(&mut self, path: &str) {
        let Some(object) = self.objects.get(path).cloned() else {
            return;
        };
        let generation = object["metadata"]["generation"].clone();
        let replicas = object["spec"]
            .get("replicas")
            .cloned()
            .unwrap_or_else(|| 1.into());
        let status = match object["kind"].as_str() {
            Some("Deployment") => json!({
                "observedGeneration": generation, "replicas": replicas,
                "updatedReplicas": replicas, "readyReplicas": replicas, "availableReplicas": replicas,
                "conditions": [{ "type": "Available", "status": "True" }]
            }),
            Some("Job") => {
                json!({ "startTime": "2026-01-01T00:00:00Z", "conditions": [{ "type": "Complete", "status": "True" }] })
            }
            Some("PersistentVolumeClaim") => json!({ "phase": "Pending" }),
            Some("CustomResourceDefinition") => {
                self.serve(&object);
                json!({ "conditions": [
                    { "type": "NamesAccepted", "status": "True" }, { "type": "Established", "status": "True" }
                ]})
            }
            _ => return,
        };
        if object.get("status") != Some(&status) {
            let mut object = object;
            object["status"] = status;
            self.store(path, object);
        }
    }

    fn serve(&mut self, definition: &Value) {
        let spec = &definition["spec"];
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        for version in spec["versions"].as_array().unwrap() {
            let kind = (
                format!("{}/{}", text(&spec["group"]), text(&version["name"])),
                text(&spec["names"]["kind"]),
                text(&spec["names"]["plural"]),
                spec["scope"] == "Namespaced",
            );
            if !self.kinds.contains(&kind) {
                self.kinds.push(kind);
            }
        }
    }
}

fn merge(target: &mut Value, patch: &Value) {
    match (target, patch) {
        (Value::Object(target), Value::Object(patch)) => {
            for (key, value) in patch {
                merge(
                    target
                        .entry(key.as_str())
                        .or_insert(Value::Object(Map::new())),
                    value,
                );
            }
        }
        (target, patch) => *target = patch.clone(),
    }
}
