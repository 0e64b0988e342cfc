//! Third stage: objects to waves. What others need comes first; inside a wave the order of the files is kept.

use std::fmt;

use super::Error;
use super::depends::{self, Edges};
use super::object::{Object, ObjectId};

/// Objects that may be applied at the same time.
#[derive(Debug, PartialEq)]
pub struct Wave {
    /// What they have in common.
    pub class: Class,
    /// How many objects of this class or later ones they depend on, one after the other.
    pub depth: usize,
    /// The objects.
    pub objects: Vec<Object>,
}

impl fmt::Display for Wave {
    /// What progress calls it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.class.label())?;
        match self.depth {
            0 => Ok(()),
            depth => write!(f, " ({})", depth + 1),
        }
    }
}

/// Classes of kinds in the order in which they are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Namespaces and custom resource definitions: nothing else exists without them.
    Foundations,
    /// Classes of storage, priority, runtime, ingress, devices.
    Classes,
    /// Service accounts and roles.
    Identities,
    /// Bindings of roles: the server checks that the role exists.
    Bindings,
    /// What pods read, and what limits them.
    Configuration,
    /// Services, so that pods see their addresses.
    Services,
    /// Whatever runs pods.
    Workloads,
    /// Built-in kinds around workloads: ingresses, autoscalers, budgets.
    Surroundings,
    /// Webhooks and aggregated APIs: from now on they take part in every request.
    Extensions,
    /// Custom resources, which may need the controllers and webhooks above.
    Custom,
}

impl Class {
    /// The class of an object.
    pub fn of(id: &ObjectId) -> Self {
        let group = id.group();
        match (group, id.kind.as_str()) {
            ("", "Namespace") | ("apiextensions.k8s.io", "CustomResourceDefinition") => {
                Class::Foundations
            }
            ("scheduling.k8s.io" | "storage.k8s.io" | "node.k8s.io", _)
            | ("networking.k8s.io", "IngressClass")
            | ("resource.k8s.io", "DeviceClass") => Class::Classes,
            ("", "ServiceAccount") | ("rbac.authorization.k8s.io", "Role" | "ClusterRole") => {
                Class::Identities
            }
            ("rbac.authorization.k8s.io", _) => Class::Bindings,
            (
                "",
                "ConfigMap"
                | "Secret"
                | "PersistentVolume"
                | "PersistentVolumeClaim"
                | "ResourceQuota"
                | "LimitRange",
            )
            | ("networking.k8s.io", "NetworkPolicy") => Class::Configuration,
            ("", "Service" | "Endpoints") | ("discovery.k8s.io", _) => Class::Services,
            ("apps" | "batch", _) | ("", "Pod" | "ReplicationController") => Class::Workloads,
            ("admissionregistration.k8s.io" | "apiregistration.k8s.io", _) => Class::Extensions,
            (group, _) if crate::k8s::condition::is_custom(group) => Class::Custom,
            _ => Class::Surroundings,
        }
    }

    /// What progress calls a wave of this class.
    pub fn label(self) -> &'static str {
        match self {
            Class::Foundations => "namespaces and definitions",
            Class::Classes => "classes",
            Class::Identities => "accounts and roles",
            Class::Bindings => "role bindings",
            Class::Configuration => "configuration",
            Class::Services => "services",
            Class::Workloads => "workloads",
            Class::Surroundings => "policies and routes",
            Class::Extensions => "webhooks and APIs",
            Class::Custom => "custom resources",
        }
    }
}

/// A place in the order: class, and depth within it.
type Place = (Class, usize);

/// Sorts objects into waves. One that depends on others comes after them, whatever its class.
///
/// # Errors
///
/// Dependencies that lead nowhere or in a circle.
pub fn order_objects(objects: Vec<Object>) -> Result<Vec<Wave>, Error> {
    let references: Vec<&Object> = objects.iter().collect();
    let places = places(&references, &depends::needs(&references)?);
    let mut placed: Vec<(Place, Object)> = places.into_iter().zip(objects).collect();
    placed.sort_by_key(|(place, _)| *place);
    let mut waves: Vec<Wave> = Vec::new();
    for ((class, depth), object) in placed {
        match waves.last_mut() {
            Some(wave) if (wave.class, wave.depth) == (class, depth) => wave.objects.push(object),
            _ => waves.push(Wave {
                class,
                depth,
                objects: vec![object],
            }),
        }
    }
    Ok(waves)
}

