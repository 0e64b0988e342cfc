use ksail::docker::{self, Address, Endpoint, Error, Origin};
use ksail::error::Hint;

use super::{address, connected};
use crate::support::engine::Engine;

async fn refused(address: Address) -> (String, String) {
    let error = docker::Engine::connect(address).await.unwrap_err();
    let hint = error.hint().unwrap_or_default().into_owned();
    (error.to_string(), hint)
}

#[tokio::test]
async fn the_version_is_asked_once_and_pinned() {
    for (api, oldest, used) in [
        ("1.41", "1.12", "v1.41"),
        ("1.53", "1.44", "v1.53"),
        ("1.99", "1.44", "v1.53"),
    ] {
        let engine = Engine::empty().api(api).minimum_api(oldest);
        let client = docker::Engine::connect(address(&engine)).await.unwrap();
        docker::snapshot::host_facts(&client).await.unwrap();
        let versions: Vec<String> = engine
            .calls()
            .into_iter()
            .map(|call| call.version)
            .collect();
        assert_eq!(versions, ["", used]);
    }
}

#[tokio::test]
async fn an_old_engine_is_refused() {
    let engine = Engine::empty().api("1.40");
    let (message, hint) = refused(address(&engine)).await;
    let expected = format!(
        "the Docker Engine at `{}` speaks API 1.40, but at least 1.41 is needed",
        engine.host()
    );
    assert_eq!(message, expected);
    assert_eq!(hint, "upgrade to Docker Engine 20.10 or newer");
}

#[tokio::test]
async fn a_missing_socket_is_named_with_its_origin() {
    let (message, hint) = refused(Address {
        endpoint: Endpoint::Unix("/nonexistent/docker.sock".into()),
        origin: Origin::Default,
        configuration: None,
    })
    .await;
    assert_eq!(
        message,
        "no Docker Engine answers at `unix:///nonexistent/docker.sock` (the default address)"
    );
    assert!(hint.contains("systemctl start docker"), "{hint}");
}

#[tokio::test]
async fn a_socket_nobody_serves_is_unreachable() {
    let engine = Engine::empty();
    let path = engine.directory().join("stale.sock");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let error = docker::Engine::connect(Address {
        endpoint: Endpoint::Unix(path.clone()),
        origin: Origin::Flag,
        configuration: None,
    })
    .await
    .unwrap_err();
    let Error::Unreachable { source, .. } = &error else {
        panic!("{error:?}");
    };
    // What tells a refused connection from a forbidden one.
    assert_eq!(source.kind, Some(std::io::ErrorKind::ConnectionRefused));
    let message = error.to_string();
    let expected = format!(
        "no Docker Engine answers at `unix://{}` (from --docker-host)",
        path.display()
    );
    assert_eq!(message, expected);
}

#[tokio::test]
async fn tcp_needs_a_listener() {
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let (message, hint) = refused(Address {
        endpoint: Endpoint::Tcp(format!("127.0.0.1:{port}"), None),
        origin: Origin::Environment,
        configuration: None,
    })
    .await;
    assert!(
        message.starts_with("no Docker Engine answers at `tcp://127.0.0.1:"),
        "{message}"
    );
    assert!(hint.contains("listens on that port"), "{hint}");
}

#[tokio::test]
async fn a_dying_engine_is_reported_as_gone() {
    let engine = Engine::empty().die("GET /info", 1);
    let client = connected(&engine).await;
    let error = docker::snapshot::host_facts(&client).await.unwrap_err();
    assert!(matches!(error, Error::Disconnected { .. }), "{error:?}");
    assert!(error.engine_is_gone());
    assert_eq!(
        error.to_string(),
        "the Docker Engine went away while we tried to describe its host"
    );
    let after = docker::snapshot::host_facts(&client).await.unwrap_err();
    assert!(after.engine_is_gone(), "{after:?}");
}

#[tokio::test]
async fn half_an_answer_is_no_answer() {
    let engine = Engine::empty().cut("GET /info", 1);
    let client = connected(&engine).await;
    let error = docker::snapshot::host_facts(&client).await.unwrap_err();
    assert!(error.engine_is_gone(), "{error:?}");
    docker::snapshot::host_facts(&client).await.unwrap();
}
