//! Waits until objects are as they should be: a watch on a pure condition. When to give up is the caller's decision;
//! what is known at that moment stays readable.

mod look;
mod observe;
mod progress;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;

use super::api::Api;
use super::condition::{Readiness, Surroundings};
use super::discovery::Resource;
use super::error::Error;
use super::goal::Goal;
pub use super::reasons::{last_warning, pod_reasons};
use super::settle::{self, Judge, until_settled};
use super::watch::{Change, Selection};
pub use look::look;
pub use observe::observe;
use progress::{Progress, is_settled, version};

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

/// What to wait for.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    /// Goals that are reached one after the other.
    pub goals: Vec<Goal>,
    /// Objects that do not exist may come yet; otherwise they have failed.
    pub may_come: bool,
}

/// Targets of one collection.
struct Group {
    resource: Resource,
    namespace: Option<String>,
    members: Vec<(usize, Target)>,
}

/// What is known about objects while they are waited for; the index is that of the target.
pub type Board = settle::Board<Readiness>;

impl Board {
    /// A board on which nothing is known about `count` objects.
    pub fn new(count: usize) -> Self {
        let unheard = Readiness::NotYet("nothing was heard of it yet".into());
        Self::of(vec![unheard; count])
    }
}

/// Objects of one watch that are to come somewhere.
struct Coming {
    open: HashMap<String, (usize, Progress)>,
    surroundings: Arc<Surroundings>,
}

impl Judge for Coming {
    type State = Readiness;

    fn judge<'a>(&mut self, change: &Change<'a>) -> Vec<(usize, Readiness, Option<&'a Value>)> {
        judge(change, &mut self.open, &self.surroundings)
    }

    fn is_done(&self) -> bool {
        self.open.is_empty()
    }
}

/// Hears of every change of state: index of the target, its state, and the object if there is one.
pub trait News: Fn(usize, &Readiness, Option<&Value>) + Send + Sync + 'static {}

impl<T: Fn(usize, &Readiness, Option<&Value>) + Send + Sync + 'static> News for T {}

/// Waits until every target is ready or has failed for good. `news` hears of every change of state.
///
/// Dropping the future stops all watches; the board then says how far each object came.
pub async fn until_ready(
    api: &Api,
    targets: Vec<Target>,
    board: &Board,
    news: impl Fn(usize, &Readiness) + Send + Sync + 'static,
) -> Result<(), Error> {
    let wish = Wish {
        goals: vec![Goal::Ready],
        may_come: true,
    };
    let news = move |index: usize, state: &Readiness, _: Option<&Value>| news(index, state);
    until(api, targets, &wish, board, news).await
}

/// Waits until every target has reached all goals or has failed for good.
pub async fn until(
    api: &Api,
    targets: Vec<Target>,
    wish: &Wish,
    board: &Board,
    news: impl News,
) -> Result<(), Error> {
    let surroundings = Arc::new(surroundings(api, &targets).await?);
    let news = Arc::new(news);
    let mut selections = Vec::new();
    for group in groups(targets) {
        let mut selection = selection(&group);
        let mut open: HashMap<String, (usize, Progress)> = HashMap::new();
        for (index, target) in group.members {
            let mut progress = Progress::new(wish);
            if let Some(object) = &target.object {
                let state = progress.see(Some(object), &surroundings);
                let settled = is_settled(&state);
                if let Some(state) = board.note(index, state) {
                    news(index, &state, Some(object));
                }
                if settled {
                    continue;
                }
            }
            open.insert(target.name, (index, progress));
        }
        if open.is_empty() {
            continue;
        }
        if let [name] = open.keys().collect::<Vec<_>>().as_slice() {
            selection.name = Some((*name).clone());
        }
        let surroundings = Arc::clone(&surroundings);
        selections.push((selection, Coming { open, surroundings }));
    }
    until_settled(api, selections, board, news).await
}

/// Targets by collection, in the order of the first of each.
fn groups(targets: Vec<Target>) -> Vec<Group> {
    let mut places: HashMap<(Resource, Option<String>), usize> = HashMap::new();
    let mut groups: Vec<Group> = Vec::new();
    for (index, target) in targets.into_iter().enumerate() {
        let namespace = target
            .namespace
            .clone()
            .filter(|_| target.resource.namespaced);
        let place = *places
            .entry((target.resource.clone(), namespace.clone()))
            .or_insert_with(|| {
                groups.push(Group {
                    resource: target.resource.clone(),
                    namespace,
                    members: Vec::new(),
                });
                groups.len() - 1
            });
        groups[place].members.push((index, target));
    }
    groups
}

/// What to watch for a group: changes since its oldest member was seen, or everything from a list on if one was not.
fn selection(group: &Group) -> Selection {
    let versions: Option<Vec<u64>> = group
        .members
        .iter()
        .map(|(_, target)| target.object.as_ref().and_then(version))
        .collect();
    Selection {
        collection: group.resource.collection(group.namespace.as_deref()),
        name: None,
        resource_version: versions
            .and_then(|versions| versions.into_iter().min())
            .map(|oldest| oldest.to_string()),
    }
}

/// What a change says about the objects still open; settled ones leave the list.
fn judge<'a>(
    change: &Change<'a>,
    open: &mut HashMap<String, (usize, Progress)>,
    surroundings: &Surroundings,
) -> Vec<(usize, Readiness, Option<&'a Value>)> {
    let mut absent: Vec<String> = Vec::new();
    let (objects, exist): (&[Value], bool) = match *change {
        Change::Listed(objects) => {
            let listed: HashSet<&str> = objects.iter().map(name).collect();
            let missing = open.keys().filter(|name| !listed.contains(name.as_str()));
            absent.extend(missing.cloned());
            (objects, true)
        }
        Change::Seen(object) => (std::slice::from_ref(object), true),
        Change::Deleted(object) => (std::slice::from_ref(object), false),
    };
    let told = objects.iter().map(|object| (name(object), Some(object)));
    let gone = absent.iter().map(|name| (name.as_str(), None));
    let mut states = Vec::new();
    for (name, told) in told.chain(gone) {
        let Some((index, progress)) = open.get_mut(name) else {
            continue;
        };
        if told.is_some_and(|object| progress.is_past(object)) {
            continue;
        }
        let object = told.filter(|_| exist);
        let state = progress.see(object, surroundings);
        let index = *index;
        if is_settled(&state) {
            open.remove(name);
        }
        states.push((index, state, object));
    }
    states
}

fn name(object: &Value) -> &str {
    let name = object.pointer("/metadata/name").and_then(Value::as_str);
    name.unwrap_or_default()
}

/// Storage classes, but only if a claim is among the targets, and only if we may see them.
pub async fn surroundings(api: &Api, targets: &[Target]) -> Result<Surroundings, Error> {
    if !targets
        .iter()
        .any(|target| target.resource.plural == "persistentvolumeclaims")
    {
        return Ok(Surroundings::default());
    }
    let list = match api.get("/apis/storage.k8s.io/v1/storageclasses").await {
        Err(error) if error.code() == Some(403) => return Ok(Surroundings::default()),
        other => other?,
    };
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
