//! A kubeconfig as a tree that keeps fields we do not know, and the entries we put into it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::secret::Secret;
use crate::userfile::document::{Document, Kind, Malformed, mapping};
use crate::userfile::is_loopback;
use crate::yaml;

/// How the entries of one cluster are called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// Entry in `clusters`.
    pub cluster: String,
    /// Entry in `users`.
    pub user: String,
    /// Entry in `contexts`.
    pub context: String,
    /// Clusters elsewhere may be called so too: only entries that lead to this host are ours.
    pub local_only: bool,
}

impl Names {
    /// One name for all three, as kind does (`kind-<cluster>`).
    pub fn same(name: impl Into<String>) -> Self {
        let name = name.into();
        Self {
            cluster: name.clone(),
            user: name.clone(),
            context: name,
            local_only: false,
        }
    }
}

/// Everything needed to use a cluster as its administrator.
#[derive(Debug, Clone)]
pub struct Access {
    /// Names of the entries.
    pub names: Names,
    /// `https://host:port`
    pub server: String,
    /// PEM certificate of the authority that signs the server's certificate.
    pub certificate_authority: String,
    /// PEM client certificate.
    pub client_certificate: String,
    /// PEM key of the client certificate.
    pub client_key: Secret<String>,
}

/// Lists of named entries.
pub(super) const LISTS: [&str; 3] = ["clusters", "contexts", "users"];

/// A kubeconfig file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Kubeconfig(pub(super) Map<String, Value>);

impl Kubeconfig {
    /// The server of an entry with our names that leads to another host, where that is not ours.
    pub(super) fn foreign(&self, names: &Names) -> Option<&str> {
        let mut clusters = self.0.get("clusters")?.as_array()?.iter();
        let named = clusters.find(|found| found["name"] == *names.cluster)?;
        let server = named["cluster"]["server"].as_str()?;
        (names.local_only && !is_loopback(server)).then_some(server)
    }

    /// A file of its own with just this access, selected.
    pub fn of(access: &Access) -> Self {
        let mut config = Self::default();
        super::merge::add(&mut config, access);
        super::merge::select(&mut config, &access.names.context);
        config
    }

    /// The selected context, if any.
    pub fn current_context(&self) -> Option<&str> {
        let name = self.0.get("current-context")?.as_str()?;
        (!name.is_empty()).then_some(name)
    }

    /// Names of all contexts, in order.
    pub fn contexts(&self) -> impl Iterator<Item = &str> {
        self.entries("contexts")
    }

    pub(super) fn entries(&self, list: &str) -> impl Iterator<Item = &str> {
        let items = self.0.get(list).and_then(Value::as_array);
        items
            .into_iter()
            .flatten()
            .filter_map(|item| item.get("name")?.as_str())
    }
}

impl Document for Kubeconfig {
    const KIND: Kind = Kind {
        name: "kubeconfig",
        programs: "kubectl or kind",
        elsewhere: "name another file with --kubeconfig or KUBECONFIG",
        repair: "repair the file, or use another one with --kubeconfig",
        directory_mode: 0o777,
    };

    fn parse(text: &str, source: &yaml::Source) -> Result<Self, Malformed> {
        let Some(root) = mapping(text, source)? else {
            return Ok(Self::default());
        };
        for list in LISTS {
            if let Some(node) = root.get(list)
                && !node.is_null()
                && !matches!(node.value, yaml::Value::Seq(_))
            {
                return Err(Malformed::shape(source, node, "a list"));
            }
        }
        match root.to_json() {
            Value::Object(root) => Ok(Self(root)),
            _ => Err(Malformed::shape(source, &root, "a mapping")),
        }
    }

    /// A kubeconfig without any entry is an empty file, as kind leaves it.
    fn render(&self) -> Secret<String> {
        let blank = |value: &Value| match value {
            Value::Null => true,
            Value::Array(items) => items.is_empty(),
            Value::Object(fields) => fields.is_empty(),
            Value::String(text) => text.is_empty(),
            Value::Bool(_) | Value::Number(_) => false,
        };
        let empty = self
            .0
            .iter()
            .all(|(key, value)| matches!(key.as_str(), "apiVersion" | "kind") || blank(value));
        if empty {
            return Secret::default();
        }
        Secret::new(yaml::to_yaml(&Value::Object(self.0.clone())))
    }
}

fn data(pem: &str) -> String {
    STANDARD.encode(pem)
}

impl Access {
    pub(super) fn cluster_entry(&self) -> Value {
        json!({
            "cluster": {
                "certificate-authority-data": data(&self.certificate_authority),
                "server": self.server,
            },
            "name": self.names.cluster,
        })
    }

    pub(super) fn context_entry(&self) -> Value {
        json!({
            "context": {"cluster": self.names.cluster, "user": self.names.user},
            "name": self.names.context,
        })
    }

    pub(super) fn user_entry(&self) -> Value {
        json!({
            "name": self.names.user,
            "user": {
                "client-certificate-data": data(&self.client_certificate),
                "client-key-data": data(self.client_key.expose()),
            },
        })
    }
}
