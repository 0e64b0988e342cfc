//! Waits until deleted objects are gone: one watch for each collection.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::api::Api;
use super::discovery::Resource;
use super::error::Error;
use super::remains;
use super::settle::{self, Judge, until_settled};
use super::watch::{Change, Selection};

/// Up to this many objects of a collection are watched one by one.
const ONE_BY_ONE: usize = 8;

/// A deleted object that is still there.
#[derive(Debug, Clone, PartialEq)]
pub struct Going {
    /// Where it lives.
    pub resource: Resource,
    /// Its namespace, for namespaced kinds.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// Its uid: another object of the same name is not waited for. `None` = whichever is there.
    pub uid: Option<String>,
}

/// Why each object is still there; `None` once it is gone. The index is that of the object.
pub type Board = settle::Board<Option<String>>;

impl Board {
    /// A board for objects that are there for these reasons.
    pub fn new(reasons: Vec<String>) -> Self {
        Self::of(reasons.into_iter().map(Some).collect())
    }
}

/// Objects of one watch that are still there, by name: their place and uid.
type Open = HashMap<String, (usize, Option<String>)>;

/// Objects that are to go.
struct Leaving(Open);

impl Judge for Leaving {
    type State = Option<String>;

    fn judge<'a>(&mut self, change: &Change<'a>) -> Vec<(usize, Self::State, Option<&'a Value>)> {
        let states = judge(change, &mut self.0).into_iter();
        states.map(|(index, state)| (index, state, None)).collect()
    }

    fn is_done(&self) -> bool {
        self.0.is_empty()
    }
}

/// Waits until all objects are gone. `news` hears of every change. Dropping the future stops all watches; the board
/// then says what is left.
pub async fn until_gone(
    api: &Api,
    objects: Vec<Going>,
    board: &Board,
    news: impl Fn(usize, Option<&str>) + Send + Sync + 'static,
) -> Result<(), Error> {
    let mut collections: HashMap<String, Vec<(usize, Going)>> = HashMap::new();
    for (index, object) in objects.into_iter().enumerate() {
        let collection = object.resource.collection(object.namespace.as_deref());
        collections
            .entry(collection)
            .or_default()
            .push((index, object));
    }
    let mut selections = Vec::new();
    for (collection, members) in collections {
        let groups: Vec<_> = if members.len() <= ONE_BY_ONE {
            members.into_iter().map(|member| vec![member]).collect()
        } else {
            vec![members]
        };
        for group in groups {
            let selection = Selection {
                collection: collection.clone(),
                name: match group.as_slice() {
                    [(_, single)] => Some(single.name.clone()),
                    _ => None,
                },
                resource_version: None,
            };
            let open = group
                .into_iter()
                .map(|(index, object)| (object.name, (index, object.uid)));
            selections.push((selection, Leaving(open.collect())));
        }
    }
    let news = move |index: usize, state: &Option<String>, _: Option<&Value>| {
        news(index, state.as_deref());
    };
    until_settled(api, selections, board, Arc::new(news)).await
}

/// What a change says about the objects that are still there; those that are gone leave the list.
fn judge(change: &Change<'_>, open: &mut Open) -> Vec<(usize, Option<String>)> {
    match change {
        Change::Listed(objects) => {
            let listed: HashMap<&str, &Value> = objects
                .iter()
                .filter_map(|object| Some((name(object)?, object)))
                .collect();
            let names: Vec<String> = open.keys().cloned().collect();
            names
                .iter()
                .filter_map(|name| settle(name, listed.get(name.as_str()).copied(), open))
                .collect()
        }
        Change::Seen(object) => name(object)
            .and_then(|name| settle(name, Some(object), open))
            .into_iter()
            .collect(),
        Change::Deleted(object) => name(object)
            .and_then(|name| settle(name, None, open))
            .into_iter()
            .collect(),
    }
}

fn settle(name: &str, object: Option<&Value>, open: &mut Open) -> Option<(usize, Option<String>)> {
    let (index, uid) = open.get(name)?;
    let index = *index;
    let same = object.filter(|object| {
        uid.as_deref()
            .is_none_or(|uid| object["metadata"]["uid"] == uid)
    });
    let state = same.map(remains::why);
    if state.is_none() {
        open.remove(name);
    }
    Some((index, state))
}

fn name(object: &Value) -> Option<&str> {
    object.pointer("/metadata/name")?.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn open() -> HashMap<String, (usize, Option<String>)> {
        HashMap::from([
            ("a".to_owned(), (0, Some("1".to_owned()))),
            ("b".to_owned(), (1, Some("2".to_owned()))),
        ])
    }

    fn object(name: &str, uid: &str) -> Value {
        json!({ "kind": "Thing", "metadata": { "name": name, "uid": uid, "finalizers": ["orphan"] } })
    }

    #[test]
    fn what_is_not_listed_or_was_made_anew_is_gone() {
        let mut left = open();
        let states = judge(
            &Change::Listed(&[object("a", "9"), object("c", "3")]),
            &mut left,
        );
        assert_eq!(states.len(), 2);
        assert!(states.iter().all(|(_, state)| state.is_none()));
        assert!(left.is_empty());
    }

    #[test]
    fn what_is_still_there_says_why() {
        let mut left = open();
        let states = judge(&Change::Seen(&object("a", "1")), &mut left);
        let why = "the objects that it owns are being released (`orphan`)";
        assert_eq!(states, [(0, Some(why.to_owned()))]);
        assert_eq!(
            judge(&Change::Deleted(&object("a", "1")), &mut left),
            [(0, None)]
        );
        assert_eq!(judge(&Change::Seen(&object("x", "1")), &mut left), []);
        assert_eq!(left.len(), 1);
    }
}
