//! Objects that are already as the manifests want them, found out before the run with a list for each large collection.
//!
//! A request per object would tell the same, one after the other. Nothing is left out that could have an effect: the
//! fields are exactly those that we own, with the same values, and no webhook or policy would be asked.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::timeout_at;

use super::baseline::store;
use super::life::body;
use super::session::Session;
use crate::k8s::admission::{self, Guards};
use crate::k8s::apply::Moment;
use crate::k8s::discovery::Resource;
use crate::k8s::{condition, live, owned, stored};
use crate::workload::object::Object;

/// Objects of a collection that are worth a list of it.
const MANY: usize = 20;

/// Lists at most. With those that tell where stores stand, and discovery, a run has ten requests besides its objects.
const LISTS: usize = 8;

/// What was found.
#[derive(Default)]
pub(super) struct Standing {
    objects: HashMap<usize, Stood>,
    /// Where stores stood, by group, as [`super::baseline::Baseline`] has them.
    pub(super) moments: HashMap<String, Moment>,
}

/// An object that is as it should be.
pub(super) struct Stood {
    /// What it is and what it looks like, for kinds that are not ready at once.
    pub(super) stored: Option<Box<(Resource, Value)>>,
    /// `kubectl apply` owns fields of it, too.
    pub(super) client_side: bool,
    resource: Resource,
}

/// Objects of one collection.
struct Group {
    resource: Resource,
    namespace: Option<String>,
    store: String,
    members: Vec<(usize, Arc<Object>)>,
}

impl Standing {
    /// Takes out what is known of an object.
    pub(super) fn remove(&mut self, index: usize) -> Option<Stood> {
        self.objects.remove(&index)
    }

    /// Asks the server. What it does not answer, or does not allow, is not known.
    pub(super) async fn find(session: &Arc<Session>, objects: &[Arc<Object>]) -> Self {
        let sets_rules = |object: &Arc<Object>| admission::has_rules(object.id.group());
        if session.options.dry_run || objects.iter().any(sets_rules) {
            return Self::default();
        }
        let mut lists = JoinSet::new();
        for group in groups(session, objects).await {
            let session = Arc::clone(session);
            lists.spawn(async move { group.look(&session).await });
        }
        let mut found = Self::default();
        while let Ok(Some(answer)) = timeout_at(session.deadline, lists.join_next()).await {
            let Ok(Some((store, moment, objects))) = answer else {
                continue;
            };
            found.moments.insert(store, moment);
            found.objects.extend(objects);
        }
        // Asking who is to be asked costs a few requests, too.
        if found.objects.len() < MANY {
            found.objects.clear();
            return found;
        }
        let asked = async { tokio::join!(guards(session), changing(session, objects, &found)) };
        match timeout_at(session.deadline, asked).await {
            Ok((Some(guards), changing)) => found.objects.retain(|_, stood| {
                !guards.watch(&stood.resource) && !changing.contains(&stood.resource)
            }),
            _ => found.objects.clear(),
        }
        found
    }
}

/// Resources whose definitions the run may change: what is valid may change with them.
async fn changing(
    session: &Session,
    objects: &[Arc<Object>],
    found: &Standing,
) -> HashSet<Resource> {
    let known: HashSet<&Resource> = found
        .objects
        .values()
        .map(|stood| &stood.resource)
        .collect();
    let mut changing = HashSet::new();
    for (index, object) in objects.iter().enumerate() {
        if object.id.kind != "CustomResourceDefinition" || found.objects.contains_key(&index) {
            continue;
        }
        let defined = Resource::defined_by(&object.json).into_iter();
        let defined: Vec<Resource> = defined.map(|(_, resource)| resource).collect();
        if defined.iter().any(|resource| known.contains(resource))
            && !is_standing(session, object).await
        {
            changing.extend(defined);
        }
    }
    changing
}

