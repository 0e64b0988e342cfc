//! Operations on the cluster's API server: nodes, add-ons and the waits on them.

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::Value;

use super::Performer;
use super::error::Error;
use super::{listen, machines, network, ready};
use crate::cluster::console::Console;
use crate::docker::{self, stream::What};
use crate::exec::backoff::Backoff;
use crate::exec::event::Outcome;
use crate::exec::run::StepContext;
use crate::k8s;
use crate::k8s::watch::{Objects, Verdict};

type Done = Result<Option<Outcome>, Error>;

const DEFAULT_ACCOUNTS: &str = "/api/v1/namespaces/default/serviceaccounts";

/// Creates the Node objects of all workers: with name, labels and part of the pod subnet in place before its kubelet
/// asks, a worker is Ready at its first heartbeat.
pub(super) async fn register(performer: &Performer, context: &StepContext) -> Done {
    let objects = performer.distribution.objects()?;
    if !taken(performer, context).await? {
        return Ok(None);
    }
    create_all(performer, context, &objects.first).await
}

/// Waits until the API server takes objects; `false` if cancelled.
pub(super) async fn taken(performer: &Performer, context: &StepContext) -> Result<bool, Error> {
    context.waiting("the API server's first answer");
    // The namespace is the sign that the server takes objects, also where there are no nodes to create.
    let ready = eventually(
        performer,
        context,
        &[],
        "the API server's first answer",
        || async {
            performer
                .api()
                .await?
                .get("/api/v1/namespaces/kube-system")
                .await
                .map_err(Error::from)
        },
    );
    Ok(ready.await?.is_some())
}

/// Submits network and storage add-ons.
pub(super) async fn install_addons(performer: &Performer, context: &StepContext) -> Done {
    create_all(
        performer,
        context,
        &performer.distribution.objects()?.addons,
    )
    .await
}

async fn create_all(performer: &Performer, context: &StepContext, objects: &[Value]) -> Done {
    for object in objects {
        let path = k8s::path::collection(object);
        let what = format!("the API server to take {path}");
        let create = || async { create(performer.api().await?, &path, object).await };
        if eventually(performer, context, &[], &what, create)
            .await?
            .is_none()
        {
            return Ok(None);
        }
    }
    Ok(Some(Outcome::Done))
}

/// Patches the control plane's Node after kubeadm marked it.
pub(super) async fn label(performer: &Performer, context: &StepContext) -> Done {
    let Some(patch) = performer.distribution.node_patch() else {
        return Ok(Some(Outcome::Unchanged));
    };
    let path = format!(
        "/api/v1/nodes/{}",
        performer.desired().control_plane().container.name
    );
    let patched = eventually(performer, context, &[], "the node's labels", || async {
        performer
            .api()
            .await?
            .merge_patch(&path, &patch)
            .await
            .map_err(Error::from)
    });
    Ok(patched.await?.map(|_| Outcome::Done))
}

/// Waits for `/readyz`.
pub(super) async fn await_api(performer: &Performer, context: &StepContext) -> Done {
    let ready = eventually(
        performer,
        context,
        &[],
        "the API server to report itself ready",
        || async {
            performer
                .api()
                .await?
                .text("/readyz")
                .await
                .map_err(Error::from)
        },
    );
    Ok(ready.await?.map(|_| Outcome::Done))
}

/// Waits until every desired node takes pods, and pods can be created.
pub(super) async fn await_nodes(performer: &Performer, context: &StepContext) -> Done {
    let names = performer.desired().node_names();
    let distribution = performer.distribution.as_ref();
    let consoles = if distribution.is_heard() {
        names.clone()
    } else {
        Vec::new()
    };
    let restarted = performer.restarted();
    let lacks = |node: &Value| {
        match &restarted {
            Some((nodes, since)) => ready::silent(nodes, *since, node),
            None => None,
        }
        .or_else(|| network::is_unavailable(node).then(|| "its network does not run yet".into()))
        .or_else(|| distribution.lacks(node))
    };
    let networked = distribution.brings_network();
    let verdict = |nodes: &Objects| ready::nodes(&names, nodes, networked, &lacks);
    let ready = watch(performer, context, &consoles, "/api/v1/nodes", verdict);
    let lacking = machines::Lacking::default();
    let ready = tokio::select! {
        ready = ready => ready.map_err(|error| lacking.explain(error))?,
        () = machines::report(performer, &lacking, |text| context.waiting(text)) => None,
    };
    let all = match ready {
        Some(_) => machines::answer(performer, context, &consoles, &lacking).await?,
        None => None,
    };
    if all.is_none() {
        return Ok(None);
    }
    watch(
        performer,
        context,
        &consoles,
        DEFAULT_ACCOUNTS,
        ready::account,
    )
    .await
}

/// Waits until one node takes pods.
pub(super) async fn await_node(performer: &Performer, node: &str, context: &StepContext) -> Done {
    let lacks = |found: &Value| performer.distribution.lacks(found);
    let networked = performer.distribution.brings_network();
    let verdict = |nodes: &Objects| ready::nodes(&[node], nodes, networked, &lacks);
    watch(performer, context, &[node], "/api/v1/nodes", verdict).await
}

