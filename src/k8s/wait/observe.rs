//! Follows objects without an end in mind.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use serde_json::Value;
use tokio::task::JoinSet;

use super::progress::version;
use super::{Target, groups, name, selection};
use crate::k8s::api::Api;
use crate::k8s::error::Error;
use crate::k8s::watch::{Change, follow};

/// Tells of every object among the targets as it is, each time it changes, and when it is not there. Never ends by itself.
pub async fn observe(
    api: &Api,
    targets: Vec<Target>,
    tell: impl Fn(usize, Option<&Value>) + Send + Sync + 'static,
) -> Result<(), Error> {
    let tell = Arc::new(tell);
    let mut watches = JoinSet::new();
    for group in groups(targets) {
        let mut selection = selection(&group);
        if let [(_, target)] = group.members.as_slice() {
            selection.name = Some(target.name.clone());
        }
        let mut members: HashMap<String, Member> = group
            .members
            .into_iter()
            .map(|(index, target)| {
                let version = target.object.as_ref().and_then(version);
                let version = version.unwrap_or_default();
                (target.name, Member { index, version })
            })
            .collect();
        let (api, tell) = (api.clone(), Arc::clone(&tell));
        watches.spawn(async move {
            let each = |change: Change<'_>| {
                for (index, object) in news(change, &mut members) {
                    tell(index, object);
                }
                ControlFlow::<()>::Continue(())
            };
            follow(&api, selection, each).await
        });
    }
    while let Some(ended) = watches.join_next().await {
        ended.map_err(|error| api.silent(error.to_string()))??;
    }
    Ok(())
}

/// A target, and the resource version of what was last told of it.
struct Member {
    index: usize,
    version: u64,
}

/// What a change says about the members that was not known.
fn news<'a>(
    change: Change<'a>,
    members: &mut HashMap<String, Member>,
) -> Vec<(usize, Option<&'a Value>)> {
    let (objects, exist): (&'a [Value], bool) = match change {
        Change::Listed(objects) => (objects, true),
        Change::Seen(object) => (std::slice::from_ref(object), true),
        Change::Deleted(object) => (std::slice::from_ref(object), false),
    };
    let mut told = Vec::new();
    if matches!(change, Change::Listed(_)) {
        let listed: HashSet<&str> = objects.iter().map(name).collect();
        let absent = members
            .iter()
            .filter(|(name, _)| !listed.contains(name.as_str()));
        told.extend(absent.map(|(_, member)| (member.index, None)));
    }
    for object in objects {
        let Some(member) = members.get_mut(name(object)) else {
            continue;
        };
        let version = version(object).unwrap_or(member.version);
        if version >= member.version {
            member.version = version;
            told.push((member.index, Some(object).filter(|_| exist)));
        }
    }
    told
}
