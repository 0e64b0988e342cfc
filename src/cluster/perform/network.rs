//! Keeps pods away from a node until its network runs.
//!
//! A node counts as Ready when its network's configuration is there, which is before the agent that makes it work. Pods
//! that come in between fail, and their kubelet tries them again ten seconds and more later. A node whose network says
//! that it is not available gets none; the agent says so when it is.

use serde_json::{Value, json};

use super::Performer;
use super::error::Error;
use super::nodes::{eventually, watch};
use crate::exec::event::Outcome;
use crate::exec::run::StepContext;
use crate::k8s::watch::{Objects, Verdict};

type Done = Result<Option<Outcome>, Error>;

const CONDITION: &str = "NetworkUnavailable";

/// Marks a node the moment it registers, unless the agent was there before us.
pub(super) async fn keep_pods_away(
    performer: &Performer,
    node: &str,
    context: &StepContext,
) -> Done {
    match marked(performer, node, context).await {
        // A node that does not come is missed by those who wait for it; they know what it lacks, and this was only to
        // save time.
        Err(error) if error.is_timeout() => Ok(Some(Outcome::Unchanged)),
        other => other,
    }
}

async fn marked(performer: &Performer, node: &str, context: &StepContext) -> Done {
    let registered = |nodes: &Objects| {
        if nodes.contains_key(node) {
            Verdict::Ready
        } else {
            Verdict::NotYet(format!("{node} to register"))
        }
    };
    if watch(performer, context, &[node], "/api/v1/nodes", registered)
        .await?
        .is_none()
    {
        return Ok(None);
    }
    let path = format!("/api/v1/nodes/{node}");
    let what = format!("the state of {node}");
    let marked = eventually(performer, context, &[], &what, async || {
        let api = performer.api().await?;
        let Some(patch) = mark(&api.get(&path).await?) else {
            return Ok(Outcome::Unchanged);
        };
        // The patch names the version that it is for, so nothing that was said meanwhile is lost.
        match api.merge_patch(&format!("{path}/status"), &patch).await {
            Ok(_) => Ok(Outcome::Done),
            Err(error) if error.code() == Some(409) => {
                Err(Error::NotYet(format!("{node} changes at the moment")))
            }
            Err(error) => Err(error.into()),
        }
    });
    marked.await
}

/// A node that the agent has not reached yet says that its network is not there.
pub(super) fn is_unavailable(node: &Value) -> bool {
    condition(node).is_some_and(|found| found["status"] == "True")
}

fn condition(node: &Value) -> Option<&Value> {
    let conditions = node["status"]["conditions"].as_array();
    let mut conditions = conditions.into_iter().flatten();
    conditions.find(|found| found["type"] == CONDITION)
}

fn mark(node: &Value) -> Option<Value> {
    if condition(node).is_some() {
        return None;
    }
    let mut conditions = node["status"]["conditions"].clone();
    if !conditions.is_array() {
        conditions = json!([]);
    }
    conditions.as_array_mut()?.push(json!({
        "type": CONDITION,
        "status": "True",
        "reason": "NetworkAgentNotStarted",
        "message": "the agent of the pod network has not started yet",
    }));
    Some(json!({
        "metadata": {"resourceVersion": node["metadata"]["resourceVersion"]},
        "status": {"conditions": conditions},
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_node_is_marked_and_keeps_what_it_says() {
        let node = json!({
            "metadata": {"resourceVersion": "7"},
            "status": {"conditions": [{"type": "Ready", "status": "False"}]},
        });
        let patch = mark(&node).unwrap();
        assert_eq!(patch["metadata"]["resourceVersion"], "7");
        let conditions = patch["status"]["conditions"].as_array().unwrap();
        assert_eq!(conditions[0]["type"], "Ready");
        assert_eq!(conditions[1]["status"], "True");
        assert!(is_unavailable(&json!({"status": patch["status"]})));
    }

    #[test]
    fn the_agents_word_stands() {
        let node = json!({"status": {"conditions": [{"type": CONDITION, "status": "False"}]}});
        assert_eq!(mark(&node), None);
        assert!(!is_unavailable(&node));
        assert!(
            mark(&json!({"metadata": {}})).is_some(),
            "it has said nothing yet"
        );
    }
}