/// Whether a single object is as it should be.
async fn is_standing(session: &Session, object: &Object) -> bool {
    let Ok(resource) = session.kinds.find(&object.id).await else {
        return false;
    };
    let namespace = session.namespace(&object.id, &resource);
    let (name, whole) = (&object.id.name, live::Extent::Whole);
    let pass = session.gate.enter().await;
    let found = live::find(&session.api, &resource, namespace.as_deref(), name, whole).await;
    pass.settle(found.as_ref().err());
    let manager = &session.options.field_manager;
    matches!(found, Ok(Some(live)) if owned::is_applied(&live, &body(object), manager))
}

async fn guards(session: &Session) -> Option<Guards> {
    let known = session.kinds.all().await;
    let pass = session.gate.enter().await;
    let guards = Guards::fetch(&session.api, &known).await;
    pass.settle(guards.as_ref().err());
    guards.ok()
}

/// The largest collections.
async fn groups(session: &Session, objects: &[Arc<Object>]) -> Vec<Group> {
    let mut groups: HashMap<String, Group> = HashMap::new();
    let mut stores = HashSet::new();
    for (index, object) in objects.iter().enumerate() {
        let id = &object.id;
        stores.insert(store(id));
        let Ok(resource) = session.kinds.find(id).await else {
            continue;
        };
        if id.is_generated() {
            continue;
        }
        let namespace = session.namespace(id, &resource);
        let group = groups
            .entry(resource.collection(namespace.as_deref()))
            .or_insert_with(|| Group {
                resource,
                namespace,
                store: store(id).to_owned(),
                members: Vec::new(),
            });
        group.members.push((index, Arc::clone(object)));
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    groups.retain(|group| group.members.len() >= MANY);
    groups.sort_by_key(|group| std::cmp::Reverse(group.members.len()));
    // A store that no list tells of has to be asked for.
    let asked = |groups: &[Group]| {
        let told: HashSet<&str> = groups.iter().map(|group| group.store.as_str()).collect();
        groups.len() + stores.difference(&told).count()
    };
    while !groups.is_empty() && asked(&groups) > LISTS {
        groups.pop();
    }
    groups
}

impl Group {
    /// The members that are as they should be, and where their store stands.
    async fn look(self, session: &Session) -> Option<(String, Moment, Vec<(usize, Stood)>)> {
        // Others' objects are not worth more than our own.
        let limit = 2 * self.members.len();
        let named = |(index, object): &(usize, Arc<Object>)| {
            (object.id.name.clone(), (*index, Arc::clone(object)))
        };
        let mut members: HashMap<String, (usize, Arc<Object>)> =
            self.members.iter().map(named).collect();
        let mut found = Vec::new();
        let manager = &session.options.field_manager;
        let compare = |live: Value| {
            let name = live["metadata"]["name"].as_str().unwrap_or_default();
            if let Some((index, object)) = members.remove(name)
                && owned::is_applied(&live, &body(&object), manager)
            {
                found.push((index, self.stood(&object, live)));
            }
        };
        let (resource, namespace) = (&self.resource, self.namespace.as_deref());
        let pass = session.gate.enter().await;
        let moment = live::each(&session.api, resource, namespace, limit, compare).await;
        pass.settle(moment.as_ref().err());
        Some((self.store, moment.ok()?, found))
    }

    fn stood(&self, object: &Object, mut live: Value) -> Stood {
        let id = &object.id;
        let client_side = stored::is_client_side(&live);
        let stored = condition::needs_wait(&id.api_version, &id.kind).then(|| {
            // Items of a list do not say what they are.
            live["apiVersion"] = id.api_version.as_str().into();
            live["kind"] = id.kind.as_str().into();
            if let Some(metadata) = live["metadata"].as_object_mut() {
                metadata.remove("managedFields");
            }
            Box::new((self.resource.clone(), live))
        });
        Stood {
            stored,
            client_side,
            resource: self.resource.clone(),
        }
    }
}
