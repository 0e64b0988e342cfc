//! Ctrl-C and a killed ksail at any moment of a creation: nothing is left behind, or what is left can be dealt with.

use std::time::Duration;

use crate::support::cluster::Cluster;
use crate::support::world::World;

const CREATE: [&str; 7] = [
    "cluster",
    "create",
    "--name=live-int",
    "--workers=1",
    "--verbose",
    "--progress=lines",
    "--yes",
];
const DELETE: [&str; 4] = ["cluster", "delete", "--name=live-int", "--yes"];
const PATIENCE: Duration = Duration::from_mins(2);

/// What `create` writes at these moments, from the first container to a cluster that is almost there.
const MOMENTS: [&str; 6] = [
    "✔ create container live-int-",
    "✔ upload configuration to live-int-",
    "✔ start live-int-",
    "set up live-int-control-plane: ",
    "✔ register nodes",
    "✔ set up live-int-worker",
];

#[test]
#[ignore = "needs docker (make testbed)"]
fn ctrl_c_leaves_nothing() {
    let cluster = Cluster::claim("live-int");
    let world = World::new();
    for moment in MOMENTS {
        let running = world.start(CREATE);
        running.await_stderr(moment, PATIENCE);
        running.signal("INT");
        let ended = running
            .end_within(PATIENCE)
            .expect(130)
            .explains(&["interrupted"]);
        eprintln!("Ctrl-C at `{moment}`: gone after {:.1?} in all", ended.took);
        cluster.assert_gone();
        let config = std::fs::read_to_string(world.kubeconfig()).unwrap_or_default();
        assert!(!config.contains("live-int"), "{config}");
    }
    world.ksail(CREATE).expect(0);
    world.await_nodes(2);
    world.ksail(DELETE).expect(0);
    cluster.assert_gone();
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn a_killed_create_can_be_deleted_and_healed() {
    let cluster = Cluster::claim("live-int");
    let world = World::new();
    for moment in [
        "✔ create container live-int-",
        "set up live-int-control-plane: ",
    ] {
        killed_at(&world, moment);
        assert_ne!(cluster.containers(), Vec::<String>::new());
        world.ksail(DELETE).expect(0);
        cluster.assert_gone();
    }
    killed_at(&world, "set up live-int-control-plane: ");
    world.ksail(CREATE).expect(0);
    world.await_nodes(2);
    world.ksail(DELETE).expect(0);
    cluster.assert_gone();
}

fn killed_at(world: &World, moment: &str) {
    let running = world.start(CREATE);
    running.await_stderr(moment, PATIENCE);
    running.signal("KILL");
    let ended = running.end_within(PATIENCE);
    assert_eq!(ended.code, None, "{}", ended.raw());
}
