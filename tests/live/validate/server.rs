//! What the API server says of objects: the same request as that of `kubectl create --dry-run=server --validate=strict`.

use std::collections::BTreeMap;
use std::path::Path;

use futures_util::{StreamExt, stream};
use ksail::k8s::apply::{Options, server_side};
use ksail::k8s::discovery::Resource;
use ksail::k8s::{self, Api, connect};
use serde_json::Value;
use tokio::runtime::Runtime;

use super::cases::Case;
use crate::support::shared::CONTEXT;

/// Requests at a time.
const PARALLEL: usize = 8;

/// An answer.
pub(super) struct Answer {
    pub(super) code: u16,
    pub(super) message: String,
}

/// How an object is sent.
#[derive(Clone, Copy)]
pub(super) enum Verb {
    /// As `kubectl create` does, and `kubectl apply` with what does not exist yet.
    Create,
    /// As `kubectl apply --server-side` does.
    Apply,
}

/// A server, and where it keeps objects.
pub(super) struct Server {
    runtime: Runtime,
    api: Api,
    /// By `apiVersion` and kind.
    places: BTreeMap<(String, String), Resource>,
}

impl Server {
    /// The shared cluster's, with the places of these objects' kinds.
    pub(super) fn of(kubeconfig: &Path, objects: &[Value]) -> Self {
        let runtime = Runtime::new().unwrap();
        let files = [kubeconfig.to_owned()];
        let connected = connect::from_kubeconfig(&files, CONTEXT);
        let api = runtime.block_on(connected).unwrap();
        let mut places = BTreeMap::new();
        for object in objects {
            let version = object["apiVersion"].as_str().unwrap();
            let root = if version.contains('/') { "apis" } else { "api" };
            let path = format!("/{root}/{version}");
            let listed = runtime.block_on(api.get(&path)).unwrap();
            for resource in listed["resources"].as_array().unwrap() {
                let text = |name: &str| resource[name].as_str().unwrap().to_owned();
                let place = Resource {
                    api_version: version.to_owned(),
                    plural: text("name"),
                    namespaced: resource["namespaced"] == true,
                };
                if !place.plural.contains('/') {
                    places.insert((version.to_owned(), text("kind")), place);
                }
            }
        }
        Self {
            runtime,
            api,
            places,
        }
    }

    /// What it says of each case. Nothing is stored.
    pub(super) fn answers<'a>(
        &self,
        cases: impl IntoIterator<Item = &'a Case>,
        verb: Verb,
    ) -> Vec<Answer> {
        let requests = stream::iter(cases).map(|case| self.ask(&case.object, verb));
        self.runtime.block_on(requests.buffered(PARALLEL).collect())
    }

    async fn ask(&self, object: &Value, verb: Verb) -> Answer {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let kind = (text(&object["apiVersion"]), text(&object["kind"]));
        let place = &self.places[&kind];
        let namespace = text(&object["metadata"]["namespace"]);
        let namespace = if namespace.is_empty() {
            "default"
        } else {
            &namespace
        };
        let done = match verb {
            Verb::Create => {
                let collection = place.collection(Some(namespace));
                let path = format!("{collection}?dryRun=All&fieldValidation=Strict");
                self.api.create(&path, object).await.map(drop)
            }
            Verb::Apply => {
                let options = Options {
                    field_manager: "live-validate",
                    force: true,
                    dry_run: true,
                };
                let applied = server_side(&self.api, place, Some(namespace), object, options);
                applied.await.map(drop)
            }
        };
        match done {
            Ok(()) => Answer {
                code: 201,
                message: String::new(),
            },
            Err(k8s::Error::Refused(refusal)) => Answer {
                code: refusal.code,
                message: refusal.message,
            },
            Err(error) => panic!("{error}"),
        }
    }
}