/// Waits until the system's Deployments are available.
pub(super) async fn await_system(performer: &Performer, context: &StepContext) -> Done {
    if !performer.distribution.brings_network() {
        // None of them can run before the user has installed one.
        return Ok(Some(Outcome::Unchanged));
    }
    let system = performer.distribution.system();
    let path = "/apis/apps/v1/deployments";
    watch(performer, context, &[], path, |found| {
        ready::deployments(&system, found)
    })
    .await
}

/// Removes a Node object; what is gone is fine.
pub(super) async fn forget(performer: &Performer, node: &str, context: &StepContext) -> Done {
    let path = format!("/api/v1/nodes/{node}");
    let what = format!("the API server to forget {node}");
    let forgotten = eventually(performer, context, &[], &what, async || {
        match performer.api().await?.delete(&path).await {
            Err(error) if error.code() == Some(404) => Ok(()),
            other => other.map_err(Error::from),
        }
    });
    Ok(forgotten.await?.map(|()| Outcome::Done))
}

async fn create(api: &k8s::Api, path: &str, object: &Value) -> Result<(), Error> {
    match api.create(path, object).await {
        Err(error) if error.code() == Some(409) => Ok(()),
        other => other.map(drop).map_err(Error::from),
    }
}

/// Tries until it works, the deadline passes, or the run is cancelled (`None`). While an API server starts it refuses
/// for many passing reasons, among them 401, 403 and 404. A node of `consoles` that cannot go on fails it at once.
pub(super) async fn eventually<T>(
    performer: &Performer,
    context: &StepContext,
    consoles: &[&str],
    what: &str,
    attempt: impl AsyncFn() -> Result<T, Error>,
) -> Result<Option<T>, Error> {
    let mut backoff = Backoff::new(Duration::from_millis(25), Duration::from_millis(200));
    let mut last = None;
    let tries = async {
        loop {
            match attempt().await {
                Ok(value) => return Ok(value),
                Err(error) if !error.may_pass() => return Err(error),
                Err(error) => last = Some(error),
            }
            backoff.pause().await;
        }
    };
    tokio::select! {
        result = tokio::time::timeout_at(performer.deadline, tries) => match result {
            Ok(result) => result.map(Some),
            Err(_) => Err(Error::timed_out(what, last.map(|error| crate::error::chain(&error)))),
        },
        trouble = listen::trouble(performer, consoles) => Err(trouble),
        () = context.cancel.cancelled() => Ok(None),
    }
}

/// Watches a collection until ready. A node that dies meanwhile fails the wait at once, as does one of `consoles` that
/// says it cannot go on.
pub(super) async fn watch(
    performer: &Performer,
    context: &StepContext,
    consoles: &[&str],
    path: &str,
    mut verdict: impl FnMut(&Objects) -> Verdict,
) -> Done {
    let mut reason = String::new();
    let waits = async {
        let mut backoff = Backoff::new(Duration::from_millis(25), Duration::from_millis(200));
        loop {
            let told = |objects: &Objects| {
                let verdict = verdict(objects);
                if let Verdict::NotYet(why) = &verdict
                    && *why != reason
                {
                    context.waiting(why.clone());
                    reason.clone_from(why);
                }
                verdict
            };
            let watched = k8s::watch::until(performer.api().await?, path, told).await;
            match watched.map_err(Error::from) {
                // A server that has just started again knows nobody's permissions yet.
                Err(error) if error.may_pass() => reason = crate::error::chain(&error),
                other => return other,
            }
            backoff.pause().await;
        }
    };
    let outcome = tokio::select! {
        result = tokio::time::timeout_at(performer.deadline, waits) => result,
        dead = performer.node_death(), if consoles.is_empty() => return Err(dead),
        trouble = listen::trouble(performer, consoles) => return Err(trouble),
        () = context.cancel.cancelled() => return Ok(None),
    };
    match outcome {
        Ok(result) => result.map(|()| Some(Outcome::Done)),
        Err(_) => Err(Error::timed_out(
            &context.id.to_string(),
            Some(reason).filter(|reason| !reason.is_empty()),
        )),
    }
}

impl Performer {
    /// Resolves when a container of the cluster dies, with its last lines. An Engine that cannot tell is no reason to
    /// fail here: the wait itself has a deadline.
    async fn node_death(&self) -> Error {
        let label = &self.remover.selector;
        let mut events = std::pin::pin!(docker::stream::events(self.engine(), label, None));
        while let Some(Ok(event)) = events.next().await {
            if let What::Died(_) = event.what {
                let lines = docker::stream::tail_logs(self.engine(), &event.id, 20)
                    .await
                    .unwrap_or_default();
                // The death may be heard of before the words that explain it.
                let distribution = self.distribution.as_ref();
                let (console, stuck) = Console::read(&lines, distribution);
                let (node, lines) = (event.name, console.tail());
                return match stuck {
                    Some(why) => Error::Stuck {
                        node,
                        remedy: distribution.remedy(&why),
                        why,
                        lines,
                    },
                    None => Error::NodeDied { node, lines },
                };
            }
        }
        std::future::pending().await
    }
}
