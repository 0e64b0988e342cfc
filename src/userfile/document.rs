//! What a file of the user is, and how its text becomes a tree.

use crate::secret::Secret;
use crate::yaml;

/// A sort of file, in the words that messages use.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// E.g. `kubeconfig`.
    pub name: &'static str,
    /// The programs that lock it too.
    pub programs: &'static str,
    /// What to do about a file that cannot be written.
    pub elsewhere: &'static str,
    /// What to do about a file that makes no sense.
    pub repair: &'static str,
    /// Permissions of a directory that is made for it, before the user's mask.
    pub directory_mode: u32,
}

/// The content of such a file.
pub trait Document: Sized {
    /// Which sort of file.
    const KIND: Kind;

    /// Reads a file's text. Empty text is a file without entries.
    fn parse(text: &str, source: &yaml::Source) -> Result<Self, Malformed>;

    /// The file's text.
    fn render(&self) -> Secret<String>;
}

/// Text that is no such file.
#[derive(Debug, thiserror::Error)]
pub enum Malformed {
    /// It is not YAML.
    #[error(transparent)]
    Yaml(#[from] yaml::Error),
    /// It is YAML, but of another shape.
    #[error("{at}: {what} is expected")]
    Shape {
        /// Where.
        at: yaml::Location,
        /// What should be there.
        what: &'static str,
    },
    /// It holds more than one document.
    #[error("{at}: a second document begins here")]
    Documents {
        /// Where.
        at: yaml::Location,
    },
}

impl Malformed {
    /// Something else should be at a node.
    pub fn shape(source: &yaml::Source, node: &yaml::Node, what: &'static str) -> Self {
        Self::Shape {
            at: source.at(node.at),
            what,
        }
    }
}

/// The one mapping that a text is; nothing for empty text.
pub fn mapping(text: &str, source: &yaml::Source) -> Result<Option<yaml::Node>, Malformed> {
    let mut documents = yaml::load(text, source)?;
    if let Some(second) = documents.get(1) {
        let at = source.at(second.at);
        return Err(Malformed::Documents { at });
    }
    match documents.pop() {
        Some(root) if !matches!(root.value, yaml::Value::Map(_)) => {
            Err(Malformed::shape(source, &root, "a mapping"))
        }
        root => Ok(root),
    }
}
