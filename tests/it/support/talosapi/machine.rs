//! What the procedures do. One node listens, and answers for all of them.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::{StreamExt, stream};

use super::grpc::{Code, Refusal, Reply, Rpc};
use super::resources;
use super::state::{Effect, Shared};
use super::wire::{Fields, Message};

/// Long enough for calls at the same time to be seen as such.
const LATENCY: Duration = Duration::from_millis(3);
/// Procedures that everybody with a certificate may call.
const READERS: [&str; 4] = ["Version", "ServiceList", "EtcdMemberList", "Watch"];

pub(super) async fn answer(shared: &Arc<Shared>, path: &str, rpc: Rpc) -> Result<Reply, Refusal> {
    let unary = rpc.name != "Watch";
    let effect = {
        let mut state = shared.state();
        state.calls.push(rpc.clone());
        if unary {
            let open = state.open.entry(rpc.node.clone()).or_default();
            *open += 1;
            let open = *open;
            state.peak = state.peak.max(open);
        }
        let fault = state
            .faults
            .iter_mut()
            .find(|fault| fault.times > 0 && fault.rpc == rpc.name);
        fault.map(|fault| {
            fault.times -= 1;
            fault.effect.clone()
        })
    };
    let reply = match effect {
        Some(Effect::Refuse(code, message)) => Err((code, message.to_owned())),
        Some(Effect::Reset) => Ok(Reply::Reset),
        Some(Effect::Delay(delay)) => {
            tokio::time::sleep(delay).await;
            route(shared, path, &rpc)
        }
        None => {
            tokio::time::sleep(LATENCY).await;
            route(shared, path, &rpc)
        }
    };
    if unary {
        *shared.state().open.get_mut(&rpc.node).unwrap() -= 1;
    }
    reply
}

fn route(shared: &Arc<Shared>, path: &str, rpc: &Rpc) -> Result<Reply, Refusal> {
    let administrator = rpc.roles.iter().any(|role| role == "os:admin");
    if !administrator && !READERS.contains(&rpc.name.as_str()) {
        return Err((Code::PermissionDenied, "not authorized".to_owned()));
    }
    if let Some(refusal) = shared.away(&rpc.node) {
        return Err(refusal);
    }
    let fields = Fields::read(&rpc.body);
    let done = |message: Message| Ok(Reply::One(Message::default().message(1, message).done()));
    match path {
        "/machine.MachineService/Version" => done(
            Message::default()
                .message(2, Message::default().bytes(1, "v1.13.9").bytes(2, "sha"))
                .message(
                    3,
                    Message::default()
                        .bytes(1, "container")
                        .bytes(2, "container"),
                ),
        ),
        "/machine.MachineService/Bootstrap" => {
            bootstrap(shared, rpc)?;
            done(Message::default())
        }
        "/machine.MachineService/ServiceList" => done(services(shared)),
        "/machine.MachineService/ServiceRestart" | "/machine.MachineService/Reset" => {
            done(Message::default())
        }
        "/machine.MachineService/ApplyConfiguration" => {
            if fields.bytes(1).is_none_or(<[u8]>::is_empty) {
                return Err((Code::InvalidArgument, "no configuration".to_owned()));
            }
            done(Message::default().bytes(4, "Applied configuration without a reboot"))
        }
        "/machine.MachineService/EtcdMemberList" => done(members(shared)),
        "/machine.MachineService/Kubeconfig" => {
            let archive = kubeconfig();
            let data = Message::default().bytes(2, archive).done();
            Ok(Reply::Many(stream::iter([data]).boxed()))
        }
        "/cosi.resource.State/Get" => resources::get(shared, &rpc.node, &fields),
        "/cosi.resource.State/List" => Ok(resources::list(shared, &rpc.node, &fields)),
        "/cosi.resource.State/Watch" => Ok(resources::watch(shared, &rpc.node, &fields)),
        _ => Err((Code::Unimplemented, format!("unknown method {path}"))),
    }
}

fn bootstrap(shared: &Shared, rpc: &Rpc) -> Result<(), Refusal> {
    {
        let state = shared.state();
        let node = state.nodes.get(&rpc.node);
        if node.is_some_and(|node| !node.control_plane) {
            let message = "bootstrap can only be performed on a control plane node";
            return Err((Code::Unimplemented, message.to_owned()));
        }
        if state.etcd_has_data() {
            let message = "etcd data directory is not empty";
            return Err((Code::AlreadyExists, message.to_owned()));
        }
    }
    shared.run_kubernetes();
    Ok(())
}

fn services(shared: &Shared) -> Message {
    let service = |id: &str, running: bool| {
        let state = if running { "Running" } else { "Waiting" };
        let health = if running {
            Message::default().number(2, 1)
        } else {
            Message::default().number(1, 1).bytes(3, "not running")
        };
        Message::default()
            .bytes(1, id)
            .bytes(2, state)
            .message(4, health)
    };
    let etcd = shared.state().bootstrapped;
    Message::default()
        .message(2, service("apid", true))
        .message(2, service("cri", true))
        .message(2, service("etcd", etcd))
}

fn members(shared: &Shared) -> Message {
    let state = shared.state();
    let planes = state.nodes.iter().filter(|(_, node)| node.control_plane);
    planes
        .enumerate()
        .fold(Message::default(), |list, (ix, (address, node))| {
            let member = Message::default()
                .number(2, 0x8000_0000_0000_0000 + ix as u64)
                .bytes(3, &node.name)
                .bytes(4, format!("https://{address}:2380"));
            list.message(3, member)
        })
}

/// An archive that is never finished, as Talos sends it.
fn kubeconfig() -> Vec<u8> {
    let text = b"apiVersion: v1\nkind: Config\nclusters: []\n";
    let mut header = tar::Header::new_gnu();
    header.set_path("kubeconfig").unwrap();
    header.set_mode(0o600);
    header.set_size(text.len() as u64);
    header.set_cksum();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(header.as_bytes()).unwrap();
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}
