//! The order of the steps.

use super::{cluster, nothing};
use crate::cluster::diff::Change;
use crate::cluster::plan::{self, WaitFor, Wishes};

fn waves(body: &str, wait: WaitFor) -> String {
    let change = Change::Create {
        leftovers: Vec::new(),
    };
    let wishes = Wishes {
        wait,
        context: Some("k3d-dev".into()),
    };
    let plan = plan::create(&cluster(body), &nothing(), &change, &wishes);
    crate::ui::plan_view::render(&plan)
}

#[test]
fn agents_start_after_the_server_takes_nodes() {
    insta::assert_snapshot!(waves("agents: 1\n", WaitFor::System), @r"
    1  would create network k3d-dev
    1  would create volume k3d-dev-images
    1  would pull image ghcr.io/k3d-io/k3d-proxy:5.9.0
    1  would pull image rancher/k3s:v1.36.4-k3s1
    2  would create container k3d-dev-server-0
    2  would create container k3d-dev-agent-0
    2  would create container k3d-dev-serverlb
    3  would upload configuration to k3d-dev-server-0
    3  would upload configuration to k3d-dev-serverlb
    4  would start k3d-dev-serverlb
    4  would start k3d-dev-server-0
    5  would wait for the server to take nodes
    6  would start k3d-dev-agent-0
    6  would write kubeconfig context k3d-dev
    6  would wait for the API server
    6  would wait for system deployments
    7  would wait for nodes
    ");
}

#[test]
fn servers_join_one_after_another() {
    let steps = waves("servers: 3\n", WaitFor::None);
    let at = |step: &str| {
        let line = steps.lines().find(|line| line.ends_with(step));
        let line = line.unwrap_or_else(|| panic!("{step} in {steps}"));
        line.trim()
            .split(' ')
            .next()
            .unwrap()
            .parse::<u32>()
            .unwrap()
    };
    let order = [
        "start k3d-dev-server-0",
        "wait for the server to take nodes",
        "start k3d-dev-server-1",
        "wait for node k3d-dev-server-1",
        "start k3d-dev-server-2",
        "wait for node k3d-dev-server-2",
    ];
    let waves: Vec<u32> = order.iter().map(|step| at(step)).collect();
    assert!(waves.is_sorted_by(|left, right| left < right), "{steps}");
}
