//! An object on its way to a cluster: what it is, where it came from, and its JSON.

use std::fmt;

use serde_json::Value;

use super::redact;
use crate::yaml::{Location, Mark, Source};

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
        write!(f, "/{}", self.name)
    }
}

/// Where an object is defined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// File or standard input.
    pub source: Source,
    /// Line on which it begins.
    pub line: u32,
    /// Column in which it begins, in characters.
    pub column: u32,
}

impl Origin {
    /// Its first character. Errors name it; labels of objects make do with the line.
    pub fn location(&self) -> Location {
        self.source.at(Mark {
            line: self.line,
            column: self.column,
        })
    }
}

impl From<Location> for Origin {
    fn from(at: Location) -> Self {
        Self {
            source: at.source,
            line: at.line,
            column: at.column,
        }
    }
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
    /// Takes the values of a confidential object out of what a server says about it.
    pub fn redact(&self, text: String) -> String {
        if self.confidential {
            redact::values(&self.json, text)
        } else {
            text
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
    }

    #[test]
    fn debug_shows_no_content() {
        let object = Object {
            id: id("v1", "Secret", "x"),
            origin: Origin {
                source: Source::new("a.yaml"),
                line: 3,
                column: 1,
            },
            json: serde_json::json!({ "stringData": { "password": "hunter2" } }),
            confidential: true,
        };
        assert_eq!(format!("{object:?}"), "secret/x (a.yaml:3)");
        assert_eq!(object.redact("no: hunter2".into()), "no: [redacted]");
    }
}
