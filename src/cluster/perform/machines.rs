//! Operations on the machines beneath Kubernetes, where nodes are machines with an API of their own.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::future::{join_all, try_join_all};
use serde_json::Value;

use super::Performer;
use super::error::Error;
use super::nodes::{self, eventually};
use crate::cluster::distribution::Early;
use crate::exec::event::Outcome;
use crate::exec::run::StepContext;
use crate::k8s::{self, apply::Options};
use crate::talos::watch::{self, Sight};
use crate::talos::{self, Client, Credentials, Resource, Selection};
use crate::yaml::{self, Source};

type Done = Result<Option<Outcome>, Error>;

/// A machine with an API of its own.
struct Machine<'a> {
    client: &'a Client,
    address: String,
}

impl Performer {
    /// The client of the machines' API; `None` if this cluster's machines have none.
    pub(super) fn machines(&self) -> Result<Option<&Client>, Error> {
        let Some(machines) = self.distribution.machines() else {
            return Ok(None);
        };
        if let Some(client) = self.machines.get() {
            return Ok(Some(client));
        }
        let access = machines.access();
        let credentials = Credentials {
            authority: access.ca.clone(),
            certificate: access.certificate.clone(),
            key: access.key.clone(),
        };
        let client = Client::connect_lazy(&access.server, &credentials)?;
        Ok(Some(self.machines.get_or_init(|| client)))
    }

    /// Addresses of the machines by their names.
    fn addresses(&self) -> impl Iterator<Item = (&str, String)> {
        self.desired().kubernetes_nodes().filter_map(|node| {
            let address = node.container.address?;
            Some((node.container.name.as_str(), address.to_string()))
        })
    }

    /// One machine, where it has an API.
    fn machine(&self, container: &str) -> Result<Option<Machine<'_>>, Error> {
        let address = self.addresses().find(|(name, _)| *name == container);
        let machine = self.machines()?.zip(address);
        Ok(machine.map(|(client, (_, address))| Machine { client, address }))
    }
}

/// Lets the first control plane begin the cluster. It refuses until it can, and says so at once; that it has been done
/// before is fine.
pub(super) async fn bootstrap(
    performer: &Performer,
    container: &str,
    context: &StepContext,
) -> Done {
    let Some(machine) = performer.machine(container)? else {
        return Ok(Some(Outcome::Unchanged));
    };
    let what = format!("{container} to take the bootstrap");
    context.waiting(what.clone());
    let names = performer.desired().node_names();
    let asked = eventually(performer, context, &names, &what, async || {
        let asked = machine.client.bootstrap(&machine.address).await;
        asked.map_err(Error::from)
    });
    Ok(asked.await?.map(|outcome| match outcome {
        talos::Outcome::Done => Outcome::Done,
        talos::Outcome::Already => Outcome::Unchanged,
    }))
}

/// Applies what a control plane has ready for the API server, all at once.
pub(super) async fn apply_manifests(
    performer: &Performer,
    container: &str,
    context: &StepContext,
) -> Done {
    let (Some(machine), Some(machines)) = (
        performer.machine(container)?,
        performer.distribution.machines(),
    ) else {
        return Ok(Some(Outcome::Unchanged));
    };
    let names = performer.desired().node_names();
    let what = format!("the manifests of {container}");
    context.waiting(what.clone());
    let listed = eventually(performer, context, &names, &what, async || {
        let listed = machine.client.list(&machine.address, Selection::MANIFESTS);
        match manifests(&listed.await?)? {
            none if none.is_empty() => Err(Error::NotYet(format!("{container} has none yet"))),
            found => Ok(found),
        }
    });
    let Some(found) = listed.await? else {
        return Ok(None);
    };
    if !nodes::taken(performer, context).await? {
        return Ok(None);
    }
    // Those of one object in their order, everything else at once.
    let mut objects: BTreeMap<String, Vec<Early>> = BTreeMap::new();
    for early in machines.early(found) {
        let path = k8s::path::object(&early.object);
        objects.entry(path).or_default().push(early);
    }
    let each = objects.into_iter().map(async |(what, steps)| {
        for early in steps {
            let options = Options {
                field_manager: early.field_manager,
                force: false,
                dry_run: false,
            };
            let applied = eventually(performer, context, &[], &what, async || {
                let api = performer.api().await?;
                let applied = k8s::apply::built_in(api, &early.object, options).await;
                applied.map_err(Error::from)
            });
            if applied.await?.is_none() {
                return Ok::<_, Error>(None);
            }
        }
        Ok(Some(()))
    });
    let applied = try_join_all(each).await?;
    Ok(applied.iter().all(Option::is_some).then_some(Outcome::Done))
}

