//! Where objects of one kind live on a server.

use serde_json::Value;

use super::path::encode;

/// Where objects of one kind live.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Resource {
    /// `apiVersion` of the objects.
    pub api_version: String,
    /// Plural name in paths.
    pub plural: String,
    /// Whether objects belong to a namespace.
    pub namespaced: bool,
}

impl Resource {
    /// Path of the collection in `namespace`, or over all of the cluster.
    pub fn collection(&self, namespace: Option<&str>) -> String {
        let root = if self.api_version.contains('/') {
            "apis"
        } else {
            "api"
        };
        match namespace.filter(|_| self.namespaced) {
            Some(namespace) => format!(
                "/{root}/{}/namespaces/{}/{}",
                self.api_version,
                encode(namespace),
                self.plural
            ),
            None => format!("/{root}/{}/{}", self.api_version, self.plural),
        }
    }

    /// Path of one object.
    pub fn object(&self, namespace: Option<&str>, name: &str) -> String {
        format!("{}/{}", self.collection(namespace), encode(name))
    }

    /// What a `CustomResourceDefinition` is going to serve, without asking the server.
    pub fn defined_by(definition: &Value) -> Vec<((String, String), Self)> {
        let read = || {
            let spec = definition.get("spec")?;
            let group = spec.get("group")?.as_str()?;
            let names = spec.get("names")?;
            let kind = names.get("kind")?.as_str()?;
            let plural = names.get("plural")?.as_str()?;
            let namespaced = spec.get("scope")?.as_str()? == "Namespaced";
            let versions = spec.get("versions")?.as_array()?.iter();
            Some(
                versions
                    .filter(|version| version.get("served").and_then(Value::as_bool) != Some(false))
                    .filter_map(|version| {
                        let api_version = format!("{group}/{}", version.get("name")?.as_str()?);
                        let resource = Self {
                            api_version: api_version.clone(),
                            plural: plural.to_owned(),
                            namespaced,
                        };
                        Some(((api_version, kind.to_owned()), resource))
                    })
                    .collect(),
            )
        };
        read().unwrap_or_default()
    }
}

#[cfg(test)]
impl Resource {
    /// Some kind of thing.
    pub(in crate::k8s) fn things(api_version: &str, namespaced: bool) -> Self {
        Self {
            api_version: api_version.into(),
            plural: "things".into(),
            namespaced,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_follow_group_and_scope() {
        assert_eq!(
            Resource::things("v1", true).object(Some("a"), "b"),
            "/api/v1/namespaces/a/things/b"
        );
        assert_eq!(
            Resource::things("x.io/v1", true).collection(None),
            "/apis/x.io/v1/things"
        );
        assert_eq!(
            Resource::things("x.io/v1", false).object(Some("a"), "b:c"),
            "/apis/x.io/v1/things/b%3Ac"
        );
    }

    #[test]
    fn definitions_say_what_they_will_serve() {
        let kinds = Resource::defined_by(&json!({ "spec": {
            "group": "x.io", "scope": "Cluster", "names": { "kind": "Thing", "plural": "things" },
            "versions": [{ "name": "v1", "served": true }, { "name": "v0", "served": false }]
        }}));
        assert_eq!(
            kinds,
            [(
                ("x.io/v1".into(), "Thing".into()),
                Resource::things("x.io/v1", false)
            )]
        );
        assert!(Resource::defined_by(&json!({ "spec": {} })).is_empty());
    }
}
