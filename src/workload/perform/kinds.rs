//! The kinds that objects can have: those of the server, and those whose definitions are part of the run.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, RwLock};
use tokio::time::Instant;

use crate::k8s::discovery::{Discovery, Resource};
use crate::k8s::{Api, Error};
use crate::workload::object::{Object, ObjectId};

/// What the server said so recently is not asked for again: many objects may miss the same kind.
const FRESH: Duration = Duration::from_millis(250);

pub(super) struct Kinds {
    known: RwLock<Discovery>,
    /// When the server was last asked. Held while it is, so that one answer serves all who miss a kind.
    asked: Mutex<Option<Instant>>,
    /// Kinds that this run defines itself.
    own: Vec<((String, String), Resource)>,
    /// Where answers are kept from run to run.
    cache: Option<PathBuf>,
}

impl Kinds {
    pub(super) fn new(objects: &[Arc<Object>], cache: Option<PathBuf>) -> Self {
        Self {
            known: RwLock::default(),
            asked: Mutex::default(),
            own: objects
                .iter()
                .filter(|object| object.id.kind == "CustomResourceDefinition")
                .flat_map(|object| Resource::defined_by(&object.json))
                .collect(),
            cache,
        }
    }

    /// Asks the server.
    pub(super) async fn fetch(&self, api: &Api) -> Result<(), Error> {
        let mut asked = self.asked.lock().await;
        self.ask(api, &mut asked).await
    }

    async fn ask(&self, api: &Api, asked: &mut Option<Instant>) -> Result<(), Error> {
        let mut found = Discovery::fetch(api, self.cache.as_deref()).await?;
        found.add(self.own.iter().cloned());
        *self.known.write().await = found;
        *asked = Some(Instant::now());
        Ok(())
    }

    /// All that is known.
    pub(super) async fn all(&self) -> Discovery {
        self.known.read().await.clone()
    }

    /// Where objects of this kind go, as far as is known.
    pub(super) async fn find(&self, id: &ObjectId) -> Result<Resource, Error> {
        let known = self.known.read().await;
        known.find(&id.api_version, &id.kind).cloned()
    }

    /// The same, but a kind that is missing is asked for: it may have appeared since.
    pub(super) async fn find_anew(&self, api: &Api, id: &ObjectId) -> Result<Resource, Error> {
        let mut asked = self.asked.lock().await;
        let fresh = asked.is_some_and(|asked| asked.elapsed() < FRESH);
        if !fresh && self.find(id).await.is_err() {
            self.ask(api, &mut asked).await?;
        }
        drop(asked);
        self.find(id).await
    }

    /// Whether a kind that is missing may yet appear.
    pub(super) async fn may_grow(&self, id: &ObjectId) -> bool {
        self.known.read().await.may_grow(&id.api_version)
    }

    /// Whether this run defines the kind itself.
    pub(super) fn is_own(&self, id: &ObjectId) -> bool {
        let mut own = self.own.iter().map(|(kind, _)| kind);
        own.any(|(api_version, kind)| *api_version == id.api_version && *kind == id.kind)
    }
}
