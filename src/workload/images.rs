//! Container images that objects refer to.

mod reference;

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::object::{Object, ObjectId};

/// An image and who uses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// The reference, as it is written or in full.
    pub reference: String,
    /// The objects that use it, in the order of their names, each once.
    pub objects: Vec<ObjectId>,
}

/// All images of `objects`, by name. With `full`, references that mean the same image are one.
pub fn find_images(objects: &[Object], full: bool) -> Vec<Image> {
    let mut found: BTreeMap<String, Vec<ObjectId>> = BTreeMap::new();
    for object in objects {
        // Schemas have fields of the same names, but no images.
        if object.id.kind == "CustomResourceDefinition" {
            continue;
        }
        let mut references = Vec::new();
        collect(&object.json, &mut references);
        for reference in references {
            let reference = if full {
                reference::full(reference)
            } else {
                reference.to_owned()
            };
            found.entry(reference).or_default().push(object.id.clone());
        }
    }
    found
        .into_iter()
        .map(|(reference, mut objects)| {
            objects.sort();
            objects.dedup();
            Image { reference, objects }
        })
        .collect()
}

/// The images below a value: of lists of containers, of single containers, and of volumes, wherever they are. That covers
/// pods, all templates of pods, and custom resources that hold either.
fn collect<'a>(json: &'a Json, found: &mut Vec<&'a str>) {
    match json {
        Json::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Json::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Json::Array(items) if holds_containers(name) => {
                        found.extend(items.iter().filter_map(|item| image(&item["image"])));
                    }
                    Json::Array(items) if name == "volumes" => {
                        found.extend(
                            items
                                .iter()
                                .filter_map(|item| image(&item["image"]["reference"])),
                        );
                    }
                    Json::Object(_) if name == "container" => found.extend(image(&value["image"])),
                    _ => {}
                }
                collect(value, found);
            }
        }
        _ => {}
    }
}

/// `containers`, `initContainers`, `ephemeralContainers`, and what custom resources call theirs.
fn holds_containers(name: &str) -> bool {
    name == "sidecars" || name == "containers" || name.ends_with("Containers")
}

/// A reference. One that is still encrypted is none.
fn image(json: &Json) -> Option<&str> {
    json.as_str()
        .filter(|text| !text.is_empty() && !text.starts_with("ENC["))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::workload::object::Origin;
    use crate::yaml::Source;

    fn object(kind: &str, name: &str, spec: &Json) -> Object {
        Object {
            id: ObjectId {
                api_version: "v1".into(),
                kind: kind.into(),
                namespace: None,
                name: name.into(),
            },
            origin: Origin {
                source: Source::new("a.yaml"),
                line: 1,
            },
            json: json!({ "spec": spec }),
            confidential: false,
        }
    }

    fn names(objects: &[Object], full: bool) -> Vec<String> {
        let images = find_images(objects, full).into_iter();
        images.map(|image| image.reference).collect()
    }

    #[test]
    fn images_are_found_wherever_containers_are() {
        let pod = json!({
            "containers": [{ "name": "a", "image": "a" }, { "name": "none" }],
            "initContainers": [{ "image": "b:1" }],
            "ephemeralContainers": [{ "image": "c@sha256:0" }],
            "volumes": [{ "name": "v", "image": { "reference": "d" } }, { "name": "w", "emptyDir": {} }],
        });
        let objects = [
            object("Pod", "p", &pod),
            object(
                "CronJob",
                "c",
                &json!({ "jobTemplate": { "spec": { "template": { "spec": {
                "containers": [{ "image": "e" }] } } } } }),
            ),
            object(
                "Rollout",
                "r",
                &json!({ "podTemplate": { "spec": { "extraContainers": [{ "image": "f" }] } } }),
            ),
            object(
                "Workflow",
                "w",
                &json!({ "templates": [{ "container": { "image": "g" }, "sidecars": [{ "image": "h" }] }] }),
            ),
            object(
                "CustomResourceDefinition",
                "d",
                &json!({ "containers": [{ "image": "no" }] }),
            ),
            object(
                "Pod",
                "s",
                &json!({ "containers": [{ "image": "ENC[AES256_GCM,data:x]" }, { "image": "" }] }),
            ),
        ];
        assert_eq!(
            names(&objects, false),
            ["a", "b:1", "c@sha256:0", "d", "e", "f", "g", "h"]
        );
    }

    #[test]
    fn an_image_is_listed_once_with_everyone_who_uses_it() {
        let containers =
            |image: &str| json!({ "containers": [{ "image": image }, { "image": image }] });
        let objects = [
            object("Pod", "b", &containers("nginx")),
            object("Pod", "a", &containers("docker.io/nginx:latest")),
        ];
        assert_eq!(names(&objects, false), ["docker.io/nginx:latest", "nginx"]);
        let images = find_images(&objects, true);
        assert_eq!(images.len(), 1);
        assert_eq!(images[0].reference, "docker.io/library/nginx:latest");
        let users: Vec<&str> = images[0]
            .objects
            .iter()
            .map(|id| id.name.as_str())
            .collect();
        assert_eq!(users, ["a", "b"]);
    }
}
