//! Looks at many objects at once: one request for each, or one list for all of a collection.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use serde_json::Value;
use tokio::time::Instant;

use super::place::{Place, Placed};
use crate::k8s::live::{Extent, find, list};
use crate::k8s::retry::patiently;
use crate::k8s::{Api, Error};

/// From this many objects of a collection on, a list is cheaper than a request for each.
const LISTED: usize = 3;

/// How long a request is sent again while its failure may pass.
const PATIENCE: Duration = Duration::from_secs(10);

/// What was found of an object: itself, nothing, or why that is not known.
pub type Found = Result<Option<Value>, String>;

/// Objects of one collection, by position.
struct Group<'a> {
    place: &'a Place,
    extent: Extent,
    members: Vec<(usize, &'a Placed)>,
}

/// What there is of every object, in order. Of ConfigMaps and Secrets only metadata travels.
pub async fn survey(api: &Api, placed: &[Placed], parallelism: usize) -> Vec<Found> {
    let mut found: Vec<Found> = placed
        .iter()
        .map(|placed| match &placed.place {
            Ok(_) => Ok(None),
            Err(error) => Err(error.to_string()),
        })
        .collect();
    let answers: Vec<Vec<(usize, Found)>> = stream::iter(groups(placed))
        .map(|group| async move { group.look(api).await })
        .buffer_unordered(parallelism.max(1))
        .collect()
        .await;
    for (index, answer) in answers.into_iter().flatten() {
        found[index] = answer;
    }
    found
}

fn groups(placed: &[Placed]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut places: HashMap<(String, Option<&str>), usize> = HashMap::new();
    for (index, one) in placed.iter().enumerate() {
        let Ok(place) = &one.place else {
            continue;
        };
        if place.is_coming {
            continue;
        }
        // All that counts of these is that they exist, and their content is large or secret.
        let extent = match one.object.id.kind.as_str() {
            "ConfigMap" | "Secret" if one.object.id.api_version == "v1" => Extent::Metadata,
            _ => Extent::Whole,
        };
        let namespace = place.namespace.as_deref();
        let key = (place.resource.collection(namespace), namespace);
        let at = *places.entry(key).or_insert_with(|| {
            groups.push(Group {
                place,
                extent,
                members: Vec::new(),
            });
            groups.len() - 1
        });
        groups[at].members.push((index, one));
    }
    groups
}

impl Group<'_> {
    async fn look(self, api: &Api) -> Vec<(usize, Found)> {
        if self.members.len() >= LISTED {
            match self.list(api).await {
                // Whoever may not list may still be allowed to read what is named.
                Err(error) if error.code() == Some(403) => {}
                Err(error) => {
                    let why = error.to_string();
                    return self.each(|_| Err(why.clone()));
                }
                Ok(mut objects) => {
                    return self.each(|placed| Ok(objects.remove(&placed.object.id.name)));
                }
            }
        }
        let mut answers = Vec::with_capacity(self.members.len());
        for (index, placed) in &self.members {
            let (resource, namespace) = (&self.place.resource, self.place.namespace.as_deref());
            let name = &placed.object.id.name;
            let look = || find(api, resource, namespace, name, self.extent);
            let found = patiently(api, Instant::now() + PATIENCE, look).await;
            let found = found.map(|found| found.map(|object| named(placed, object)));
            answers.push((*index, found.map_err(|error| error.to_string())));
        }
        answers
    }

    async fn list(&self, api: &Api) -> Result<HashMap<String, Value>, Error> {
        let (resource, namespace) = (&self.place.resource, self.place.namespace.as_deref());
        let look = || list(api, resource, namespace, "", self.extent);
        let objects = patiently(api, Instant::now() + PATIENCE, look).await?;
        let by_name = objects.into_iter().filter_map(|object| {
            let name = object.pointer("/metadata/name")?.as_str()?.to_owned();
            let member = self
                .members
                .iter()
                .find(|(_, placed)| placed.object.id.name == name)?;
            Some((name, named(member.1, object)))
        });
        Ok(by_name.collect())
    }

    fn each(&self, mut found: impl FnMut(&Placed) -> Found) -> Vec<(usize, Found)> {
        let members = self.members.iter();
        members
            .map(|(index, placed)| (*index, found(placed)))
            .collect()
    }
}

/// An object of which only metadata came calls itself something else.
fn named(placed: &Placed, mut object: Value) -> Value {
    object["apiVersion"] = placed.object.id.api_version.as_str().into();
    object["kind"] = placed.object.id.kind.as_str().into();
    object
}
