//! Talos clusters against the fake Engine and a fake Talos API: what is asked of both, and what people see.

mod containers;
mod create;
mod existing;
mod failures;
mod patience;
mod refusals;
mod removal;
mod secrets;

use ksail::cluster::talos::Bundle;
use serde_json::Value;
use time::OffsetDateTime;

use crate::support::context::Context;
use crate::support::engine::Engine;
use crate::support::talosapi::TalosApi;

const IMAGE: &str = "ghcr.io/siderolabs/talos:v1.13.9";
const PLANE: &str = "dev-controlplane-1";
const WORKER: &str = "dev-worker-1";
/// Addresses of the first machines.
const FIRST: &str = "10.5.0.2";
const SECOND: &str = "10.5.0.3";

/// An Engine with the node image, whose containers are machines behind `api`.
fn engine(api: &TalosApi) -> Engine {
    let names = [
        PLANE,
        "dev-controlplane-2",
        "dev-controlplane-3",
        WORKER,
        "dev-worker-2",
    ];
    let engine = Engine::empty().image(IMAGE);
    names
        .into_iter()
        .fold(engine, |engine, name| engine.script(name, api.script()))
}

/// A world with such an Engine.
fn world(api: &TalosApi) -> Context {
    Context::new().engine(engine(api))
}

/// The range that talosctl takes; here it is named, because a free one depends on where this host routes to.
const SUBNET: &str = "--subnet=10.5.0.0/24";

/// Arguments that create the cluster `dev`, and these.
fn create<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let head = ["cluster", "create", "-d", "Talos", "-n", "dev"];
    let own = more.iter().any(|flag| flag.starts_with("--subnet"));
    let range = if own { &[][..] } else { &[SUBNET] };
    [&head, range, more].concat()
}

/// A world with the cluster `dev` of one control plane and one worker; nobody remembers how it was made.
fn running(api: &TalosApi) -> Context {
    let context = world(api);
    context.ksail(create(&["--workers=1"])).expect(0);
    context.docker().forget();
    context
}

/// Calls that change something.
fn changes(context: &Context) -> Vec<String> {
    let mut calls = context.docker().requests();
    calls.retain(|call| !call.starts_with("GET ") && !call.starts_with("HEAD "));
    calls
}

/// What the configuration of the machine at this address says.
fn config(api: &TalosApi, node: &str) -> Value {
    serde_yaml::from_str(&api.config(node)).unwrap()
}

/// A file of the user's home directory; nothing if it is not there.
fn home(context: &Context, path: &str) -> String {
    std::fs::read_to_string(context.home().join(path)).unwrap_or_default()
}

/// Nothing of a cluster is left, on the Engine and in the user's files.
#[track_caller]
fn assert_gone(context: &Context) {
    assert_eq!(context.docker().containers(), []);
    assert_eq!(context.docker().networks(), Vec::<String>::new());
    for path in [".kube/config", ".talos/config"] {
        let text = home(context, path);
        assert!(!text.contains("dev"), "{path}: {text}");
    }
}

fn random(count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    let provider = rustls::crypto::ring::default_provider();
    provider.secure_random.fill(&mut bytes).unwrap();
    bytes
}

/// Secrets of a cluster that is not there.
fn bundle() -> Bundle {
    Bundle::generate(OffsetDateTime::now_utc(), &random).unwrap()
}
