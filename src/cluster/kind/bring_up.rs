//! The steps from created containers to nodes that have set themselves up.

use crate::cluster::distribution::{BroughtUp, Desired};
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

/// Workers that were lost from a cluster that runs: their containers and the steps that create them.
pub(super) fn add_workers(
    desired: &Desired,
    plan: &mut Plan<Op>,
    missing: &[(String, StepId)],
) -> Vec<StepId> {
    let read = read_image(desired, plan, &[]);
    let mut forgotten = vec![read.clone()];
    for (node, created) in missing {
        let op = Op::ForgetNode { node: node.clone() };
        forgotten.push(plan.push(op, [created.clone()]));
    }
    let register = plan.push(Op::RegisterNodes, forgotten);
    missing
        .iter()
        .map(|(container, created)| {
            let before = [created.clone(), register.clone()];
            start(plan, container, before).1
        })
        .collect()
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
