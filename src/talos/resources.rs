//! The resources of a node: its configuration, its status, its services. Their specifications come as YAML, so no
//! message is declared for any kind of them.

use std::time::Duration;

use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};

use super::call::{Client, Rpc, call};
use super::error::{Code, Error};
use super::message::{CosiEvent, CosiResource, GetAnswer, ResourceRequest, WatchAnswer};
use super::status::MachineState;
use crate::secret::Secret;
use crate::yaml::{self, Source};

/// Until the answer; of a watch until its beginning.
const PATIENCE: Duration = Duration::from_secs(10);
const GET: Rpc = Rpc {
    name: "Get",
    path: "/cosi.resource.State/Get",
    patience: PATIENCE,
};
const LIST: Rpc = Rpc {
    name: "List",
    path: "/cosi.resource.State/List",
    patience: PATIENCE,
};
const WATCH: Rpc = Rpc {
    name: "Watch",
    path: "/cosi.resource.State/Watch",
    patience: PATIENCE,
};
/// The form of watches that may send several events at once.
const WATCH_VERSION: i32 = 1;

/// One resource, or all of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Selection<'a> {
    /// E.g. `runtime`.
    pub namespace: &'a str,
    /// E.g. `Services.v1alpha1.talos.dev`.
    pub kind: &'a str,
    /// Its name, e.g. `cri`; `None` = all.
    pub id: Option<&'a str>,
}

impl Selection<'static> {
    /// The state of the node as a whole.
    pub const MACHINE_STATUS: Self = Self {
        namespace: "runtime",
        kind: "MachineStatuses.runtime.talos.dev",
        id: Some("machine"),
    };
    /// The node's configuration.
    pub const MACHINE_CONFIG: Self = Self {
        namespace: "config",
        kind: "MachineConfigs.config.talos.dev",
        id: Some("v1alpha1"),
    };

    /// What a control plane has the API server hold.
    pub const MANIFESTS: Self = Self {
        namespace: "controlplane",
        kind: "Manifests.kubernetes.talos.dev",
        id: None,
    };
}

impl<'a> Selection<'a> {
    /// A service of the node.
    pub fn service(id: &'a str) -> Self {
        Self {
            namespace: "runtime",
            kind: "Services.v1alpha1.talos.dev",
            id: Some(id),
        }
    }

    fn request(&self, api_version: i32) -> ResourceRequest {
        ResourceRequest {
            namespace: self.namespace.to_owned(),
            kind: self.kind.to_owned(),
            id: self.id.map(str::to_owned),
            api_version,
        }
    }
}

/// A resource as it is now. Some hold secrets, so its specification is not shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Its name.
    pub id: String,
    /// Grows with every change.
    pub version: String,
    /// Its specification as YAML.
    pub spec: Secret<String>,
}

/// What happened to a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It looks like this now, and may have before.
    Seen(Resource),
    /// It does not exist, or no longer.
    Gone {
        /// Its name.
        id: String,
    },
}

