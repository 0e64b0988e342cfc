//! Waits until objects are ready: a watch on a pure condition. When to give up is the caller's decision; what is known
//! at that moment stays readable.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tokio::task::JoinSet;

use super::api::Api;
use super::condition::{self, Readiness, Surroundings};
use super::discovery::Resource;
use super::error::Error;
use super::path::encode;
use super::watch::{Change, Selection, follow};

/// Up to this many objects of a collection are watched one by one, from the version they were stored with. More are
/// watched together after one list.
const ONE_BY_ONE: usize = 8;

/// One object to wait for.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Where it lives.
    pub resource: Resource,
    /// Its namespace, for namespaced kinds.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// The object as it was last seen, if it was.
    pub object: Option<Value>,
}

/// Targets with their positions.
type Members = Vec<(usize, Target)>;

/// What is known about objects while they are waited for; the index is that of the target.
#[derive(Debug, Clone, Default)]
pub struct Board(Arc<Mutex<Vec<Readiness>>>);

impl Board {
    /// A board on which nothing is known about `count` objects.
    pub fn new(count: usize) -> Self {
        Self(Arc::new(Mutex::new(vec![
            Readiness::NotYet(
                "nothing was heard of it yet".into()
            );
            count
        ])))
    }

    /// The state of all objects.
    pub fn read(&self) -> Vec<Readiness> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Notes a state; returns it if it is news.
    fn note(&self, index: usize, state: Readiness) -> Option<Readiness> {
        let mut states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = states.get_mut(index)?;
        if *known == state {
            return None;
        }
        known.clone_from(&state);
        Some(state)
    }
}

/// Waits until every target is ready or has failed for good. `news` hears of every change of state.
///
/// Dropping the future stops all watches; the board then says how far each object came.
pub async fn until_ready(
    api: &Api,
    targets: Vec<Target>,
    board: &Board,
    news: impl Fn(usize, &Readiness) + Send + Sync + 'static,
) -> Result<(), Error> {
    let surroundings = Arc::new(surroundings(api, &targets).await?);
    let news = Arc::new(news);
    let mut open: HashMap<(Resource, Option<String>), Members> = HashMap::new();
    for (index, target) in targets.into_iter().enumerate() {
        if let Some(object) = &target.object {
            let state = condition::readiness(object, &surroundings);
            let settled = is_settled(&state);
            if let Some(state) = board.note(index, state) {
                news(index, &state);
            }
            if settled {
                continue;
            }
        }
        let namespace = target
            .namespace
            .clone()
            .filter(|_| target.resource.namespaced);
        open.entry((target.resource.clone(), namespace))
            .or_default()
            .push((index, target));
    }

    let mut watches = JoinSet::new();
    for ((resource, namespace), members) in open {
        let collection = resource.collection(namespace.as_deref());
        for group in split(members) {
            let selection = Selection {
                collection: collection.clone(),
                name: single(&group).map(|target| target.name.clone()),
                resource_version: single(&group).and_then(|target| {
                    let object = target.object.as_ref()?;
                    Some(
                        object
                            .pointer("/metadata/resourceVersion")?
                            .as_str()?
                            .to_owned(),
                    )
                }),
            };
            let mut open: HashMap<String, usize> = group
                .into_iter()
                .map(|(index, target)| (target.name, index))
                .collect();
            let (api, board) = (api.clone(), board.clone());
            let (news, surroundings) = (Arc::clone(&news), Arc::clone(&surroundings));
            watches.spawn(async move {
                let each = |change: Change<'_>| {
                    for (index, state) in judge(&change, &mut open, &surroundings) {
                        if let Some(state) = board.note(index, state) {
                            news(index, &state);
                        }
                    }
                    if open.is_empty() {
                        ControlFlow::Break(())
                    } else {
                        ControlFlow::Continue(())
                    }
                };
                follow(&api, selection, each).await
            });
        }
    }
    while let Some(ended) = watches.join_next().await {
        ended.map_err(|error| api.silent(error.to_string()))??;
    }
    Ok(())
}

/// Objects watched one by one, or all together.
fn split(members: Members) -> Vec<Members> {
    if members.len() <= ONE_BY_ONE {
        members.into_iter().map(|member| vec![member]).collect()
    } else {
        vec![members]
    }
}

fn single(group: &[(usize, Target)]) -> Option<&Target> {
    match group {
        [(_, target)] => Some(target),
        _ => None,
    }
}

/// What a change says about the objects still open; settled ones leave the list.
fn judge(
    change: &Change<'_>,
    open: &mut HashMap<String, usize>,
    surroundings: &Surroundings,
) -> Vec<(usize, Readiness)> {
    let (objects, gone) = match change {
        Change::Listed(objects) => (*objects, false),
        Change::Seen(object) => (std::slice::from_ref(*object), false),
        Change::Deleted(object) => (std::slice::from_ref(*object), true),
    };
    let mut states = Vec::new();
    for object in objects {
        let name = object.pointer("/metadata/name").and_then(Value::as_str);
        let Some((name, &index)) = name.and_then(|name| Some((name, open.get(name)?))) else {
            continue;
        };
        let state = if gone {
            Readiness::Failed("it was deleted".into())
        } else {
            condition::readiness(object, surroundings)
        };
        if is_settled(&state) {
            open.remove(name);
        }
        states.push((index, state));
    }
    states
}

fn is_settled(state: &Readiness) -> bool {
    !matches!(state, Readiness::NotYet(_))
}

/// Storage classes, but only if a claim is among the targets.
async fn surroundings(api: &Api, targets: &[Target]) -> Result<Surroundings, Error> {
    if !targets
        .iter()
        .any(|target| target.resource.plural == "persistentvolumeclaims")
    {
        return Ok(Surroundings::default());
    }
    let path = "/apis/storage.k8s.io/v1/storageclasses";
    let list: Value = api.get(path).await?;
    let lazy = |class: &&Value| {
        class.get("volumeBindingMode").and_then(Value::as_str) == Some("WaitForFirstConsumer")
    };
    let classes = list
        .get("items")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    Ok(Surroundings {
        lazy_storage_classes: classes
            .filter(lazy)
            .filter_map(|class| Some(class.pointer("/metadata/name")?.as_str()?.to_owned()))
            .collect(),
    })
}

/// Why the pods of a workload are not ready, as far as they say so: at most three different reasons.
pub async fn pod_reasons(api: &Api, target: &Target) -> Vec<String> {
    let labels = target.object.as_ref().and_then(|object| {
        object
            .pointer("/spec/selector/matchLabels")?
            .as_object()
            .cloned()
    });
    let (Some(labels), Some(namespace)) = (labels, &target.namespace) else {
        return Vec::new();
    };
    let selector: Vec<String> = labels
        .iter()
        .filter_map(|(key, value)| Some(format!("{key}={}", value.as_str()?)))
        .collect();
    let path = format!(
        "/api/v1/namespaces/{}/pods?labelSelector={}",
        encode(namespace),
        encode(&selector.join(","))
    );
    let Ok(pods) = api.get(&path).await else {
        return Vec::new();
    };
    let mut reasons = Vec::new();
    for pod in pods
        .get("items")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        if let Readiness::NotYet(why) | Readiness::Failed(why) = condition::pod(pod)
            && !reasons.contains(&why)
        {
            reasons.push(why);
        }
    }
    reasons.truncate(3);
    reasons
}
