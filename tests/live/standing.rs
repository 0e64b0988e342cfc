//! What `workload apply` calls unchanged without sending it would be unchanged if it were sent: the server is asked with
//! a dry run, for objects of many kinds that others change behind our back, and for manifests that change.

use serde_json::{Value, json};

use ksail::k8s::owned::is_applied;

use crate::reading::texts::Dice;
use crate::support::shared::Tenant;

const MANAGER: &str = "ksail";

/// How often an object or a manifest is changed.
const ROUNDS: usize = 80;

fn manifests(namespace: &str) -> Vec<Value> {
    let pod = json!({
        "metadata": { "labels": { "app": "a" }, "annotations": { "n/x": "1" } },
        "spec": {
            "terminationGracePeriodSeconds": 5,
            "containers": [
                { "name": "one", "image": "i:1", "args": ["-v", "2"], "env": [
                    { "name": "A", "value": "1" }, { "name": "B", "valueFrom": { "configMapKeyRef": { "name": "a", "key": "a" } } }
                ], "ports": [{ "containerPort": 80 }, { "containerPort": 80, "protocol": "UDP" }],
                  "resources": { "requests": { "cpu": "100m", "memory": "64Mi" } },
                  "volumeMounts": [{ "name": "t", "mountPath": "/t" }] },
                { "name": "two", "image": "i:2", "securityContext": { "capabilities": { "drop": ["ALL"] } } }
            ],
            "tolerations": [{ "key": "k", "operator": "Exists" }],
            "volumes": [{ "name": "t", "emptyDir": {} }, { "name": "c", "configMap": { "name": "a", "items": [{ "key": "k", "path": "p" }] } }]
        }
    });
    let selector = json!({ "matchLabels": { "app": "a" } });
    let rbac = "rbac.authorization.k8s.io/v1";
    let mut all = vec![
        json!({ "apiVersion": "v1", "kind": "ConfigMap", "data": { "a": "1", "b": "x\ny\n" } }),
        json!({ "apiVersion": "v1", "kind": "Secret", "stringData": { "a": "1" }, "data": { "b": "eA==" } }),
        json!({ "apiVersion": "v1", "kind": "ServiceAccount" }),
        json!({ "apiVersion": "v1", "kind": "Service", "spec": { "selector": { "app": "a" },
            "ports": [{ "name": "h", "port": 80, "targetPort": 8080 }, { "name": "u", "port": 80, "protocol": "UDP" }] } }),
        json!({ "apiVersion": "apps/v1", "kind": "Deployment", "spec": { "replicas": 0, "selector": selector, "template": pod } }),
        json!({ "apiVersion": "apps/v1", "kind": "StatefulSet", "spec": { "replicas": 0, "serviceName": "s", "selector": selector, "template": pod } }),
        json!({ "apiVersion": "batch/v1", "kind": "CronJob", "spec": { "schedule": "0 0 1 1 *", "suspend": true,
            "jobTemplate": { "spec": { "template": { "spec": { "restartPolicy": "Never", "containers": [{ "name": "a", "image": "i" }] } } } } } }),
        json!({ "apiVersion": rbac, "kind": "Role", "rules": [{ "apiGroups": [""], "resources": ["pods"], "verbs": ["get"] }] }),
        json!({ "apiVersion": rbac, "kind": "RoleBinding", "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "a" },
            "subjects": [{ "kind": "ServiceAccount", "name": "a", "namespace": namespace }] }),
        json!({ "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "spec": { "rules": [{ "host": "a.test", "http": { "paths": [
            { "path": "/", "pathType": "Prefix", "backend": { "service": { "name": "a", "port": { "number": 80 } } } }] } }] } }),
        json!({ "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "spec": { "podSelector": {}, "policyTypes": ["Ingress"],
            "ingress": [{ "ports": [{ "port": 80 }] }] } }),
        json!({ "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "spec": { "minAvailable": "50%", "selector": selector } }),
    ];
    for manifest in &mut all {
        manifest["metadata"] = json!({
            "name": "a", "namespace": namespace, "labels": { "app": "a", "tier": "t" }, "finalizers": []
        });
        // An empty list is owned by nobody.
        manifest["metadata"]
            .as_object_mut()
            .unwrap()
            .remove("finalizers");
    }
    all
}

/// All places below a value.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Object(fields) => fields
            .iter()
            .for_each(|(name, value)| places(value, &format!("{at}/{}", escaped(name)), found)),
        Value::Array(items) => (items.iter().enumerate())
            .for_each(|(index, item)| places(item, &format!("{at}/{index}"), found)),
        _ => {}
    }
}

