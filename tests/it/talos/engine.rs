//! The fake itself, as the program of containers: it listens where their ports are published, as who they are.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt;
use ksail::cluster::talos::Bundle;
use ksail::k8s::watch::{self, Objects, Verdict};
use ksail::talos::{Client, Code, Outcome};
use serde_json::json;

use super::{bundle, credentials};
use crate::support::engine::Engine;
use crate::support::talosapi::TalosApi;

fn container(
    bundle: &Bundle,
    kind: &str,
    address: &str,
    ports: &[(u16, u16)],
) -> serde_json::Value {
    let pair = |certificate: &str, key: &str| json!({"crt": STANDARD.encode(certificate), "key": STANDARD.encode(key)});
    let config = if kind == "worker" {
        json!({"machine": {"type": kind, "ca": {"crt": STANDARD.encode(&bundle.os.certificate)}}})
    } else {
        json!({
            "machine": {"type": kind, "ca": pair(&bundle.os.certificate, bundle.os.key.expose())},
            "cluster": {"ca": pair(&bundle.kubernetes.certificate, bundle.kubernetes.key.expose())},
        })
    };
    let mut bindings = json!({});
    for (inside, outside) in ports {
        bindings[format!("{inside}/tcp")] =
            json!([{"HostIp": "127.0.0.1", "HostPort": outside.to_string()}]);
    }
    json!({
        "Image": "ghcr.io/siderolabs/talos:v1.13.9",
        "Env": ["PLATFORM=container", format!("USERDATA={}", STANDARD.encode(config.to_string()))],
        "HostConfig": {"NetworkMode": "dev", "PortBindings": bindings},
        "NetworkingConfig": {"EndpointsConfig": {"dev": {"IPAMConfig": {"IPv4Address": address}}}},
    })
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

#[tokio::test]
async fn containers_are_nodes_while_they_run() {
    let bundle = bundle();
    let api = TalosApi::new();
    let (talos, kubernetes) = (free_port(), free_port());
    let engine = Engine::empty()
        .chosen_network("dev", "10.5.0.0/24", &json!({}))
        .script("dev-controlplane-1", api.script())
        .script("dev-worker-1", api.script())
        .container(
            "dev-controlplane-1",
            container(
                &bundle,
                "controlplane",
                "10.5.0.2",
                &[(50000, talos), (6443, kubernetes)],
            ),
            true,
        )
        .container(
            "dev-worker-1",
            container(&bundle, "worker", "10.5.0.3", &[]),
            true,
        );
    let endpoint = format!("https://127.0.0.1:{talos}");
    let client = Client::connect_lazy(&endpoint, &credentials(&bundle)).unwrap();
    client.version("10.5.0.3").await.unwrap();
    let error = client.version("10.5.0.4").await.unwrap_err();
    assert_eq!(error.code(), Some(Code::Unavailable));
    let error = client.bootstrap("10.5.0.3").await.unwrap_err();
    assert_eq!(error.code(), Some(Code::Unimplemented));
    let admin = bundle.kubernetes_administrator(time::OffsetDateTime::now_utc());
    let admin = admin.unwrap();
    let kube = ksail::k8s::connect::from_parts(
        &format!("https://127.0.0.1:{kubernetes}"),
        &bundle.kubernetes.certificate,
        &admin.certificate,
        admin.key.expose(),
    )
    .unwrap();
    let connect = || std::net::TcpStream::connect(("127.0.0.1", kubernetes));
    connect().unwrap_err();
    assert_eq!(client.bootstrap("10.5.0.2").await.unwrap(), Outcome::Done);
    let worker = |nodes: &Objects| match nodes.get("dev-worker-1") {
        Some(_) => Verdict::Ready,
        None => Verdict::NotYet("no worker".to_owned()),
    };
    watch::until(&kube, "/api/v1/nodes", worker).await.unwrap();
    assert!(
        api.kubernetes()
            .object("/api/v1/nodes/dev-worker-1")
            .is_some()
    );
    assert!(api.config("10.5.0.2").contains("controlplane"));
    assert_eq!(
        client.etcd_members("10.5.0.2").await.unwrap()[0].hostname,
        "dev-controlplane-1"
    );
    engine.kill("dev-controlplane-1", 137);
    assert!(client.version("10.5.0.2").await.unwrap_err().is_transient());
    connect().unwrap_err();
}

#[tokio::test]
async fn a_cluster_that_starts_again_is_bootstrapped() {
    let bundle = bundle();
    let api = TalosApi::new().bootstrapped().by_hand();
    let port = free_port();
    let body = container(&bundle, "controlplane", "10.5.0.2", &[(50000, port)]);
    let _engine = Engine::empty()
        .chosen_network("dev", "10.5.0.0/24", &json!({}))
        .script("dev-controlplane-1", api.script())
        .container("dev-controlplane-1", body, true);
    let endpoint = format!("https://127.0.0.1:{port}");
    let client = Client::connect_lazy(&endpoint, &credentials(&bundle)).unwrap();
    assert_eq!(
        client.bootstrap("10.5.0.2").await.unwrap(),
        Outcome::Already
    );
    let mut states = client.watch_machine("10.5.0.2").await.unwrap();
    let state = states.next().await.unwrap().unwrap().unwrap();
    assert!(!state.ready, "it becomes ready when it is told to");
}
