//! What was lost of a cluster, or stopped, comes back with another `create`; what is complete is left alone.

use super::{SMALL, create, delete, usable};
use crate::support::cluster::Cluster;
use crate::support::docker;
use crate::support::proxy::{Call, Proxy};
use crate::support::world::World;

const NAME: &str = "live-k3s-back";
const NETWORK: &str = "live-k3s-net";
/// Most calls a creation of this size may make, streams aside; k3d makes about 400.
const CALLS: usize = 23;

#[test]
#[ignore = "needs docker (make testbed)"]
fn what_is_lost_comes_back() {
    let cluster = Cluster::claim_k3s(NAME);
    let world = World::new();
    let proxy = Proxy::start();
    let config = world.file("k3d.yaml", &format!("{SMALL}agents: 2\n"));
    let create = create(NAME, &config, &[]);
    let created = world.ksail_through(&proxy, &create).expect(0);
    let (streams, calls): (Vec<Call>, Vec<Call>) =
        proxy.take().into_iter().partition(Call::is_stream);
    eprintln!(
        "create 1+2 with load balancer: {:.1?}, {} calls and {} streams",
        created.took,
        calls.len(),
        streams.len()
    );
    assert!(calls.len() <= CALLS, "{} calls: {calls:#?}", calls.len());
    usable(&world, 3);

    let again = world.ksail_through(&proxy, &create).expect(0);
    let calls = proxy.take();
    eprintln!("create again: {:.1?}, {} calls", again.took, calls.len());
    let changes: Vec<&Call> = calls.iter().filter(|call| call.method != "GET").collect();
    assert!(changes.is_empty(), "{changes:#?}\n{}", again.raw());

    for lost in ["agent-0", "serverlb"] {
        docker(["rm", "--force", "--volumes", &format!("k3d-{NAME}-{lost}")]).expect(0);
        let back = world.ksail(&create).expect(0);
        eprintln!("{lost} is back after {:.1?}", back.took);
        usable(&world, 3);
    }
    docker(["stop", &format!("k3d-{NAME}-server-0")]).expect(0);
    let back = world.ksail(&create).expect(0);
    eprintln!("the stopped server is back after {:.1?}", back.took);
    usable(&world, 3);
    world.ksail(delete(NAME)).expect(0);
    cluster.assert_gone();
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn a_network_of_others_stays() {
    let cluster = Cluster::claim_k3s(NAME);
    let world = World::new();
    docker(["network", "rm", NETWORK]);
    docker(["network", "create", NETWORK]).expect(0);
    let config = format!("{SMALL}network: {NETWORK}\n");
    let config = config.replace(
        "options:\n",
        "options:\n  k3d: {disableLoadbalancer: true, disableImageVolume: true}\n",
    );
    let config = world.file("k3d.yaml", &config);
    let created = world.ksail(create(NAME, &config, &[])).expect(0);
    eprintln!("create 1 without load balancer: {:.1?}", created.took);
    usable(&world, 1);
    assert_eq!(cluster.containers(), [format!("k3d-{NAME}-server-0")]);
    world.ksail(delete(NAME)).expect(0);
    cluster.assert_gone();
    docker(["network", "rm", NETWORK]).expect(0);
}