/// The objects of manifests, which are lists of them.
fn manifests(resources: &[Resource]) -> Result<Vec<Value>, Error> {
    let mut objects = Vec::new();
    for resource in resources {
        let source = Source::new(resource.id.clone()).confidential();
        let roots = yaml::load(resource.spec.expose(), &source);
        let roots = roots.map_err(|error| Error::NotYet(crate::error::chain(&error)))?;
        objects.extend(
            roots
                .iter()
                .flat_map(yaml::Node::items)
                .map(yaml::Node::to_json),
        );
    }
    Ok(objects)
}

/// What is known of machines, by their names.
#[derive(Debug, Default)]
pub(super) struct Lacking(Mutex<BTreeMap<String, Known>>);

#[derive(Debug, Default)]
struct Known {
    /// It has answered.
    heard: bool,
    /// What it lacked when it last said so; `None` once it is ready.
    lacks: Option<String>,
}

impl Lacking {
    fn known(&self) -> MutexGuard<'_, BTreeMap<String, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, machine: &str, sight: &Sight<'_>) -> Option<String> {
        let mut all = self.known();
        let known = all.entry(machine.to_owned()).or_default();
        known.heard |= !matches!(sight, Sight::Away(_));
        if let Sight::State(state) = sight {
            known.lacks = (!state.ready).then(|| state.to_string());
            return Some(format!("{machine}: {}", known.lacks.as_ref()?));
        }
        // What it said last is worth more than that it is silent now.
        let silent = || "no word from it".to_owned();
        known.lacks.get_or_insert_with(silent);
        None
    }

    fn has_heard(&self, machine: &str) -> bool {
        self.known().get(machine).is_some_and(|known| known.heard)
    }

    /// The error of a wait that took too long, with what was last seen of machines.
    pub(super) fn explain(&self, mut error: Error) -> Error {
        if let Error::TimedOut { why, .. } = &mut error {
            let known = self.known();
            let machines = known
                .iter()
                .filter_map(|(name, known)| Some(format!("{name}: {}", known.lacks.as_ref()?)));
            let all: Vec<String> = why.take().into_iter().chain(machines).collect();
            *why = Some(all.join("; ")).filter(|all| !all.is_empty());
        }
        error
    }
}

/// Waits until the API of every machine of a new cluster has answered: Kubernetes may be content with a machine that has
/// no certificate of its own, which nobody can ask or configure.
pub(super) async fn answer(
    performer: &Performer,
    context: &StepContext,
    consoles: &[&str],
    lacking: &Lacking,
) -> Done {
    let client = performer.machines()?;
    let Some(client) = client.filter(|_| performer.existing.is_none()) else {
        return Ok(Some(Outcome::Unchanged));
    };
    let silent = performer.addresses();
    let silent: Vec<_> = silent
        .filter(|(name, _)| !lacking.has_heard(name))
        .collect();
    for (name, address) in silent {
        let what = format!("the Talos API of {name} to answer");
        context.waiting(what.clone());
        let asked = eventually(performer, context, consoles, &what, async || {
            client.version(&address).await.map_err(Error::from)
        });
        if asked.await?.is_none() {
            return Ok(None);
        }
    }
    Ok(Some(Outcome::Done))
}

/// Tells what every machine still lacks, for as long as somebody waits. It never ends by itself: whether a cluster is
/// ready Kubernetes says sooner than machines do.
pub(super) async fn report(performer: &Performer, lacking: &Lacking, tell: impl Fn(String)) {
    let Ok(Some(client)) = performer.machines() else {
        return std::future::pending().await;
    };
    let tell = &tell;
    let each = performer.addresses().map(async |(name, address)| {
        let _ = watch::until(client, &address, |sight| {
            if let Some(what) = lacking.note(name, &sight) {
                tell(what);
            }
            ControlFlow::<()>::Continue(())
        })
        .await;
    });
    join_all(each).await;
    std::future::pending::<()>().await;
}

/// Merges access to the machines into the user's talosconfig.
pub(super) async fn write_access(performer: &Performer, name: String) -> Done {
    let (Some(machines), Some(files)) = (
        performer.distribution.machines(),
        &performer.remover.talosconfig,
    ) else {
        return Ok(Some(Outcome::Unchanged));
    };
    let nodes = performer.addresses().take(1).map(|(_, at)| at).collect();
    let access = machines.access().clone().to_machines(name, nodes);
    files.add(&access, performer.switch).await?;
    Ok(Some(Outcome::Done))
}