impl Client {
    /// A resource of a node; `None` if there is none.
    pub async fn get(&self, node: &str, what: Selection<'_>) -> Result<Option<Resource>, Error> {
        let answer: Result<GetAnswer, Error> = self.unary(GET, node, what.request(0)).await;
        match answer {
            Ok(answer) => Ok(answer.resource.map(Resource::from)),
            Err(error) if error.code() == Some(Code::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All resources of a kind that a node has now.
    pub async fn list(&self, node: &str, what: Selection<'_>) -> Result<Vec<Resource>, Error> {
        let answers = self.stream::<_, GetAnswer>(LIST, node, what.request(0));
        let found = answers
            .await?
            .try_filter_map(|answer| std::future::ready(Ok(answer.resource.map(Resource::from))));
        found.try_collect().await
    }

    /// The text of a node's configuration; `None` if it has none.
    pub async fn machine_config(&self, node: &str) -> Result<Option<Secret<String>>, Error> {
        let Some(resource) = self.get(node, Selection::MACHINE_CONFIG).await? else {
            return Ok(None);
        };
        // All documents are sent as one text, which is itself the value of a YAML document.
        let source = Source::new("MachineConfig").confidential();
        let documents = yaml::load(resource.spec.expose(), &source);
        let documents = documents.map_err(|error| Error::Answer {
            call: call(GET, node),
            why: error.to_string(),
        })?;
        match documents.as_slice() {
            [only] if only.as_str().is_some() => {
                Ok(only.as_str().map(|text| Secret::new(text.to_owned())))
            }
            _ => Ok(Some(resource.spec)),
        }
    }

    /// Follows resources of a node, from their present state on. The stream ends with the connection; see
    /// [`super::watch::until`] for one that lasts.
    pub async fn watch(
        &self,
        node: &str,
        what: Selection<'_>,
    ) -> Result<BoxStream<'static, Result<Change, Error>>, Error> {
        let request = what.request(WATCH_VERSION);
        let answers = self.stream::<_, WatchAnswer>(WATCH, node, request).await?;
        let call = call(WATCH, node);
        let changes = answers
            .map_ok(|answer| stream::iter(answer.events.into_iter().map(Ok)))
            .try_flatten()
            .try_filter_map(move |event| {
                let change = change(event).map_err(|message| Error::Refused {
                    call: call.clone(),
                    // The buffer was outrun or the node is going down; a new watch begins with the present.
                    code: Code::Unavailable,
                    message,
                });
                std::future::ready(change)
            });
        Ok(changes.boxed())
    }

    /// Follows the state of a node, from the present on; `None` while it has none. The stream ends with the connection.
    pub async fn watch_machine(
        &self,
        node: &str,
    ) -> Result<BoxStream<'static, Result<Option<MachineState>, Error>>, Error> {
        let changes = self.watch(node, Selection::MACHINE_STATUS).await?;
        let call = call(WATCH, node);
        let states = changes.and_then(move |change| {
            let state = match change {
                Change::Gone { .. } => Ok(None),
                Change::Seen(resource) => {
                    let state = MachineState::from_yaml(resource.spec.expose());
                    state.map(Some).map_err(|error| Error::Answer {
                        call: call.clone(),
                        why: error.to_string(),
                    })
                }
            };
            std::future::ready(state)
        });
        Ok(states.boxed())
    }
}

impl From<CosiResource> for Resource {
    fn from(resource: CosiResource) -> Self {
        let metadata = resource.metadata.unwrap_or_default();
        Self {
            id: metadata.id,
            version: metadata.version,
            spec: Secret::new(resource.spec.unwrap_or_default().yaml),
        }
    }
}

/// What an event says; `None` for those that only mark a place in the stream.
fn change(event: CosiEvent) -> Result<Option<Change>, String> {
    const CREATED: i32 = 0;
    const UPDATED: i32 = 1;
    const DESTROYED: i32 = 2;
    const ERRORED: i32 = 4;
    match (event.event_type, event.resource) {
        (CREATED | UPDATED, Some(resource)) => Ok(Some(Change::Seen(resource.into()))),
        (DESTROYED, Some(resource)) => Ok(Some(Change::Gone {
            id: Resource::from(resource).id,
        })),
        (ERRORED, _) => Err(event.error),
        // The end of the present state, an empty event, or one of a later release.
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_that_change_nothing_are_left_out() {
        let event = |event_type, resource| {
            change(CosiEvent {
                event_type,
                resource,
                error: "outrun".to_owned(),
            })
        };
        let resource = || Some(CosiResource::default());
        assert!(matches!(event(0, resource()), Ok(Some(Change::Seen(_)))));
        assert!(matches!(event(1, resource()), Ok(Some(Change::Seen(_)))));
        assert!(matches!(
            event(2, resource()),
            Ok(Some(Change::Gone { .. }))
        ));
        for other in [3, 5, 9] {
            assert_eq!(event(other, resource()), Ok(None));
        }
        assert_eq!(event(0, None), Ok(None));
        assert_eq!(event(4, None), Err("outrun".to_owned()));
    }
}
