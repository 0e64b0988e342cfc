//! The parent object: what it is called, what it says, and what to write into it.

use std::collections::BTreeSet;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{GROUP_KINDS, GROUP_RESOURCES, ID, NAMESPACES, PART_OF, TOOLING};
use crate::error::Hint;

/// The tool name that kubectl demands before it touches a set. A set is shared with kubectl only under this name.
const TOOL: &str = "kubectl";

/// Value of [`TOOLING`]: the kubectl whose convention is followed, with ourselves as build metadata of the version.
const TOOLING_VALUE: &str = concat!("kubectl/v1.36.4+ksail.", env!("CARGO_PKG_VERSION"));

/// A kind without a version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupKind {
    /// API group; empty for the core group.
    pub group: String,
    /// `kind`.
    pub kind: String,
}

impl GroupKind {
    /// Reads `Kind.group` or `Kind`.
    pub fn parse(text: &str) -> Self {
        let (kind, group) = text.split_once('.').unwrap_or((text, ""));
        Self {
            group: group.to_owned(),
            kind: kind.to_owned(),
        }
    }
}

impl fmt::Display for GroupKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { group, kind } = self;
        match group.as_str() {
            "" => f.write_str(kind),
            group => write!(f, "{kind}.{group}"),
        }
    }
}

/// Which object is the parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parent {
    /// `apiVersion` to reach it with; only the group counts for its identity.
    pub api_version: String,
    /// `kind`.
    pub kind: String,
    /// Its namespace, if its kind has namespaces.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
}

/// What a parent says about its set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory {
    /// Kinds of the members, perhaps more.
    pub kinds: BTreeSet<GroupKind>,
    /// Namespaces of the members, perhaps more; the parent's own among them.
    pub namespaces: BTreeSet<String>,
}

impl Inventory {
    /// Everything that is in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self {
            kinds: self.kinds.union(&other.kinds).cloned().collect(),
            namespaces: self.namespaces.union(&other.namespaces).cloned().collect(),
        }
    }
}

/// Why an object cannot serve as the parent of a set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// An object of that name is there, but it is no parent.
    #[error(
        "{parent} exists and is not the parent of an applyset: the annotation `{TOOLING}` is missing"
    )]
    NoParent {
        /// The object.
        parent: Box<Parent>,
    },
    /// Another tool manages the set.
    #[error("the applyset {parent} is managed by `{tool}`")]
    OtherTool {
        /// The object.
        parent: Box<Parent>,
        /// Name of the tool.
        tool: String,
    },
    /// The label is missing or belongs to another object.
    #[error("the applyset {parent} has the wrong `{ID}`: {}", found.as_deref().unwrap_or("none"))]
    WrongId {
        /// The object.
        parent: Box<Parent>,
        /// What the label says.
        found: Option<String>,
    },
    /// The set does not say what it contains.
    #[error(
        "the applyset {parent} does not say which kinds it contains: the annotation `{GROUP_KINDS}` is missing"
    )]
    NoKinds {
        /// The object.
        parent: Box<Parent>,
    },
    /// A resource in the old form of the annotation that the server does not serve.
    #[error("the applyset {parent} contains `{resource}`, which the server does not serve")]
    UnknownResource {
        /// The object.
        parent: Box<Parent>,
        /// `plural.group`.
        resource: String,
    },
}

impl Hint for Fault {
    fn hint(&self) -> Option<std::borrow::Cow<'static, str>> {
        Some(match self {
            Fault::NoParent { parent } => format!(
                "choose another name with `--applyset`, or make it one: label `{ID}={}`, annotations `{TOOLING}={TOOLING_VALUE}` and `{GROUP_KINDS}=`",
                parent.id()
            )
            .into(),
            Fault::OtherTool { .. } => format!(
                "choose another set with `--applyset`, or hand it over by setting its annotation `{TOOLING}` to `{TOOLING_VALUE}`"
            )
            .into(),
            Fault::WrongId { parent, .. } => {
                format!("the label of this object must be `{ID}={}`", parent.id()).into()
            }
            Fault::NoKinds { .. } => {
                format!("set `{GROUP_KINDS}` to the kinds of its members, or to nothing if it has none").into()
            }
            Fault::UnknownResource { .. } => {
                format!("take it out of `{GROUP_RESOURCES}` if no object of it is left").into()
            }
        })
    }
}

