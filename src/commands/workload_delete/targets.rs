//! Which of the objects that manifests name exist, and what goes with them.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::k8s::discovery::{Discovery, Resource};
use crate::k8s::inventory::{GroupKind, Member};
use crate::k8s::retry::patiently;
use crate::k8s::{self, Api, metadata};
use crate::text::Count;
use crate::workload::Error;
use crate::workload::object::Object;
use crate::workload::order::Wave;
use crate::workload::prune::consequence;
use crate::workload::removal::{Stage, Victim};

/// Up to this many objects of a collection are asked for one by one; more are listed together.
const ONE_BY_ONE: usize = 8;

/// What there is to delete.
pub(super) struct Targets {
    /// Existing objects in the order in which they would be applied.
    pub(super) stages: Vec<Stage>,
    /// Objects that do not exist.
    pub(super) missing: Vec<Object>,
}

/// A kind, and the namespace where it has namespaces.
type Place = (Resource, Option<String>);
/// Collections, and names of objects in them.
type Collections = HashMap<Place, Vec<String>>;
/// Metadata of objects by path.
type Known = HashMap<String, Value>;

impl Targets {
    /// Asks the server which objects exist.
    pub(super) async fn find(
        api: &Api,
        waves: Vec<Wave>,
        served: &Discovery,
        namespace: &str,
        parallelism: usize,
        deadline: Instant,
    ) -> Result<Self, Error> {
        let place = |object: &Object| place(object, served, namespace);
        let mut collections = Collections::new();
        for object in waves.iter().flat_map(|wave| &wave.objects) {
            if let Some(place) = place(object)? {
                let names = collections.entry(place).or_default();
                names.push(object.id.name.clone());
            }
        }
        let known = look(api, collections, parallelism, deadline).await?;
        let (mut stages, mut missing) = (Vec::new(), Vec::new());
        for wave in waves {
            let label = wave.to_string();
            let mut victims = Vec::new();
            for object in wave.objects {
                let place = place(&object)?;
                let victim = place.and_then(|place| victim(&object, place, &known));
                match victim {
                    Some(victim) => victims.push(victim),
                    None => missing.push(object),
                }
            }
            stages.push(Stage { label, victims });
        }
        Ok(Self { stages, missing })
    }

    /// How many objects exist.
    pub(super) fn count(&self) -> usize {
        self.stages.iter().map(|stage| stage.victims.len()).sum()
    }

    /// What would be deleted, for people, last things first.
    pub(super) async fn lines(&self, api: &Api, served: &Discovery) -> Vec<String> {
        let mut lines = Vec::new();
        for victim in self.stages.iter().rev().flat_map(|stage| &stage.victims) {
            lines.push(line(victim, api, served).await);
        }
        lines
    }
}

/// What would be deleted, for people, and what goes with it.
pub(super) async fn line(victim: &Victim, api: &Api, served: &Discovery) -> String {
    let Some(what) = consequence(&victim.kind()) else {
        return format!("delete {victim}");
    };
    // `PLURAL.GROUP` is the name of a definition.
    let counted = match victim.id.name.split_once('.') {
        Some((plural, group)) if victim.id.kind == "CustomResourceDefinition" => {
            match served.kind_of(plural, group) {
                Some((_, resource)) => metadata::count(api, resource).await.ok(),
                None => None,
            }
        }
        _ => None,
    };
    match counted {
        Some(count) => format!("delete {victim}, {what}: {}", Count(count, "object")),
        None => format!("delete {victim}, {what}"),
    }
}

/// Where an object lives; nowhere if its kind does not exist.
fn place(object: &Object, served: &Discovery, namespace: &str) -> Result<Option<Place>, Error> {
    let id = &object.id;
    let resource = match served.find(&id.api_version, &id.kind) {
        Ok(resource) => resource,
        // Another version of the same kind holds the same objects.
        Err(error) => match served.served(id.group(), &id.kind) {
            Some(resource) => resource,
            None if served.is_unsure(id.group()) => return Err(error.into()),
            None => return Ok(None),
        },
    };
    let written = || id.namespace.clone();
    let namespace = || written().unwrap_or_else(|| namespace.to_owned());
    Ok(Some((
        resource.clone(),
        resource.namespaced.then(namespace),
    )))
}

fn victim(object: &Object, (resource, namespace): Place, known: &Known) -> Option<Victim> {
    let path = resource.object(namespace.as_deref(), &object.id.name);
    let kind = GroupKind {
        group: object.id.group().to_owned(),
        kind: object.id.kind.clone(),
    };
    let member = Member::read(&kind, known.get(&path)?);
    let mut id = object.id.clone();
    id.namespace = namespace;
    Some(Victim {
        id,
        resource,
        uid: Some(member.uid).filter(|uid| !uid.is_empty()),
        // What a manifest names is deleted in whatever state it is.
        resource_version: None,
        terminating: member.terminating,
    })
}

/// Metadata of those that exist.
async fn look(
    api: &Api,
    collections: Collections,
    parallelism: usize,
    deadline: Instant,
) -> Result<Known, k8s::Error> {
    let permits = Arc::new(Semaphore::new(parallelism.max(1)));
    let mut requests = JoinSet::new();
    for ((resource, namespace), names) in collections {
        let singles: Vec<Option<String>> = if names.len() <= ONE_BY_ONE {
            names.into_iter().map(Some).collect()
        } else {
            vec![None]
        };
        for single in singles {
            let (api, permits) = (api.clone(), Arc::clone(&permits));
            let (resource, namespace) = (resource.clone(), namespace.clone());
            requests.spawn(async move {
                let _permit = permits.acquire().await.map_err(|_| api.stopped())?;
                let namespace = namespace.as_deref();
                let found = if let Some(name) = single {
                    let get = || metadata::get(&api, &resource, namespace, &name);
                    patiently(&api, deadline, get).await?.into_iter().collect()
                } else {
                    let list = || metadata::list(&api, &resource, namespace, None);
                    patiently(&api, deadline, list).await?
                };
                let by_path = found.into_iter().map(|object| {
                    let name = object["metadata"]["name"].as_str().unwrap_or_default();
                    (resource.object(namespace, name), object)
                });
                Ok::<_, k8s::Error>(by_path.collect::<Vec<_>>())
            });
        }
    }
    let mut known = Known::new();
    while let Some(found) = requests.join_next().await {
        known.extend(found.map_err(|_| api.stopped())??);
    }
    Ok(known)
}
