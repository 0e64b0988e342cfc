use ksail::cluster::model::{ContainerSpec, FileSpec, NetworkSpec, PortBinding, Protocol};
use ksail::docker::{Error, files, ops};

use super::connected;
use crate::support::engine::Engine;

fn node(name: &str, port: Option<u16>) -> ContainerSpec {
    ContainerSpec {
        name: name.into(),
        image: "kindest/node:v1".into(),
        tty: true,
        network: "kind".into(),
        ports: vec![PortBinding {
            container_port: 6443,
            protocol: Protocol::Tcp,
            host_address: "127.0.0.1".into(),
            host_port: port,
        }],
        ..ContainerSpec::default()
    }
}

fn ready() -> Engine {
    Engine::empty()
        .image("kindest/node:v1")
        .network("kind", "172.18.0.0/16")
}

#[tokio::test]
async fn a_container_from_creation_to_removal() {
    let engine = ready();
    let client = connected(&engine).await;
    let id = ops::create_container(&client, &node("n", Some(41000)))
        .await
        .unwrap();
    let files = [
        FileSpec::file("/etc/kubernetes/pki/ca.key", 0o600, "secret"),
        FileSpec::symlink("/etc/localtime", "/usr/share/zoneinfo/UTC"),
    ];
    files::put_archive(&client, &id, "/", &files).await.unwrap();
    ops::start(&client, &id).await.unwrap();
    ops::start(&client, &id).await.unwrap();
    let read = files::get_archive(&client, &id, "/etc/kubernetes/pki")
        .await
        .unwrap();
    assert_eq!(
        read,
        [("/etc/kubernetes/pki/ca.key".to_owned(), b"secret".to_vec())]
    );
    let published = ops::published_port(&client, &id, 6443).await.unwrap();
    assert_eq!(published, ("127.0.0.1".to_owned(), 41000));
    assert_eq!(engine.created("n")["HostConfig"]["NetworkMode"], "kind");
    assert_eq!(engine.containers(), [("n".to_owned(), "running")]);
    ops::stop(&client, &id, 3).await.unwrap();
    ops::remove(&client, &id).await.unwrap();
    ops::remove(&client, &id).await.unwrap();

    let archive = format!("/containers/{id}/archive");
    assert_eq!(
        engine.requests(),
        [
            "POST /containers/create".to_owned(),
            format!("PUT {archive}"),
            format!("POST /containers/{id}/start"),
            format!("POST /containers/{id}/start"),
            format!("GET {archive}"),
            format!("GET /containers/{id}/json"),
            format!("POST /containers/{id}/stop"),
            format!("DELETE /containers/{id}"),
            format!("DELETE /containers/{id}"),
        ]
    );
    let removal = engine.calls().pop().unwrap();
    assert_eq!(
        (removal.query["force"].as_str(), removal.query["v"].as_str()),
        ("true", "true")
    );
}

#[tokio::test]
async fn uploaded_files_keep_mode_and_link() {
    let engine = ready();
    let client = connected(&engine).await;
    ops::create_container(&client, &node("n", None))
        .await
        .unwrap();
    let files = [
        FileSpec::file("/kind/run.sh", 0o755, "#!"),
        FileSpec::symlink("/a", "b"),
    ];
    files::put_archive(&client, "n", "/", &files).await.unwrap();
    let file = engine.file("n", "/kind/run.sh").unwrap();
    assert_eq!(
        (file.mode, file.bytes.as_slice()),
        (0o755, b"#!".as_slice())
    );
    assert_eq!(engine.file("n", "/a").unwrap().link.as_deref(), Some("b"));
}

#[tokio::test]
async fn refusals_are_typed() {
    let engine = ready().occupied(41000);
    let client = connected(&engine).await;
    let mut missing = node("x", None);
    missing.image = "nowhere:1".into();
    let error = ops::create_container(&client, &missing).await.unwrap_err();
    assert!(
        matches!(&error, Error::NoSuchImage { reference } if reference == "nowhere:1"),
        "{error:?}"
    );

    let id = ops::create_container(&client, &node("n", Some(41000)))
        .await
        .unwrap();
    let error = ops::create_container(&client, &node("n", None))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, Error::NameConflict { name, .. } if name == "n"),
        "{error:?}"
    );

    let error = ops::start(&client, &id).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "port 127.0.0.1:41000 is already in use on the Engine's host"
    );

    let error = ops::start(&client, "gone").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot start the container `gone`: No such container: gone"
    );
    assert!(matches!(error, Error::NotFound { .. }));
}

#[tokio::test]
async fn networks_come_and_go() {
    let engine = ready();
    let client = connected(&engine).await;
    let mut spec = NetworkSpec {
        name: "second".into(),
        ipv6_subnet: Some("fc00:f853:ccd:e793::/64".into()),
        ..NetworkSpec::default()
    };
    let id = ops::create_network(&client, &spec).await.unwrap();
    spec.name = "third".into();
    let error = ops::create_network(&client, &spec).await.unwrap_err();
    assert!(
        matches!(&error, Error::PoolOverlap { name, .. } if name == "third"),
        "{error:?}"
    );

    let container = ops::create_container(&client, &node("n", None))
        .await
        .unwrap();
    ops::start(&client, &container).await.unwrap();
    ops::connect_network(&client, "second", &container)
        .await
        .unwrap();
    assert_eq!(
        ops::inspect_network(&client, "second")
            .await
            .unwrap()
            .attached,
        1
    );
    let error = ops::remove_network(&client, &id).await.unwrap_err();
    assert!(
        matches!(error, Error::Engine { status: 403, .. }),
        "{error:?}"
    );
    ops::remove(&client, &container).await.unwrap();
    ops::remove_network(&client, &id).await.unwrap();
    ops::remove_network(&client, &id).await.unwrap();
    assert_eq!(engine.networks(), ["kind"]);
}

#[tokio::test]
async fn an_engine_without_ipv6_says_so() {
    let engine = ready().fail(
        "POST /networks/create",
        1,
        500,
        "Cannot read IPv6 setup for bridge br-0: open /proc/sys/net/ipv6: no such file",
    );
    let client = connected(&engine).await;
    let spec = NetworkSpec {
        name: "kind2".into(),
        ipv6_subnet: Some("fc00::/64".into()),
        ..NetworkSpec::default()
    };
    let error = ops::create_network(&client, &spec).await.unwrap_err();
    assert!(matches!(error, Error::Ipv6Unavailable { .. }), "{error:?}");
}
