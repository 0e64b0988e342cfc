//! Resources: one by name, and as they change.

use std::sync::Arc;

use futures_util::{StreamExt, stream};

use super::grpc::{Code, Refusal, Reply};
use super::state::{Key, Shared};
use super::wire::{Fields, Message};

pub(super) const MANIFESTS: &str = "Manifests.kubernetes.talos.dev";
/// What a control plane has the API server hold, shortened: a list in each.
pub(super) const MANIFEST_FILES: [(&str, &str); 3] = [
    ("05-flannel", include_str!("05-flannel.yaml")),
    ("10-kube-proxy", include_str!("10-kube-proxy.yaml")),
    ("11-core-dns", include_str!("11-core-dns.yaml")),
];
const CREATED: u64 = 0;
const UPDATED: u64 = 1;
const DESTROYED: u64 = 2;
const NOOP: u64 = 5;

fn key(node: &str, fields: &Fields) -> Key {
    let text = |field| fields.text(field).unwrap_or_default();
    (node.to_owned(), text(2), text(3))
}

pub(super) fn get(shared: &Shared, node: &str, fields: &Fields) -> Result<Reply, Refusal> {
    let key = key(node, fields);
    let state = shared.state();
    let Some((version, spec)) = state.resources.get(&key) else {
        return Err((Code::NotFound, format!("resource {} doesn't exist", key.2)));
    };
    let answer = Message::default().message(1, resource(&key, *version, spec));
    Ok(Reply::One(answer.done()))
}

/// All of a kind, one message for each.
pub(super) fn list(shared: &Shared, node: &str, fields: &Fields) -> Reply {
    let (node, kind, _) = key(node, fields);
    let state = shared.state();
    let of_kind = state.resources.iter();
    let of_kind = of_kind.filter(|(key, _)| key.0 == node && key.1 == kind);
    let messages: Vec<Vec<u8>> = of_kind
        .map(|(key, (version, spec))| Message::default().message(1, resource(key, *version, spec)))
        .map(Message::done)
        .collect();
    Reply::Many(stream::iter(messages).boxed())
}

/// The present state, an event that says nothing, and then every change.
pub(super) fn watch(shared: &Arc<Shared>, node: &str, fields: &Fields) -> Reply {
    assert_eq!(
        fields.number(5),
        1,
        "events come in batches only if asked for"
    );
    let key = key(node, fields);
    let versions = shared.version.subscribe();
    let shared = Arc::clone(shared);
    let events = stream::unfold((None, versions), move |(seen, mut versions)| {
        let (shared, key) = (Arc::clone(&shared), key.clone());
        async move {
            loop {
                versions.borrow_and_update();
                let now = shared.state().resources.get(&key).cloned();
                let version = now.as_ref().map_or(0, |(version, _)| *version);
                if seen != Some(version) {
                    let event = match (&now, seen) {
                        (None, _) => event(DESTROYED, resource(&key, 0, "")),
                        (Some((version, spec)), None | Some(0)) => {
                            event(CREATED, resource(&key, *version, spec))
                        }
                        (Some((version, spec)), _) => {
                            event(UPDATED, resource(&key, *version, spec))
                        }
                    };
                    let answer = Message::default()
                        .message(1, event)
                        .message(1, Message::default().number(2, NOOP));
                    return Some((answer.done(), (Some(version), versions)));
                }
                versions.changed().await.ok()?;
            }
        }
    });
    Reply::Many(events.boxed())
}

fn event(kind: u64, resource: Message) -> Message {
    Message::default().message(1, resource).number(2, kind)
}

fn resource(key: &Key, version: u64, spec: &str) -> Message {
    let metadata = Message::default()
        .bytes(1, "runtime")
        .bytes(2, &key.1)
        .bytes(3, &key.2)
        .bytes(4, version.to_string());
    Message::default()
        .message(1, metadata)
        .message(2, Message::default().bytes(1, b"\x08\x01").bytes(2, spec))
}
