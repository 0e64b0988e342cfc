//! The steps from created containers to nodes that join.

use crate::cluster::distribution::{BroughtUp, Desired, Lost, Role};
use crate::cluster::plan::Op;
use crate::exec::event::StepId;
use crate::exec::plan::Plan;

/// All containers of a new cluster; `created` are the steps that create them. Servers and agents start when the first
/// server takes them: one that asks earlier loses seconds. Further servers join one after another, as etcd wants it.
pub(super) fn from_scratch(
    desired: &Desired,
    has_files: &dyn Fn(&str) -> bool,
    plan: &mut Plan<Op>,
    created: &[StepId],
) -> BroughtUp {
    let mut ready: Vec<StepId> = Vec::new();
    for (node, created) in desired.nodes.iter().zip(created) {
        ready.push(filled(plan, &node.container.name, created, has_files));
    }
    let mut started = Vec::new();
    let mut before_server = Vec::new();
    // The load balancer first: through it the host reaches the server.
    for (node, ready) in desired.nodes.iter().zip(&ready) {
        if node.role == Role::LoadBalancer {
            let start = start(plan, &node.container.name, [ready.clone()]);
            before_server.push(start.clone());
            started.push(start);
        }
    }
    let first = start(
        plan,
        &desired.control_plane().container.name,
        [ready[0].clone()],
    );
    started.push(first.clone());
    before_server.push(first);
    let open = plan.push(Op::AwaitServer, before_server);
    let mut last_server = open.clone();
    for (node, ready) in desired.nodes.iter().zip(&ready).skip(1) {
        let name = &node.container.name;
        match node.role {
            Role::ControlPlane => {
                let begun = start(plan, name, [ready.clone(), last_server.clone()]);
                started.push(begun.clone());
                let node = name.clone();
                last_server = plan.push(Op::AwaitNode { node }, [begun]);
            }
            Role::Worker => started.push(start(plan, name, [ready.clone(), open.clone()])),
            Role::LoadBalancer => {}
        }
    }
    BroughtUp {
        usable: vec![open],
        started,
    }
}

/// What a cluster has lost. Servers come first and all at once, because etcd wants most of them, and the load balancer
/// with them, because it is the way to them; agents come when the server takes them.
pub(super) fn bring_back(
    desired: &Desired,
    has_files: &dyn Fn(&str) -> bool,
    plan: &mut Plan<Op>,
    lost: &Lost<'_>,
) -> BroughtUp {
    if lost.stopped.is_empty() && lost.created.is_empty() {
        return BroughtUp {
            usable: Vec::new(),
            started: Vec::new(),
        };
    }
    let is_worker = |name: &str| {
        let node = desired
            .nodes
            .iter()
            .find(|node| node.container.name == name);
        node.is_some_and(|node| node.role == Role::Worker)
    };
    let mut first = Vec::new();
    for (name, created) in lost.created.iter().filter(|(name, _)| !is_worker(name)) {
        let filled = filled(plan, name, created, has_files);
        first.push(start(plan, name, [filled]));
    }
    for name in lost.stopped.iter().filter(|name| !is_worker(name)) {
        first.push(start(plan, name, []));
    }
    let open = plan.push(Op::AwaitServer, first.iter().cloned());
    let mut started = first;
    for name in lost.stopped.iter().filter(|name| is_worker(name)) {
        started.push(start(plan, name, [open.clone()]));
    }
    for (name, created) in lost.created.iter().filter(|(name, _)| is_worker(name)) {
        // The server would refuse a new node of an old name: its password is another.
        let node = (*name).to_owned();
        let forgotten = plan.push(Op::ForgetNode { node }, [open.clone()]);
        let filled = filled(plan, name, created, has_files);
        started.push(start(plan, name, [filled, forgotten]));
    }
    BroughtUp {
        usable: vec![open],
        started,
    }
}

fn filled(
    plan: &mut Plan<Op>,
    container: &str,
    created: &StepId,
    has_files: &dyn Fn(&str) -> bool,
) -> StepId {
    if !has_files(container) {
        return created.clone();
    }
    let container = container.to_owned();
    plan.push(Op::Upload { container }, [created.clone()])
}

fn start(plan: &mut Plan<Op>, container: &str, after: impl IntoIterator<Item = StepId>) -> StepId {
    let container = container.to_owned();
    plan.push(Op::Start { container }, after)
}
