//! Ctrl-C at any moment of a creation leaves nothing; a killed one can be healed and deleted.

use std::time::Duration;

use super::{cluster, create, patch, unknown};
use crate::support::cluster::Cluster;
use crate::support::world::World;

const NAME: &str = "live-talos-int";
const PATIENCE: Duration = Duration::from_mins(2);

/// What `create` writes at these moments, from the network to a cluster that is almost there.
const MOMENTS: [&str; 6] = [
    "✔ create network",
    "✔ create container live-talos-int-",
    "✔ start live-talos-int-controlplane-1",
    "✔ bootstrap etcd",
    "✔ write talosconfig",
    "✔ apply the manifests",
];

#[test]
#[ignore = "needs docker (make testbed)"]
fn ctrl_c_leaves_nothing() {
    let claimed = Cluster::claim_talos(NAME);
    let world = World::new();
    let patch = patch(&world, &[]);
    let create = create(NAME, &[&patch, "--verbose", "--progress=lines"]);
    for moment in MOMENTS {
        let running = world.start(&create);
        running.await_stderr(moment, PATIENCE);
        running.signal("INT");
        let ended = running
            .end_within(PATIENCE)
            .expect(130)
            .explains(&["interrupted"]);
        eprintln!("Ctrl-C at `{moment}`: gone after {:.1?} in all", ended.took);
        claimed.assert_gone();
        unknown(&world, NAME);
    }
    // A killed one can be deleted, before etcd has begun and after; and brought to its end, where the bootstrap that it
    // asked for is met again.
    for (moment, heal) in [
        ("✔ start live-talos-int", false),
        // Killed while it writes the user's files it would leave them locked.
        ("wait for nodes: ", true),
    ] {
        let running = world.start(&create);
        running.await_stderr(moment, PATIENCE);
        running.signal("KILL");
        assert_eq!(running.end_within(PATIENCE).code, None);
        assert_ne!(claimed.containers(), Vec::<String>::new());
        if heal {
            let healed = world.ksail(&create).expect(0);
            eprintln!("healed in {:.1?}\n{}", healed.took, healed.stderr);
            world.await_nodes(1);
        }
        world.ksail(cluster("delete", NAME)).expect(0);
        claimed.assert_gone();
        unknown(&world, NAME);
    }
}
