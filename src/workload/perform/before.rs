//! What there was before a wave, so that an apply that changed nothing can be told from one that did.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::task::JoinSet;
use tokio::time::timeout_at;

use super::session::Session;
use crate::k8s::apply;
use crate::k8s::discovery::Resource;
use crate::workload::object::Object;

impl Session {
    /// Resource versions of objects as they are before the wave, by position. One list for all objects of a kind in a
    /// namespace; what cannot be listed is not known.
    pub(super) async fn versions(self: &Arc<Self>, objects: &[Arc<Object>]) -> Vec<Option<String>> {
        let mut groups: HashMap<(Resource, Option<String>), Vec<usize>> = HashMap::new();
        for (index, object) in objects.iter().enumerate() {
            if let Ok(resource) = self.kinds.find(&object.id).await {
                let namespace = self.namespace(&object.id, &resource);
                groups.entry((resource, namespace)).or_default().push(index);
            }
        }
        let mut lists = JoinSet::new();
        for ((resource, namespace), members) in groups {
            let session = Arc::clone(self);
            lists.spawn(async move {
                let list = async {
                    let _permit = session.permits.acquire().await.ok()?;
                    apply::versions(&session.api, &resource, namespace.as_deref())
                        .await
                        .ok()
                };
                (
                    members,
                    timeout_at(session.deadline, list).await.ok().flatten(),
                )
            });
        }
        let mut known = vec![None; objects.len()];
        while let Some(listed) = lists.join_next().await {
            let Ok((members, Some(versions))) = listed else {
                continue;
            };
            for index in members {
                known[index] = versions.get(&objects[index].id.name).cloned();
            }
        }
        known
    }
}
