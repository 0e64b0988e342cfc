//! Ctrl-C at any moment of a creation leaves nothing.

use std::time::Duration;

use super::{SMALL, create, delete, usable};
use crate::support::cluster::Cluster;
use crate::support::world::World;

const NAME: &str = "live-k3s-int";
const PATIENCE: Duration = Duration::from_mins(2);

/// What `create` writes at these moments, from the network to a cluster that is almost there.
const MOMENTS: [&str; 6] = [
    "✔ create network",
    "✔ create container k3d-live-k3s-int-",
    "✔ start k3d-live-k3s-int-server-0",
    "✔ wait for the server to take nodes",
    "✔ start k3d-live-k3s-int-agent-0",
    "✔ wait for nodes",
];

#[test]
#[ignore = "needs docker (make testbed)"]
fn ctrl_c_leaves_nothing() {
    let cluster = Cluster::claim_k3s(NAME);
    let world = World::new();
    let config = world.file("k3d.yaml", &format!("{SMALL}agents: 1\n"));
    let create = create(NAME, &config, &["--verbose", "--progress=lines"]);
    for moment in MOMENTS {
        let running = world.start(&create);
        running.await_stderr(moment, PATIENCE);
        running.signal("INT");
        let ended = running
            .end_within(PATIENCE)
            .expect(130)
            .explains(&["interrupted"]);
        eprintln!("Ctrl-C at `{moment}`: gone after {:.1?} in all", ended.took);
        cluster.assert_gone();
        let config = std::fs::read_to_string(world.kubeconfig()).unwrap_or_default();
        assert!(!config.contains(NAME), "{config}");
    }
    // A killed one can be deleted, and healed.
    for heal in [false, true] {
        let running = world.start(&create);
        running.await_stderr("✔ start k3d-live-k3s-int-server-0", PATIENCE);
        running.signal("KILL");
        assert_eq!(running.end_within(PATIENCE).code, None);
        assert_ne!(cluster.containers(), Vec::<String>::new());
        if heal {
            world.ksail(&create).expect(0);
            usable(&world, 2);
        }
        world.ksail(delete(NAME)).expect(0);
        cluster.assert_gone();
    }
}
