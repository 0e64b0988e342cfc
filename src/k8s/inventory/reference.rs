//! How a command line names the parent of a set: `[RESOURCE[.GROUP]/]NAME`.

use super::Parent;

/// The parent as it was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Resource (plural, or kind in lower case) and group; `None` = a secret.
    pub resource: Option<(String, String)>,
    /// Name of the object.
    pub name: String,
}

impl Reference {
    /// A secret of this name.
    pub fn secret(name: impl Into<String>) -> Self {
        Self {
            resource: None,
            name: name.into(),
        }
    }

    /// Reads `NAME`, `RESOURCE/NAME` or `RESOURCE.GROUP/NAME`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (resource, name) = match text.split_once('/') {
            Some((resource, name)) => (Some(resource), name),
            None => (None, text),
        };
        let resource = resource.map(|resource| {
            let (plural, group) = resource.split_once('.').unwrap_or((resource, ""));
            (plural.to_lowercase(), group.to_owned())
        });
        if resource
            .as_ref()
            .is_some_and(|(plural, _)| plural.is_empty())
        {
            return Err("the resource before `/` is missing".to_owned());
        }
        if name.is_empty() || name.contains('/') {
            return Err("expected `NAME` or `RESOURCE.GROUP/NAME`".to_owned());
        }
        Ok(Self {
            resource,
            name: name.to_owned(),
        })
    }

    /// The parent, if it is of one of the kinds that every server has and that may always be parents.
    pub fn built_in(&self, namespace: &str) -> Option<Parent> {
        let kind = match &self.resource {
            None => "Secret",
            Some((_, group)) if !group.is_empty() => return None,
            Some((resource, _)) => match resource.as_str() {
                "secret" | "secrets" => "Secret",
                "cm" | "configmap" | "configmaps" => "ConfigMap",
                _ => return None,
            },
        };
        Some(Parent {
            api_version: "v1".to_owned(),
            kind: kind.to_owned(),
            namespace: Some(namespace.to_owned()),
            name: self.name.clone(),
        })
    }
}
