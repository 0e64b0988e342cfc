//! The steps from created containers to machines that form a cluster.

use crate::cluster::distribution::{BroughtUp, Desired, Lost};
use crate::cluster::plan::Op;
use crate::exec::event::StepId;
use crate::exec::plan::Plan;

/// All machines of a new cluster at once: those that need another wait for it by themselves. `created` are the steps that
/// create the containers; `agents` says that each node's network has an agent that tells when it runs.
pub(super) fn from_scratch(
    desired: &Desired,
    agents: bool,
    plan: &mut Plan<Op>,
    created: &[StepId],
) -> BroughtUp {
    let nodes = desired.nodes.iter().zip(created);
    let started: Vec<StepId> = nodes
        .map(|(node, created)| filled_and_started(plan, &node.container.name, created))
        .collect();
    let container = desired.control_plane().container.name.clone();
    let begin = Op::Bootstrap {
        container: container.clone(),
    };
    // It takes seconds until the first machine can begin, so nothing is lost by having all of them run first: who waits
    // for it listens to all consoles, and that of a container that has not started ends at once, as if it had died.
    let bootstrapped = plan.push(begin, started.iter().cloned());
    plan.push(Op::ApplyManifests { container }, [bootstrapped.clone()]);
    for node in desired.kubernetes_nodes().filter(|_| agents) {
        let node = node.container.name.clone();
        plan.push(Op::KeepPodsAway { node }, [bootstrapped.clone()]);
    }
    let context = desired.cluster.clone();
    plan.push(Op::WriteTalosconfig { context }, [bootstrapped.clone()]);
    BroughtUp {
        usable: vec![bootstrapped],
        started,
    }
}

/// What a cluster has lost, all at once.
pub(super) fn bring_back(plan: &mut Plan<Op>, lost: &Lost<'_>) -> BroughtUp {
    let mut started = Vec::new();
    for name in &lost.stopped {
        let container = (*name).to_owned();
        started.push(plan.push(Op::Start { container }, []));
    }
    let usable = started.clone();
    for (name, created) in &lost.created {
        started.push(filled_and_started(plan, name, created));
    }
    BroughtUp { usable, started }
}

fn filled_and_started(plan: &mut Plan<Op>, container: &str, created: &StepId) -> StepId {
    let container = container.to_owned();
    let upload = Op::Upload {
        container: container.clone(),
    };
    let filled = plan.push(upload, [created.clone()]);
    plan.push(Op::Start { container }, [filled])
}
