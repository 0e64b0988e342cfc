//! A talosconfig as a tree that keeps fields we do not know, and the context we put into it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::pem;
use crate::secret::Secret;
use crate::userfile::document::{Document, Kind, Malformed, mapping};
use crate::yaml;

/// Everything needed to use the Talos API of a cluster as its administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Name of the context.
    pub name: String,
    /// Where the API answers, `host:port`.
    pub endpoints: Vec<String>,
    /// Addresses of the nodes that are asked unless others are named.
    pub nodes: Vec<String>,
    /// PEM certificate of the authority that signs the nodes' certificates.
    pub authority: String,
    /// PEM client certificate.
    pub certificate: String,
    /// PEM key of the client certificate.
    pub key: Secret<String>,
}

impl Access {
    /// The entry under the context's name, fields in talosctl's order.
    pub(super) fn entry(&self) -> Value {
        let data = |text: &str| STANDARD.encode(text);
        let mut entry = Map::new();
        entry.insert("endpoints".into(), json!(self.endpoints));
        if !self.nodes.is_empty() {
            entry.insert("nodes".into(), json!(self.nodes));
        }
        entry.insert("ca".into(), data(&self.authority).into());
        entry.insert("crt".into(), data(&self.certificate).into());
        let key = pem::to_named(&self.key);
        entry.insert("key".into(), data(key.expose()).into());
        Value::Object(entry)
    }
}

/// A talosconfig file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Talosconfig(pub(super) Map<String, Value>);

impl Talosconfig {
    /// A file of its own with just this context, selected.
    pub fn of(access: &Access) -> Self {
        let mut config = Self::default();
        super::merge::add(&mut config, access);
        super::merge::select(&mut config, &access.name);
        config
    }

    /// The selected context, if any.
    pub fn current_context(&self) -> Option<&str> {
        let name = self.0.get("context")?.as_str()?;
        (!name.is_empty()).then_some(name)
    }

    /// Names of all contexts, in order.
    pub fn contexts(&self) -> impl Iterator<Item = &str> {
        let contexts = self.0.get("contexts").and_then(Value::as_object);
        contexts
            .into_iter()
            .flatten()
            .map(|(name, _)| name.as_str())
    }

    /// Whether all endpoints of a context are on this host, as those of our clusters are.
    pub fn is_local(&self, context: &str) -> bool {
        let contexts = self.0.get("contexts").and_then(|all| all.get(context));
        let endpoints = contexts.and_then(|found| found.get("endpoints")?.as_array());
        let mut endpoints = endpoints.into_iter().flatten().filter_map(Value::as_str);
        endpoints.all(crate::userfile::is_loopback)
    }

    /// The authority of a context's nodes, PEM.
    pub(super) fn authority(&self, context: &str) -> Option<String> {
        let encoded = self.0.get("contexts")?.get(context)?.get("ca")?.as_str()?;
        String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()
    }
}

impl Document for Talosconfig {
    const KIND: Kind = Kind {
        name: "talosconfig",
        programs: "ksail",
        elsewhere: "name another file with TALOSCONFIG",
        repair: "repair the file, or use another one with TALOSCONFIG",
        directory_mode: 0o700,
    };

    fn parse(text: &str, source: &yaml::Source) -> Result<Self, Malformed> {
        let Some(root) = mapping(text, source)? else {
            return Ok(Self::default());
        };
        if let Some(node) = root.get("contexts").filter(|node| !node.is_null()) {
            if !matches!(node.value, yaml::Value::Map(_)) {
                return Err(Malformed::shape(source, node, "a mapping"));
            }
            let broken = node.entries().iter().find(|entry| {
                !matches!(entry.value.value, yaml::Value::Map(_) | yaml::Value::Null)
            });
            if let Some(entry) = broken {
                return Err(Malformed::shape(source, &entry.value, "a mapping"));
            }
        }
        match root.to_json() {
            Value::Object(root) => Ok(Self(root)),
            _ => Err(Malformed::shape(source, &root, "a mapping")),
        }
    }

    /// Never empty text, which talosctl does not read.
    fn render(&self) -> Secret<String> {
        let mut root = Map::new();
        for (key, blank) in [("context", json!("")), ("contexts", json!({}))] {
            let known = self.0.get(key).filter(|value| !value.is_null());
            root.insert(key.into(), known.cloned().unwrap_or(blank));
        }
        let rest = self.0.iter().filter(|(key, _)| !root.contains_key(*key));
        let rest: Vec<_> = rest
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        root.extend(rest);
        Secret::new(yaml::to_yaml(&Value::Object(root)))
    }
}