/// Where each object goes. There are no circles among the edges.
fn places(objects: &[&Object], edges: &Edges) -> Vec<Place> {
    let mut places: Vec<Place> = objects
        .iter()
        .map(|object| (Class::of(&object.id), 0))
        .collect();
    let mut placed: Vec<bool> = edges.iter().map(Vec::is_empty).collect();
    for start in 0..objects.len() {
        let mut path = vec![start];
        while let Some(&at) = path.last() {
            if placed[at] {
                path.pop();
            } else if let Some(open) = edges[at].iter().find(|target| !placed[**target]) {
                path.push(*open);
            } else {
                let after = edges[at].iter().map(|target| places[*target]);
                let after = after.map(|(class, depth)| (class, depth + 1)).max();
                places[at] = after.map_or(places[at], |after| places[at].max(after));
                placed[at] = true;
            }
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::super::object::Origin;
    use super::*;
    use crate::yaml::Source;

    fn object(api_version: &str, kind: &str, line: u32) -> Object {
        Object {
            id: ObjectId {
                api_version: api_version.into(),
                kind: kind.into(),
                namespace: None,
                name: "x".into(),
            },
            origin: Origin {
                source: Source::new("a"),
                line,
            },
            json: serde_json::Value::Null,
            confidential: false,
        }
    }

    #[test]
    fn needs_come_first_and_the_order_of_files_is_kept() {
        let kinds = [
            ("x.io/v1", "Thing"),
            ("apps/v1", "Deployment"),
            ("v1", "Secret"),
            ("v1", "Namespace"),
            (
                "admissionregistration.k8s.io/v1",
                "ValidatingWebhookConfiguration",
            ),
            ("networking.k8s.io/v1", "Ingress"),
            ("v1", "ConfigMap"),
            ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
            ("rbac.authorization.k8s.io/v1", "RoleBinding"),
            ("v1", "Service"),
            ("rbac.authorization.k8s.io/v1", "Role"),
            ("storage.k8s.io/v1", "StorageClass"),
        ];
        let objects = (1..)
            .zip(kinds)
            .map(|(line, (version, kind))| object(version, kind, line))
            .collect();
        let waves: Vec<Vec<String>> = order_objects(objects)
            .unwrap()
            .into_iter()
            .map(|wave| {
                wave.objects
                    .into_iter()
                    .map(|object| object.id.kind.clone())
                    .collect()
            })
            .collect();
        assert_eq!(
            waves,
            [
                vec!["Namespace", "CustomResourceDefinition"],
                vec!["StorageClass"],
                vec!["Role"],
                vec!["RoleBinding"],
                vec!["Secret", "ConfigMap"],
                vec!["Service"],
                vec!["Deployment"],
                vec!["Ingress"],
                vec!["ValidatingWebhookConfiguration"],
                vec!["Thing"],
            ]
        );
    }

    #[test]
    fn dependents_come_after_what_they_depend_on() {
        let mut map = object("v1", "ConfigMap", 1);
        map.id.name = "map".into();
        map.json = serde_json::json!({ "metadata": { "annotations": { "ksail.io/depends-on": "Deployment/x" } } });
        let mut last = object("v1", "Secret", 2);
        last.id.name = "last".into();
        last.json = serde_json::json!({ "metadata": { "annotations": { "ksail.io/depends-on": "ConfigMap/map" } } });
        let objects = vec![
            last,
            map,
            object("apps/v1", "Deployment", 3),
            object("v1", "ConfigMap", 4),
        ];
        let waves = order_objects(objects).unwrap();
        let told: Vec<String> = waves
            .iter()
            .map(|wave| format!("{wave}: {:?}", wave.objects))
            .collect();
        assert_eq!(
            told,
            [
                "configuration: [configmap/x (a:4)]",
                "workloads: [deployment.apps/x (a:3)]",
                "workloads (2): [configmap/map (a:1)]",
                "workloads (3): [secret/last (a:2)]",
            ]
        );
    }
}