impl fmt::Display for Parent {
    /// `secret/name`, as other objects are named.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind.to_lowercase())?;
        match self.group() {
            "" => {}
            group => write!(f, ".{group}")?,
        }
        write!(f, "/{}", self.name)
    }
}

impl Parent {
    /// The API group; empty for the core group.
    pub fn group(&self) -> &str {
        let split = self.api_version.rsplit_once('/');
        split.map_or("", |(group, _)| group)
    }

    /// The id of the set: `applyset-BASE64URL(SHA-256("name.namespace.kind.group"))-v1`.
    pub fn id(&self) -> String {
        let namespace = self.namespace.as_deref().unwrap_or_default();
        let text = format!("{}.{namespace}.{}.{}", self.name, self.kind, self.group());
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(text));
        format!("applyset-{hash}-v1")
    }

    /// Selects the members.
    pub fn selector(&self) -> String {
        format!("{PART_OF}={}", self.id())
    }

    /// Reads what the parent says. `kind_of` maps a plural name and a group to the kind, for sets of old kubectl.
    pub fn read(
        &self,
        object: &Value,
        kind_of: impl Fn(&str, &str) -> Option<GroupKind>,
    ) -> Result<Inventory, Fault> {
        let parent = || Box::new(self.clone());
        let text = |map: &str, key: &str| {
            let metadata = object.get("metadata")?.get(map)?;
            metadata.get(key)?.as_str()
        };
        let Some(tooling) = text("annotations", TOOLING) else {
            return Err(Fault::NoParent { parent: parent() });
        };
        let tool = tooling.rsplit_once('/').map_or(tooling, |(tool, _)| tool);
        if tool != TOOL {
            return Err(Fault::OtherTool {
                parent: parent(),
                tool: tool.to_owned(),
            });
        }
        let found = text("labels", ID);
        if found != Some(self.id().as_str()) {
            return Err(Fault::WrongId {
                parent: parent(),
                found: found.map(str::to_owned),
            });
        }
        let mut namespaces: BTreeSet<String> = items(text("annotations", NAMESPACES))
            .map(str::to_owned)
            .collect();
        namespaces.extend(self.namespace.clone());
        let kinds = match (
            text("annotations", GROUP_KINDS),
            text("annotations", GROUP_RESOURCES),
        ) {
            (Some(kinds), _) => items(Some(kinds)).map(GroupKind::parse).collect(),
            (None, Some(resources)) => items(Some(resources))
                .map(|resource| {
                    let (plural, group) = resource.split_once('.').unwrap_or((resource, ""));
                    kind_of(plural, group).ok_or_else(|| Fault::UnknownResource {
                        parent: parent(),
                        resource: resource.to_owned(),
                    })
                })
                .collect::<Result<_, _>>()?,
            (None, None) => return Err(Fault::NoKinds { parent: parent() }),
        };
        Ok(Inventory { kinds, namespaces })
    }

    /// What to apply so that the parent says this. Only metadata: a secret or config map keeps its data.
    pub fn write(&self, inventory: &Inventory) -> Value {
        let mut metadata = json!({
            "name": self.name,
            "labels": { ID: self.id() },
            "annotations": {
                TOOLING: TOOLING_VALUE,
                GROUP_KINDS: joined(&inventory.kinds),
                NAMESPACES: self.additional(inventory),
            },
        });
        if let Some(namespace) = &self.namespace {
            metadata["namespace"] = namespace.as_str().into();
        }
        json!({ "apiVersion": self.api_version, "kind": self.kind, "metadata": metadata })
    }

    /// Whether the parent says just this already.
    pub fn says(&self, object: &Value, inventory: &Inventory) -> bool {
        let annotations = &object["metadata"]["annotations"];
        annotations[GROUP_KINDS] == joined(&inventory.kinds)
            && annotations[NAMESPACES].as_str().unwrap_or_default() == self.additional(inventory)
    }

    fn additional(&self, inventory: &Inventory) -> String {
        let namespaces = inventory.namespaces.iter();
        joined(namespaces.filter(|namespace| Some(*namespace) != self.namespace.as_ref()))
    }
}

/// Items of a comma-separated list; an empty text is an empty list.
fn items(text: Option<&str>) -> impl Iterator<Item = &str> {
    let items = text.into_iter().flat_map(|text| text.split(','));
    items.map(str::trim).filter(|item| !item.is_empty())
}

/// Sorted by text, as kubectl sorts them.
fn joined<T: fmt::Display>(items: impl IntoIterator<Item = T>) -> String {
    let mut texts: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    texts.sort();
    texts.join(",")
}