/// Changes one place of an object.
fn change(object: &mut Value, dice: &mut Dice) -> String {
    let mut found = Vec::new();
    places(object, "", &mut found);
    found.retain(|at| at.matches('/').count() > 1 && !at.starts_with("/metadata/name"));
    found.retain(|at| !at.starts_with("/metadata/managedFields"));
    let at = found.swap_remove(dice.below(found.len()));
    let what = dice.below(4);
    let place = object.pointer_mut(&at).unwrap();
    match (place, what) {
        (Value::Array(items), 0) if items.len() > 1 => items.swap(0, 1),
        (Value::Array(items), 1) => items.extend(items.first().cloned()),
        (Value::Array(items), _) => drop(items.pop()),
        (Value::Object(fields), 0) => drop(fields.insert("more".to_owned(), "x".into())),
        (Value::Object(fields), _) => {
            drop(fields.keys().next().cloned().map(|key| fields.remove(&key)));
        }
        (Value::String(text), 0) => text.push('x'),
        (Value::String(text), _) => "other".clone_into(text),
        (Value::Number(number), _) => *number = (number.as_i64().unwrap_or(0) + 1).into(),
        (place, _) => *place = true.into(),
    }
    format!("{at} ({what})")
}

/// What counts of an object: everything but when it was written, and that is told by its version.
fn essence(mut object: Value) -> Value {
    let metadata = object["metadata"].as_object_mut().unwrap();
    metadata.remove("resourceVersion");
    metadata.remove("generation");
    for entry in metadata["managedFields"].as_array_mut().unwrap() {
        entry.as_object_mut().unwrap().remove("time");
    }
    object
}

struct Server<'t>(&'t Tenant);

impl Server<'_> {
    /// Runs kubectl on a manifest; what it prints, if it succeeds.
    fn kubectl(&self, manifest: &Value, arguments: &[&str]) -> Option<Value> {
        let world = &self.0.world;
        let file = world.file("m.json", &manifest.to_string());
        let mut all = arguments.to_vec();
        all.extend(["-f", &file, "-o", "json", "--show-managed-fields"]);
        let ended = world.peer("kubectl", all);
        (ended.code == Some(0)).then(|| serde_json::from_str(&ended.stdout).unwrap())
    }

    fn applied(&self, manifest: &Value, more: &[&str]) -> Option<Value> {
        let manager = format!("--field-manager={MANAGER}");
        let mut arguments = vec!["apply", "--server-side", "--force-conflicts", &manager];
        arguments.extend(more);
        self.kubectl(manifest, &arguments)
    }

    fn get(&self, manifest: &Value) -> Value {
        self.kubectl(manifest, &["get"]).unwrap()
    }
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn what_is_not_sent_would_change_nothing() {
    let tenant = Tenant::claim("live-standing");
    let server = Server(&tenant);
    let manifests = manifests(tenant.namespace);
    for manifest in &manifests {
        assert_eq!(
            server
                .applied(manifest, &[])
                .as_ref()
                .map(|object| &object["kind"]),
            Some(&manifest["kind"])
        );
        // These have defaults within lists that are replaced as a whole.
        let known = !matches!(manifest["kind"].as_str(), Some("NetworkPolicy"));
        let live = server.get(manifest);
        assert_eq!(
            is_applied(&live, manifest, MANAGER),
            known,
            "{manifest}\n{live}"
        );
    }
    let mut dice = Dice::new(7);
    let (mut standing, mut touched) = (0, 0);
    for round in 0..ROUNDS {
        let manifest = &manifests[dice.below(manifests.len())];
        let mut wanted = manifest.clone();
        let what = if round % 3 == 0 {
            format!("manifest: {}", change(&mut wanted, &mut dice))
        } else {
            // Somebody else changes the object: the whole of it, or fields of their own.
            let mut live = server.get(manifest);
            let what = change(&mut live, &mut dice);
            let ended = server.kubectl(&live, &["replace", "--field-manager=other"]);
            touched += usize::from(ended.is_some());
            format!("object: {what}")
        };
        let live = server.get(manifest);
        if is_applied(&live, &wanted, MANAGER) {
            standing += 1;
            let again = server.applied(&wanted, &["--dry-run=server"]);
            let again = again.unwrap_or_else(|| panic!("{what} is refused: {wanted}"));
            assert_eq!(essence(again), essence(live), "{what}: {wanted}");
        }
        if server.applied(manifest, &[]).is_none() {
            // What was changed cannot be changed back.
            let (kind, namespace) = (manifest["kind"].as_str().unwrap(), tenant.namespace);
            let delete = ["delete", kind, "a", "--namespace", namespace, "--wait"];
            tenant.world.kubectl(delete);
            server.applied(manifest, &[]).unwrap();
        }
    }
    eprintln!("{touched} objects touched, {standing} of {ROUNDS} told to be as they should be");
    assert!(standing > 10 && touched > 25, "{standing}, {touched}");
}
