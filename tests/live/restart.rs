//! `ksail workload apply` while the API server goes away and comes back.

use std::fmt::Write;
use std::time::Duration;

use crate::support::cluster::Cluster;
use crate::support::world::World;
use crate::support::{docker, eventually};

const MAPS: usize = 1500;

const APPLY: [&str; 6] = [
    "workload",
    "apply",
    "k8s",
    "--context=kind-live-restart",
    // Slow enough for the API server to go away before all is done.
    "--kube-api-qps=150",
    "--timeout=4m",
];

#[test]
#[ignore = "needs docker (make testbed)"]
fn an_api_server_that_is_killed_in_the_middle_costs_time_only() {
    let cluster = Cluster::claim("live-restart");
    let world = World::new();
    let create = [
        "cluster",
        "create",
        "--name=live-restart",
        "--wait=nodes",
        "--yes",
    ];
    world.ksail(create).expect(0);
    let mut manifests = String::new();
    for i in 0..MAPS {
        write!(
            manifests,
            "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: map{i}}}\ndata: {{key: value}}\n"
        )
        .unwrap();
    }
    world.file("k8s/maps.yaml", &manifests);

    let running = world.start(APPLY);
    let count = ["get", "configmaps", "--output=name"];
    eventually(Duration::from_mins(1), || {
        match world.kubectl(count).stdout.lines().count() {
            few if few < 100 => Err(format!("{few} so far")),
            _ => Ok(()),
        }
    });
    let kill = "kill -9 $(crictl inspect --output=go-template --template='{{.info.pid}}' $(crictl ps --name=kube-apiserver --quiet))";
    docker(["exec", "live-restart-control-plane", "sh", "-c", kill]).expect(0);
    let ended = running.end_within(Duration::from_mins(5)).expect(0);
    eprintln!(
        "with the API server killed: {:.1?}\n{}",
        ended.took, ended.stderr
    );
    assert_eq!(ended.lines().len(), MAPS);
    assert!(!ended.stdout.contains("failed"), "{}", ended.stdout);
    ended.explains(&[
        "nothing more is sent until the API server answers",
        "the API server answers again after",
    ]);

    let again = world.ksail(APPLY).expect(0);
    assert_eq!(again.stdout.matches(" unchanged\n").count(), MAPS);
    world
        .ksail(["cluster", "delete", "--name=live-restart", "--yes"])
        .expect(0);
    cluster.assert_gone();
}
