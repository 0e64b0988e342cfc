//! A cluster that stock talosctl made is as good as one of ours.

use super::{cluster, patch};
use crate::support::cluster::Cluster;
use crate::support::talos_image;
use crate::support::world::World;

const NAME: &str = "live-talosctl";
const NODE: &str = "live-talosctl-controlplane-1";

#[test]
#[ignore = "needs docker (make testbed)"]
fn a_cluster_of_stock_talosctl() {
    let claimed = Cluster::claim_talos(NAME);
    let world = World::new();
    let (patch, image) = (patch(&world, &["fast"]), talos_image());
    let mut create = vec!["cluster", "create", "docker", "--name", NAME, "--workers=0"];
    create.extend(["--image", &image, "--subnet=10.191.8.0/24", &patch]);
    let created = world.talosctl(create).expect(0);
    eprintln!("talosctl cluster create docker 1: {:.1?}", created.took);

    let listed = world
        .ksail(["cluster", "list", "--output=json"])
        .expect(0)
        .json();
    let mut all = listed.as_array().into_iter().flatten();
    let found = all.find(|found| found["name"] == NAME).unwrap();
    assert_eq!(
        (&found["distribution"], &found["status"]),
        (&"Talos".into(), &"Running".into())
    );
    let answers = || {
        let info = cluster("info", NAME).into_iter().chain(["--output=json"]);
        let info = world.ksail(info).expect(0);
        assert_eq!(info.json()["api"]["nodes"][NODE], true, "{}", info.raw());
        let printed = world.ksail(cluster("kubeconfig", NAME)).expect(0);
        let path = world.file("ours", &printed.stdout);
        world
            .kubectl(["--kubeconfig", &path, "get", "--raw=/readyz"])
            .expect(0);
    };
    answers();
    world.ksail(cluster("stop", NAME)).expect(0);
    let started = world.ksail(cluster("start", NAME)).expect(0);
    eprintln!("start: {:.1?}", started.took);
    answers();

    let volumes = claimed.volumes();
    assert!(!volumes.is_empty());
    world.ksail(cluster("delete", NAME)).expect(0);
    claimed.assert_gone();
    let left = crate::support::docker(["volume", "ls", "--quiet"]).expect(0);
    assert!(
        !left
            .lines()
            .into_iter()
            .any(|id| volumes.iter().any(|own| own == id))
    );
    let contexts = world
        .kubectl(["config", "get-contexts", "--output=name"])
        .expect(0);
    assert_eq!(contexts.stdout, "");
}
