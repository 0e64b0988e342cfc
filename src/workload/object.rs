//! An object on its way to a cluster: what it is, where it came from, and its JSON.

use std::fmt;

use serde_json::Value;

use super::redact;
use crate::secret;
use crate::yaml::Source;

/// Names an object within a cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    /// `apiVersion`.
    pub api_version: String,
    /// `kind`.
    pub kind: String,
    /// `metadata.namespace` as written.
    pub namespace: Option<String>,
    /// `metadata.name`.
    pub name: String,
}

impl ObjectId {
    /// The name of objects that have none of their own: the server makes one up whenever it creates one. No name that
    /// a server accepts looks like this.
    pub fn generated(prefix: &str) -> String {
        format!("{prefix}%")
    }

    /// Whether the name is such a one.
    pub fn is_generated(&self) -> bool {
        self.name.ends_with('%')
    }

    /// The API group; empty for the core group.
    pub fn group(&self) -> &str {
        self.api_version
            .rsplit_once('/')
            .map_or("", |(group, _)| group)
    }
}

impl fmt::Display for ObjectId {
    /// `deployment.apps/web`, as kubectl prints it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind.to_lowercase())?;
        match self.group() {
            "" => {}
            group => write!(f, ".{group}")?,
        }
        match self.name.strip_suffix('%') {
            Some(prefix) => write!(f, "/{prefix}*"),
            None => write!(f, "/{}", self.name),
        }
    }
}

/// Where an object is defined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// File or standard input.
    pub source: Source,
    /// Line on which it begins.
    pub line: u32,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.source, self.line)
    }
}

/// One object.
#[derive(Clone, PartialEq)]
pub struct Object {
    /// Its name.
    pub id: ObjectId,
    /// Where it is defined.
    pub origin: Origin,
    /// All of it, as the API server gets it.
    pub json: Value,
    /// It is a `Secret` or comes from an encrypted file: its values must not get into messages.
    pub confidential: bool,
}

impl Object {
    /// What it is and where it came from, without what it says.
    #[must_use]
    pub fn without_content(&self) -> Self {
        Self {
            id: self.id.clone(),
            origin: self.origin.clone(),
            json: Value::Null,
            confidential: self.confidential,
        }
    }

    /// What an encrypted file or a `Secret` keeps is readable in it.
    pub fn shows_secrets(&self) -> bool {
        let nothing_to_show = self.id.kind == "Secret" && !self.is_plain_secret();
        self.confidential && self.json.get("sops").is_none() && !nothing_to_show
    }

    /// A `Secret` whose values anybody can read who sees the object.
    pub fn is_plain_secret(&self) -> bool {
        let holds = |field: &str| {
            self.json[field]
                .as_object()
                .is_some_and(|data| !data.is_empty())
        };
        self.id.kind == "Secret"
            && self.id.api_version == "v1"
            && self.json.get("sops").is_none()
            && (holds("data") || holds("stringData"))
    }

    /// Takes the values of a confidential object out of what a server says about it.
    pub fn redact(&self, text: String) -> String {
        if self.confidential {
            redact::values(&self.json, text)
        } else {
            text
        }
    }
}

impl Drop for Object {
    /// Clear text of confidential objects does not stay in memory.
    fn drop(&mut self) {
        if self.confidential {
            secret::wipe(&mut self.json);
        }
    }
}

impl fmt::Debug for Object {
    /// Without the content, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.id, self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(api_version: &str, kind: &str, name: &str) -> ObjectId {
        ObjectId {
            api_version: api_version.into(),
            kind: kind.into(),
            namespace: None,
            name: name.into(),
        }
    }

    #[test]
    fn names_look_like_those_of_kubectl() {
        assert_eq!(
            id("apps/v1", "Deployment", "web").to_string(),
            "deployment.apps/web"
        );
        assert_eq!(id("v1", "ConfigMap", "x").to_string(), "configmap/x");
        let generated = id("v1", "Pod", &ObjectId::generated("x-"));
        assert!(generated.is_generated());
        assert_eq!(generated.to_string(), "pod/x-*");
    }

    #[test]
    fn debug_shows_no_content() {
        let object = Object {
            id: id("v1", "Secret", "x"),
            origin: Origin {
                source: Source::new("a.yaml"),
                line: 3,
            },
            json: serde_json::json!({ "stringData": { "password": "hunter2" } }),
            confidential: true,
        };
        assert_eq!(format!("{object:?}"), "secret/x (a.yaml:3)");
        assert_eq!(object.redact("no: hunter2".into()), "no: [redacted]");
    }
}
