use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use ksail::docker::images::{PullProgress, pull};
use ksail::docker::{self, Error};
use ksail::error::Hint;

use super::{address, connected};
use crate::support::engine::Engine;

#[tokio::test]
async fn progress_ends_with_every_layer_complete() {
    let engine = Engine::empty().pullable("kindest/node:v1");
    let client = connected(&engine).await;
    let mut seen = Vec::new();
    pull(&client, "kindest/node:v1", |progress| seen.push(progress))
        .await
        .unwrap();
    let last = PullProgress {
        layers: 2,
        complete: 2,
        received: 1024,
        total: 1024,
    };
    assert_eq!(seen.last(), Some(&last));
    assert_eq!(engine.requests(), ["POST /images/create"]);
    let call = &engine.calls()[0];
    assert_eq!(
        (call.query["fromImage"].as_str(), call.query["tag"].as_str()),
        ("kindest/node", "v1")
    );
}

#[tokio::test]
async fn a_digest_wins_over_the_tag() {
    let reference = "kindest/node:v1@sha256:abcd";
    let engine = Engine::empty().pullable(reference);
    let client = connected(&engine).await;
    pull(&client, reference, |_| ()).await.unwrap();
    assert_eq!(engine.calls()[0].query["tag"], "sha256:abcd");
}

/// Takes the second of the first pause: time that stands still and a real socket do not go together.
#[tokio::test]
async fn failures_that_pass_are_retried() {
    let timeout = "Get \"https://registry-1.docker.io/v2/\": net/http: TLS handshake timeout";
    let engine = Engine::empty()
        .pullable("a:1")
        .fail("POST /images/create", 1, 500, timeout);
    let client = connected(&engine).await;
    pull(&client, "a:1", |_| ()).await.unwrap();
    assert_eq!(engine.requests().len(), 2);
}

#[tokio::test]
async fn a_missing_image_fails_at_once_with_a_remedy() {
    let engine = Engine::empty();
    let client = connected(&engine).await;
    let error = pull(&client, "nobody/nothing:1", |_| ()).await.unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("cannot pull the image `nobody/nothing:1`: pull access denied"),
        "{error}"
    );
    assert!(error.hint().unwrap().contains("docker login"));
    assert_eq!(engine.requests().len(), 1);
}

#[tokio::test]
async fn a_dead_engine_is_not_retried() {
    let engine = Engine::empty()
        .pullable("a:1")
        .die("POST /images/create", 1);
    let client = connected(&engine).await;
    let error = pull(&client, "a:1", |_| ()).await.unwrap_err();
    assert!(matches!(error, Error::Disconnected { .. }), "{error:?}");
}

#[tokio::test]
async fn stored_credentials_reach_the_engine_in_its_alphabet() {
    let engine = Engine::empty().pullable("ghcr.io/a/b:1");
    // Chosen so that plain Base64 of the header would contain `/` and `+`.
    let password = "???>>>~~~ü";
    let auth = STANDARD.encode(format!("me:{password}"));
    let config = format!(r#"{{"auths": {{"ghcr.io": {{"auth": "{auth}"}}}}}}"#);
    std::fs::write(engine.directory().join("config.json"), config).unwrap();
    let mut address = address(&engine);
    address.configuration = Some(engine.directory().to_owned());
    let client = docker::Engine::connect(address).await.unwrap();
    pull(&client, "ghcr.io/a/b:1", |_| ()).await.unwrap();
    let header = engine.calls()[1].headers["x-registry-auth"].clone();
    let sent: serde_json::Value =
        serde_json::from_slice(&URL_SAFE.decode(header).unwrap()).unwrap();
    assert_eq!(
        (sent["username"].as_str(), sent["password"].as_str()),
        (Some("me"), Some(password))
    );
    assert_eq!(sent["serveraddress"], "ghcr.io");
}
