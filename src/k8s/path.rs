//! Paths of objects of the built-in kinds, without asking a server; and how names get into paths.

use serde_json::Value;

/// Kinds that live outside namespaces, as far as node images ship them.
const CLUSTER_SCOPED: [&str; 12] = [
    "APIService",
    "ClusterRole",
    "ClusterRoleBinding",
    "CSIDriver",
    "CustomResourceDefinition",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PriorityClass",
    "StorageClass",
    "ValidatingWebhookConfiguration",
];

/// Path of the collection that `object` belongs to, e.g. `/apis/apps/v1/namespaces/kube-system/daemonsets`. Built-in
/// kinds only: their plural follows from the name.
pub fn collection(object: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (api_version, kind) = (text(&object["apiVersion"]), text(&object["kind"]));
    let root = if api_version.contains('/') {
        "apis"
    } else {
        "api"
    };
    let namespace = if CLUSTER_SCOPED.contains(&kind.as_str()) {
        String::new()
    } else {
        format!(
            "/namespaces/{}",
            object["metadata"]["namespace"]
                .as_str()
                .unwrap_or("default")
        )
    };
    format!("/{root}/{api_version}{namespace}/{}", plural(&kind))
}

/// Path of `object` itself.
pub fn object(object: &Value) -> String {
    format!("{}/{}", collection(object), encode(name(object)))
}

/// Its name.
pub(super) fn name(object: &Value) -> &str {
    let name = object.pointer("/metadata/name").and_then(Value::as_str);
    name.unwrap_or_default()
}

fn plural(kind: &str) -> String {
    let lower = kind.to_lowercase();
    match lower.as_bytes() {
        [.., b'y'] if !lower.ends_with("ay") && !lower.ends_with("ey") => {
            format!("{}ies", &lower[..lower.len() - 1])
        }
        [.., b's'] => format!("{lower}es"),
        _ => format!("{lower}s"),
    }
}

/// Percent-encodes a path segment or query value; names of roles may contain `:`.
pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.extend(['%', hex(byte >> 4), hex(byte & 15)]);
        }
    }
    encoded
}

fn hex(digit: u8) -> char {
    char::from(b"0123456789ABCDEF"[usize::from(digit)])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_encoded() {
        assert_eq!(encode("system:node"), "system%3Anode");
        assert_eq!(encode("a-b.c_d"), "a-b.c_d");
        assert_eq!(encode("a/../b"), "a%2F..%2Fb");
    }

    #[test]
    fn collections_of_what_node_images_ship() {
        for (object, path) in [
            (json!({"apiVersion": "v1", "kind": "Node"}), "/api/v1/nodes"),
            (
                json!({"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"namespace": "kube-system"}}),
                "/apis/apps/v1/namespaces/kube-system/daemonsets",
            ),
            (
                json!({"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass"}),
                "/apis/storage.k8s.io/v1/storageclasses",
            ),
            (
                json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "x"}}),
                "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies",
            ),
        ] {
            assert_eq!(collection(&object), path);
        }
    }
}
