//! `workload push` against a fake registry.

mod access;
mod artifacts;

use crate::support::context::{Context, Run};
use crate::support::registry::Registry;

const CONFIG_MAP: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  key: value\n";

/// A project whose manifests are two files.
fn project() -> Context {
    Context::new()
        .file("k8s/a.yaml", CONFIG_MAP)
        .file("k8s/sub/notes.md", "# notes\n")
}

/// Pushes `k8s` as `org/app:v1`.
fn push(context: &Context, registry: &Registry, more: &[&str]) -> Run {
    let address = format!("oci://{}/org/app:v1", registry.host());
    let arguments = ["workload", "push", "k8s", &address];
    context.ksail(arguments.iter().chain(more))
}
