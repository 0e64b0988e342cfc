//! Talos' own manifests, applied the moment the API server answers. A control plane applies them one after another, two
//! requests for each at five a second; what it finds there it leaves alone.

use std::net::IpAddr;

use serde_json::{Value, json};

use super::desired::API_PORT;
use crate::cluster::distribution::Early;

/// As whom Talos applies, so that its upgrades find fields of its own.
const TALOS: &str = "talos";
/// As whom we add to that.
const OURS: &str = "ksail";
/// Talos' mark on what it has applied.
const INVENTORY: (&str, &str) = (
    "config.k8s.io/owning-inventory",
    "talos-bootstrap-manifests-inventory",
);
/// Kinds of its own manifests. Others come from the user's configuration and may need what is not there yet.
const KINDS: [&str; 8] = [
    "ClusterRole",
    "ClusterRoleBinding",
    "ConfigMap",
    "DaemonSet",
    "Deployment",
    "Secret",
    "Service",
    "ServiceAccount",
];
/// The network's agent and the variable that says where it finds the API server.
const FLANNEL: &str = "kube-flannel";
/// The cluster's name server.
const COREDNS: &str = "coredns";
const SERVER_HOST: &str = "KUBERNETES_SERVICE_HOST";
const SERVER_PORT: &str = "KUBERNETES_SERVICE_PORT";

/// What to apply of them; `endpoint` is where the API server is in the network.
pub(super) fn early(manifests: Vec<Value>, endpoint: IpAddr) -> Vec<Early> {
    let known = |object: &Value| {
        object["kind"]
            .as_str()
            .is_some_and(|kind| KINDS.contains(&kind))
    };
    let mut all = Vec::new();
    for mut object in manifests.into_iter().filter(known) {
        object["metadata"]["annotations"][INVENTORY.0] = INVENTORY.1.into();
        let ours = [direct(&object, endpoint), prompt(&object)];
        all.push(Early {
            field_manager: TALOS,
            object,
        });
        all.extend(ours.into_iter().flatten());
    }
    all
}

/// Leads the network's agent past the service address, which leads nowhere until the proxy runs: an agent that starts
/// first ends, and is started again ten seconds later.
fn direct(object: &Value, endpoint: IpAddr) -> Option<Early> {
    let agent = container(object, "DaemonSet", FLANNEL)?;
    let mut variables = agent["env"].as_array().into_iter().flatten();
    if variables.any(|variable| variable["name"] == SERVER_HOST) {
        return None;
    }
    let env = json!([
        {"name": SERVER_HOST, "value": endpoint.to_string()},
        {"name": SERVER_PORT, "value": API_PORT.to_string()},
    ]);
    Some(added(object, &json!({"name": FLANNEL, "env": env})))
}

/// Has CoreDNS asked every second whether it is ready. It is a second after its start, at the first question it is not,
/// and the next one would come ten seconds later.
fn prompt(object: &Value) -> Option<Early> {
    let server = container(object, "Deployment", COREDNS)?;
    let probe = server.get("readinessProbe")?;
    if probe.get("periodSeconds").is_some() {
        return None;
    }
    let probe = json!({"periodSeconds": 1});
    Some(added(
        object,
        &json!({"name": COREDNS, "readinessProbe": probe}),
    ))
}

/// The container of the same name as its object.
fn container<'a>(object: &'a Value, kind: &str, name: &str) -> Option<&'a Value> {
    if object["kind"] != kind || object["metadata"]["name"] != name {
        return None;
    }
    let containers = object["spec"]["template"]["spec"]["containers"].as_array()?;
    containers.iter().find(|found| found["name"] == name)
}

/// Fields of our own of one container.
fn added(object: &Value, container: &Value) -> Early {
    Early {
        field_manager: OURS,
        object: json!({
            "apiVersion": object["apiVersion"],
            "kind": object["kind"],
            "metadata": {
                "name": object["metadata"]["name"],
                "namespace": object["metadata"]["namespace"],
            },
            "spec": {"template": {"spec": {"containers": [container]}}},
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agent(env: &Value) -> Value {
        json!({
            "apiVersion": "apps/v1",
            "kind": "DaemonSet",
            "metadata": {"name": "kube-flannel", "namespace": "kube-system"},
            "spec": {"template": {"spec": {"containers": [{"name": "kube-flannel", "env": env}]}}},
        })
    }

    #[test]
    fn the_agent_is_led_past_the_service_address() {
        let address = IpAddr::from([10, 5, 0, 2]);
        let found = early(vec![agent(&json!([{"name": "POD_NAME"}]))], address);
        let managers: Vec<&str> = found.iter().map(|early| early.field_manager).collect();
        assert_eq!(managers, ["talos", "ksail"]);
        let ours = &found[1].object["spec"]["template"]["spec"]["containers"][0];
        assert_eq!(
            ours["env"],
            json!([
                {"name": "KUBERNETES_SERVICE_HOST", "value": "10.5.0.2"},
                {"name": "KUBERNETES_SERVICE_PORT", "value": "6443"},
            ])
        );
        let led = agent(&json!([{"name": "KUBERNETES_SERVICE_HOST", "value": "127.0.0.1"}]));
        assert_eq!(
            early(vec![led], address).len(),
            1,
            "Talos has led it itself"
        );
    }

    #[test]
    fn the_name_server_is_asked_often() {
        let server = |probe: &Value| {
            json!({
                "kind": "Deployment",
                "metadata": {"name": "coredns", "namespace": "kube-system"},
                "spec": {"template": {"spec": {"containers": [{"name": "coredns", "readinessProbe": probe}]}}},
            })
        };
        let address = IpAddr::from([10, 5, 0, 2]);
        let found = early(vec![server(&json!({"httpGet": {}}))], address);
        assert_eq!(found.len(), 2);
        let container = &found[1].object["spec"]["template"]["spec"]["containers"][0];
        assert_eq!(container["readinessProbe"], json!({"periodSeconds": 1}));
        let set = server(&json!({"periodSeconds": 5}));
        assert_eq!(early(vec![set], address).len(), 1);
    }

    #[test]
    fn what_users_add_is_left_to_talos() {
        let objects = vec![
            json!({"kind": "Secret", "metadata": {"name": "a"}}),
            json!({"kind": "CustomResourceDefinition", "metadata": {"name": "b"}}),
        ];
        let found = early(objects, IpAddr::from([10, 5, 0, 2]));
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].object["metadata"]["annotations"]["config.k8s.io/owning-inventory"],
            "talos-bootstrap-manifests-inventory"
        );
    }
}
