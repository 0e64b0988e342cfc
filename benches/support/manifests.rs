//! Manifests as benches read them.

use std::fmt::Write as _;

/// One text with so many documents: deployments, configuration and services in turn.
pub(crate) fn yaml(documents: usize) -> String {
    let mut text = String::new();
    for number in 0..documents {
        let (version, kind, body) = match number % 3 {
            0 => (
                "apps/v1",
                "Deployment",
                "spec:\n  replicas: 2\n  selector:\n    matchLabels: {app: bench}\n  template:\n    \
                 metadata:\n      labels: {app: bench}\n    spec:\n      containers:\n        - name: main\n          \
                 image: example.org/bench:v1\n          resources:\n            requests: {cpu: 100m, memory: 64Mi}\n",
            ),
            1 => (
                "v1",
                "ConfigMap",
                "data:\n  mode: \"0644\"\n  text: |\n    one\n    two\n    three\n",
            ),
            _ => (
                "v1",
                "Service",
                "spec:\n  selector: {app: bench}\n  ports:\n    - port: 80\n      targetPort: 8080\n",
            ),
        };
        write!(
            text,
            "---\napiVersion: {version}\nkind: {kind}\nmetadata:\n  name: bench-{number}\n  namespace: bench\n{body}"
        )
        .unwrap();
    }
    text
}
