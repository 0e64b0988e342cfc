//! What all objects have, and rules of names.

use serde_json::{Map, Value, json};

use super::Error;

/// Longest name of most kinds (RFC 1123 subdomain).
const MAX_NAME: usize = 253;
/// Longest label (RFC 1123).
const MAX_LABEL: usize = 63;

/// Name and namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meta<'a> {
    /// `metadata.name`.
    pub name: &'a str,
    /// `metadata.namespace`, if one is asked for.
    pub namespace: Option<&'a str>,
}

impl Meta<'_> {
    /// `metadata`, after the names were looked at.
    pub(super) fn json(&self) -> Result<Map<String, Value>, Error> {
        if !is_subdomain(self.name) {
            return Err(Error::value("NAME", NAME_RULE));
        }
        self.any_name()
    }

    /// The same for kinds whose names may be nearly anything.
    pub(super) fn any_name(&self) -> Result<Map<String, Value>, Error> {
        let bad = |name: &str| matches!(name, "" | "." | "..") || name.contains(['/', '%']);
        if bad(self.name) {
            return Err(Error::value(
                "NAME",
                "a name is not empty, not `.` or `..`, and has no `/` or `%`",
            ));
        }
        let mut meta = Map::new();
        meta.insert("name".to_owned(), self.name.into());
        if let Some(namespace) = self.namespace {
            if !is_label(namespace) {
                return Err(Error::value("--namespace", LABEL_RULE));
            }
            meta.insert("namespace".to_owned(), namespace.into());
        }
        Ok(meta)
    }

    /// `app: NAME`.
    pub(super) fn app(&self) -> Value {
        json!({ "app": self.name })
    }
}

pub(super) const NAME_RULE: &str = "a name has up to 253 lower-case letters, digits, `-` and `.`, and begins and ends with a letter or digit";
pub(super) const MAX_POD_NAME_RULE: &str =
    "the name is that of the container too: up to 63 lower-case letters, digits and `-`";
pub(super) const LABEL_RULE: &str = "a name of this kind has up to 63 lower-case letters, digits and `-`, and begins and ends with a letter or digit";

/// An object of these parts.
pub(super) fn object(
    api_version: &str,
    kind: &str,
    metadata: Map<String, Value>,
) -> Map<String, Value> {
    let mut object = Map::new();
    object.insert("apiVersion".to_owned(), api_version.into());
    object.insert("kind".to_owned(), kind.into());
    object.insert("metadata".to_owned(), metadata.into());
    object
}

/// Whether a text is an RFC 1123 label.
pub(super) fn is_label(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !text.is_empty()
        && text.len() <= MAX_LABEL
        && text.chars().all(inner)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// Whether a text is an RFC 1123 subdomain.
pub(super) fn is_subdomain(text: &str) -> bool {
    let inner = |part: &str| {
        part.chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
            && !part.is_empty()
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    text.len() <= MAX_NAME && text.split('.').all(inner)
}

/// A number, or a text.
pub(super) fn number_or_text(text: &str) -> Value {
    text.parse::<i32>()
        .map_or_else(|_| text.into(), Value::from)
}
