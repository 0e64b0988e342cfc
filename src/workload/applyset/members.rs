//! Lists the members of a set: metadata only, one request for each kind where that is allowed.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::ApplySet;
use crate::k8s::discovery::{Discovery, Resource};
use crate::k8s::inventory::{GroupKind, Member};
use crate::k8s::retry::patiently;
use crate::k8s::{Api, Error, metadata};

/// The members of a set, as far as they can be listed.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The members.
    pub members: Vec<Member>,
    /// Where the kinds of the members live.
    pub resources: BTreeMap<GroupKind, Resource>,
    /// Recorded kinds that the server does not serve any more: there cannot be objects of them.
    pub gone: Vec<GroupKind>,
    /// Recorded kinds of groups whose extension server is away: there may be objects of them.
    pub away: Vec<GroupKind>,
}

/// Lists the members of a set.
pub async fn members(
    api: &Api,
    served: &Discovery,
    set: &ApplySet,
    parallelism: usize,
    deadline: Instant,
) -> Result<Found, Error> {
    let mut found = Found::default();
    let namespaces: Arc<[String]> = set.recorded.namespaces.iter().cloned().collect();
    let selector: Arc<str> = set.parent.selector().into();
    let permits = Arc::new(Semaphore::new(parallelism.max(1)));
    let mut lists = JoinSet::new();
    for kind in &set.recorded.kinds {
        let Some(resource) = served.served(&kind.group, &kind.kind).cloned() else {
            let unsure = served.is_unsure(&kind.group);
            let list = if unsure {
                &mut found.away
            } else {
                &mut found.gone
            };
            list.push(kind.clone());
            continue;
        };
        found.resources.insert(kind.clone(), resource.clone());
        let (api, kind) = (api.clone(), kind.clone());
        let (namespaces, selector) = (Arc::clone(&namespaces), Arc::clone(&selector));
        let permits = Arc::clone(&permits);
        lists.spawn(async move {
            let _permit = permits.acquire().await.map_err(|_| api.stopped())?;
            let listing = Listing {
                api: &api,
                kind: &kind,
                resource: &resource,
                selector: &selector,
                deadline,
            };
            listing.of(&namespaces).await
        });
    }
    while let Some(listed) = lists.join_next().await {
        found.members.extend(listed.map_err(|_| api.stopped())??);
    }
    Ok(found)
}

/// Where to list members of one kind.
struct Listing<'a> {
    api: &'a Api,
    kind: &'a GroupKind,
    resource: &'a Resource,
    selector: &'a str,
    deadline: Instant,
}

impl Listing<'_> {
    /// Of the one namespace, else of all at once, else, where that is forbidden, of each.
    async fn of(&self, namespaces: &[String]) -> Result<Vec<Member>, Error> {
        let namespaced = self.resource.namespaced;
        if let ([single], true) = (namespaces, namespaced) {
            return self.list(Some(single)).await;
        }
        match self.list(None).await {
            Err(Error::Refused(refusal)) if refusal.code == 403 && namespaced => {
                let mut members = Vec::new();
                for namespace in namespaces {
                    members.extend(self.list(Some(namespace)).await?);
                }
                Ok(members)
            }
            other => other,
        }
    }

    async fn list(&self, namespace: Option<&str>) -> Result<Vec<Member>, Error> {
        let Self {
            api,
            kind,
            resource,
            selector,
            deadline,
        } = self;
        let list = || metadata::list(api, resource, namespace, Some(selector));
        let found = patiently(api, *deadline, list).await?;
        Ok(found
            .iter()
            .map(|object| Member::read(kind, object))
            .collect())
    }
}
