//! Where the server's store stood before the run, so that an apply that changed nothing can be told from one that did.
//!
//! One request for all groups of Kubernetes itself, and one for each other group, as an extension server may keep its
//! objects in a store of its own. Their number does not grow with objects, kinds or namespaces.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::task::JoinSet;
use tokio::time::timeout_at;

use super::session::Session;
use crate::k8s::apply::{self, Moment};
use crate::k8s::condition::is_custom;
use crate::workload::object::{Object, ObjectId};

/// The store as it was, by group; the groups of Kubernetes itself share the empty one.
#[derive(Debug, Default)]
pub(super) struct Baseline(HashMap<String, Moment>);

/// The store of an object: its group, or the empty one.
pub(super) fn store(id: &ObjectId) -> &str {
    match id.group() {
        group if is_custom(group) => group,
        _ => "",
    }
}

impl Baseline {
    /// What is known for an object.
    pub(super) fn of(&self, id: &ObjectId) -> Moment {
        self.0.get(store(id)).copied().unwrap_or_default()
    }

    /// Asks the server for what is not `known` already. What it does not answer stays unknown: then what was not created
    /// counts as configured.
    pub(super) async fn take(
        session: &Arc<Session>,
        objects: &[Arc<Object>],
        mut known: HashMap<String, Moment>,
    ) -> Self {
        let mut asked: HashMap<String, _> = HashMap::new();
        for object in objects {
            let store = store(&object.id);
            if !known.contains_key(store)
                && !asked.contains_key(store)
                && let Ok(resource) = session.kinds.find(&object.id).await
            {
                let namespace = session.namespace(&object.id, &resource);
                asked.insert(store.to_owned(), (resource, namespace));
            }
        }
        let mut answers = JoinSet::new();
        for (store, (resource, namespace)) in asked {
            let session = Arc::clone(session);
            answers.spawn(async move {
                let pass = session.gate.enter().await;
                let moment = apply::moment(&session.api, &resource, namespace.as_deref()).await;
                pass.settle(moment.as_ref().err());
                Some((store, moment.ok()?))
            });
        }
        while let Ok(Some(answer)) = timeout_at(session.deadline, answers.join_next()).await {
            known.extend(answer.ok().flatten());
        }
        Self(known)
    }
}
