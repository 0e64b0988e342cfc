//! One cluster for all tests that only need an API server: each works in a namespace of its own.
//!
//! It is created by the first test that asks and stays, because nobody knows which test is the last; the gate removes it.

use std::path::PathBuf;
use std::sync::OnceLock;

use tempfile::TempDir;

use super::cluster::Cluster;
use super::world::World;

/// Name of the cluster; `.ci/check.sh` knows it too.
const NAME: &str = "live-shared";

/// Its kubeconfig context.
pub(crate) const CONTEXT: &str = "kind-live-shared";

/// A world whose kubeconfig leads to the shared cluster, and a namespace of it that goes with the test.
pub(crate) struct Tenant {
    /// Where to run programs.
    pub(crate) world: World,
    /// The namespace; it exists and is empty.
    pub(crate) namespace: &'static str,
}

impl Tenant {
    /// Claims `namespace`, which no other test uses, and clears away what a crashed run of the same test left.
    pub(crate) fn claim(namespace: &'static str) -> Self {
        let world = World::new();
        std::fs::copy(kubeconfig(), world.kubeconfig()).unwrap();
        let tenant = Self { world, namespace };
        tenant.remove("--wait=true");
        tenant
            .world
            .kubectl_eventually(&["create", "namespace", namespace]);
        tenant
    }

    fn remove(&self, wait: &str) {
        let ignore = "--ignore-not-found";
        self.world
            .kubectl(["delete", "namespace", self.namespace, ignore, wait]);
    }
}

impl Drop for Tenant {
    fn drop(&mut self) {
        self.remove("--wait=false");
    }
}

/// The kubeconfig of the cluster, which is created if this process has not done so yet.
fn kubeconfig() -> &'static PathBuf {
    static CREATED: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = CREATED.get_or_init(|| {
        // What a crashed run left goes; the guard must not remove what this run creates.
        std::mem::forget(Cluster::claim(NAME));
        let world = World::new();
        let create = ["cluster", "create", "--name", NAME, "--yes"];
        world.ksail(create).expect(0);
        let directory = TempDir::with_prefix("ksail-shared").unwrap();
        let path = directory.path().join("kubeconfig");
        std::fs::copy(world.kubeconfig(), &path).unwrap();
        (directory, path)
    });
    path
}
