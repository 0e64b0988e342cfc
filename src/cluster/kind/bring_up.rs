//! The steps from created containers to nodes that have set themselves up.

use crate::cluster::distribution::{BroughtUp, Desired, Lost};
use crate::cluster::plan::Op;
use crate::exec::event::StepId;
use crate::exec::plan::Plan;

/// All nodes of a new cluster; `created` are the steps that create their containers.
pub(super) fn from_scratch(
    desired: &Desired,
    plan: &mut Plan<Op>,
    created: &[StepId],
) -> BroughtUp {
    let read = read_image(desired, plan, &created[..1]);
    let mut setups = Vec::new();
    let mut started = Vec::new();
    for (node, created) in desired.nodes.iter().zip(created) {
        let container = node.container.name.clone();
        let before = [created.clone(), read.clone()];
        let (start, setup) = start(plan, &container, before);
        started.push(start);
        setups.push(setup);
    }
    let register = plan.push(Op::RegisterNodes, [started[0].clone()]);
    let addons = plan.push(Op::InstallAddons, [register]);
    if desired.nodes.len() == 1 {
        plan.push(Op::LabelNode, [setups[0].clone()]);
    }
    BroughtUp {
        usable: vec![addons.clone()],
        started: vec![addons],
    }
}

/// What a cluster has lost: its stopped nodes are started, its lost workers set up like new ones.
pub(super) fn bring_back(desired: &Desired, plan: &mut Plan<Op>, lost: &Lost<'_>) -> BroughtUp {
    let mut started = Vec::new();
    for container in &lost.stopped {
        let container = (*container).to_owned();
        started.push(plan.push(Op::Start { container }, []));
    }
    let usable = started.clone();
    if !lost.created.is_empty() {
        let mut before = vec![read_image(desired, plan, &usable)];
        for (node, created) in &lost.created {
            let op = Op::ForgetNode {
                node: (*node).to_owned(),
            };
            let after = usable.iter().chain([created]).cloned();
            before.push(plan.push(op, after));
        }
        let register = plan.push(Op::RegisterNodes, before);
        for (container, created) in &lost.created {
            let before = [created.clone(), register.clone()];
            started.push(start(plan, container, before).1);
        }
    }
    BroughtUp { usable, started }
}

fn read_image(desired: &Desired, plan: &mut Plan<Op>, after: &[StepId]) -> StepId {
    let container = desired.control_plane().container.name.clone();
    plan.push(Op::ReadImage { container }, after.iter().cloned())
}

/// Uploads, starts, waits: the steps that start the node and that await its setup.
fn start(plan: &mut Plan<Op>, container: &str, before: [StepId; 2]) -> (StepId, StepId) {
    let container = container.to_owned();
    let upload = Op::Upload {
        container: container.clone(),
    };
    let upload = plan.push(upload, before);
    let start = Op::Start {
        container: container.clone(),
    };
    let start = plan.push(start, [upload]);
    let setup = plan.push(Op::AwaitSetup { container }, [start.clone()]);
    (start, setup)
}
