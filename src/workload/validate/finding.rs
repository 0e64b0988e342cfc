//! What is wrong in a manifest.

use std::borrow::Cow;
use std::fmt;

use serde_json::{Value as Json, json};

use crate::error::{Hint, chain};
use crate::sops;
use crate::workload::Error;
use crate::workload::object::ObjectId;
use crate::yaml::{Location, Source};

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The place in the file.
    pub at: Location,
    /// The object, as far as it says what it is.
    pub object: Option<ObjectId>,
    /// Fields down to the place, e.g. `spec.containers[0].image`; empty for the document itself.
    pub path: String,
    /// What was broken.
    pub rule: Rule,
    /// What is wrong. Values of secrets are not quoted.
    pub message: String,
    /// What may help.
    pub hint: Option<String>,
}

impl Finding {
    /// The finding as the JSON report has it.
    pub fn to_json(&self) -> Json {
        let object = self.object.as_ref().map(|id| {
            json!({ "apiVersion": id.api_version, "kind": id.kind, "namespace": id.namespace, "name": id.name })
        });
        json!({
            "file": self.at.source.name(), "line": self.at.line, "column": self.at.column, "object": object,
            "path": self.path, "rule": self.rule.name(), "message": self.message, "hint": self.hint
        })
    }
}

/// A text that cannot be read as a finding.
pub fn unreadable(error: &Error) -> Finding {
    let yaml = match error {
        Error::Yaml(yaml)
        | Error::Decrypt {
            source: sops::Error::Yaml(yaml),
            ..
        } => Some(yaml),
        _ => None,
    };
    let (at, message) = match (yaml, error) {
        (Some(yaml), _) => (yaml.at.clone(), yaml.kind.to_string()),
        (None, Error::Decrypt { file, source }) => {
            (Source::new(file.as_str()).whole(), chain(source))
        }
        (None, other) => (Source::new("").whole(), chain(other)),
    };
    let hint = match yaml {
        Some(yaml) => yaml.hint(),
        None => error.hint(),
    };
    Finding {
        at,
        object: None,
        path: String::new(),
        rule: Rule::Syntax,
        message,
        hint: hint.map(Cow::into_owned),
    }
}

impl fmt::Display for Finding {
    /// `FILE:LINE:COLUMN: PATH: MESSAGE`, with the hint after a comma.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.at)?;
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, ", {hint}"),
            None => Ok(()),
        }
    }
}

/// What was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// The text is not YAML or JSON, or cannot be decrypted.
    Syntax,
    /// The document is no Kubernetes object.
    Object,
    /// No schema describes the kind.
    Kind,
    /// A field that the schema does not have.
    UnknownField,
    /// A value of another type.
    Type,
    /// A field that is missing.
    Required,
    /// A value that is not one of the allowed ones.
    Enum,
    /// Text that does not have its form.
    Format,
    /// Text that does not match its pattern.
    Pattern,
    /// A value, length or size beyond its limits.
    Limit,
    /// Two items of a list, or two objects, that are the same.
    Duplicate,
    /// A combination of schemas that is not satisfied.
    Combination,
    /// A name that is no name.
    Name,
    /// A label or annotation that is none.
    Label,
    /// A namespace where there is none.
    Namespace,
    /// A definition of a kind that the API server refuses.
    Definition,
    /// A form of text that the API server does not know: it says nothing, which is no error.
    UnheardForm,
}

impl Rule {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Rule::Syntax => "syntax",
            Rule::Object => "object",
            Rule::Kind => "kind",
            Rule::UnknownField => "unknown-field",
            Rule::Type => "type",
            Rule::Required => "required",
            Rule::Enum => "enum",
            Rule::Format => "format",
            Rule::Pattern => "pattern",
            Rule::Limit => "limit",
            Rule::Duplicate => "duplicate",
            Rule::Combination => "combination",
            Rule::Name => "name",
            Rule::Label => "label",
            Rule::Namespace => "namespace",
            Rule::Definition => "definition",
            Rule::UnheardForm => "unknown-format",
        }
    }
}
