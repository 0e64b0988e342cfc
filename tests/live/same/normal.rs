//! Takes out of objects what differs from cluster to cluster, however they were made.

use std::collections::BTreeMap;

use regex::Regex;
use serde_json::Value;

/// Texts by their shape, and what stands in for them.
const SHAPES: [(&str, &str); 8] = [
    (
        r"(?s)-----BEGIN ([A-Z ]+)-----.+?-----END [A-Z ]+-----",
        "[PEM $1]",
    ),
    (
        r"((?:certificate-authority|client-certificate|client-key)-data): \S+",
        "$1: [BASE64]",
    ),
    (
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)",
        "[TIME]",
    ),
    (r"\b\d{4}-\d\d-\d\d\b", "[DATE]"),
    (r"\b[0-9a-f]{64}\b", "[HASH]"),
    (r"\b[0-9a-f]{32}\b", "[HASH]"),
    (r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", "[UID]"),
    (r"^eyJ[\w=.-]+$", "[JWS]"),
];

/// Objects by kind, namespace and name, ready to be compared.
pub(super) fn objects(items: Vec<Value>) -> BTreeMap<String, Value> {
    let shapes: Vec<(Regex, String)> = addresses(&items)
        .into_iter()
        .chain(SHAPES.map(|(shape, to)| (Regex::new(shape).unwrap(), to.to_owned())))
        .collect();
    items
        .into_iter()
        .map(|mut object| {
            let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
            let metadata = &object["metadata"];
            let name = [&object["kind"], &metadata["namespace"], &metadata["name"]]
                .map(text)
                .join("/");
            strip(&mut object);
            replace(&mut object, &shapes);
            (name, object)
        })
        .collect()
}

/// Addresses of the nodes, which the Engine hands out.
fn addresses(items: &[Value]) -> Vec<(Regex, String)> {
    let nodes = items.iter().filter(|object| object["kind"] == "Node");
    nodes
        .flat_map(|node| {
            let name = node["metadata"]["name"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            let found = node["status"]["addresses"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            found
                .into_iter()
                .filter(|address| address["type"] == "InternalIP")
                .map(move |address| {
                    let text = regex::escape(address["address"].as_str().unwrap_or_default());
                    (
                        Regex::new(&format!(r"\b{text}\b")).unwrap(),
                        format!("[ADDRESS OF {name}]"),
                    )
                })
        })
        .collect()
}

/// What the API server, controllers and kubelets write by themselves.
fn strip(object: &mut Value) {
    let node = object["kind"] == "Node";
    if let Some(object) = object.as_object_mut() {
        object.remove("status");
    }
    if let Some(metadata) = object["metadata"].as_object_mut() {
        for field in [
            "uid",
            "resourceVersion",
            "creationTimestamp",
            "managedFields",
            "generation",
        ] {
            metadata.remove(field);
        }
        for owner in metadata
            .get_mut("ownerReferences")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            owner["uid"] = "[UID]".into();
        }
    }
    if let Some(annotations) = object["metadata"]["annotations"].as_object_mut() {
        annotations.remove("kubectl.kubernetes.io/last-applied-configuration");
        if annotations.is_empty() {
            drop(
                object["metadata"]
                    .as_object_mut()
                    .map(|metadata| metadata.remove("annotations")),
            );
        }
    }
    if node && let Some(taints) = object["spec"]["taints"].as_array_mut() {
        taints
            .iter_mut()
            .filter_map(Value::as_object_mut)
            .for_each(|taint| drop(taint.remove("timeAdded")));
    }
    if object["kind"] == "Secret" && object["type"] == "bootstrap.kubernetes.io/token" {
        // Base64 of the moment at which the token ends.
        object["data"]["expiration"] = "[TIME]".into();
    }
}

fn replace(value: &mut Value, shapes: &[(Regex, String)]) {
    match value {
        Value::String(text) => {
            for (shape, to) in shapes {
                *text = shape.replace_all(text, to.as_str()).into_owned();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, shapes)),
        Value::Object(fields) => fields.values_mut().for_each(|field| replace(field, shapes)),
        _ => {}
    }
}
