//! Who may push, and what happens when the registry does not want to.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{project, push};
use crate::support::context::{Context, Run, ksail_snapshot};
use crate::support::registry::{Access, IDENTITY, PASSWORD, Registry, USER};

const CONFIG: &str = ".docker/config.json";

/// Neither the password nor what it becomes is in what was written.
#[track_caller]
fn assert_silent(run: &Run) {
    let encoded = STANDARD.encode(format!("{USER}:{PASSWORD}"));
    for secret in [PASSWORD, IDENTITY, &encoded, "token-1"] {
        assert!(!run.raw().contains(secret), "{}", run.raw());
    }
}

#[test]
fn a_password_opens_the_registry() {
    let registry = Registry::start(Access::Basic);
    let context = project().home_file(CONFIG, registry.login());
    let run = push(&context, &registry, &[]).expect(0);
    assert_silent(&run);
    // One refusal tells that it is needed; from then on it is shown at once.
    let pings = registry
        .calls()
        .iter()
        .filter(|call| call.starts_with("HEAD /v2/org/app/blobs"))
        .count();
    assert_eq!(pings, 3, "{:?}", registry.calls());
}

#[test]
fn a_token_is_fetched_once_and_again_when_it_has_expired() {
    let registry = Registry::start(Access::Token);
    let context = project().home_file(CONFIG, registry.login());
    let run = push(&context, &registry, &[]).expect(0);
    assert_silent(&run);
    let fetched = |registry: &Registry| {
        registry
            .calls()
            .iter()
            .filter(|call| *call == "GET /token")
            .count()
    };
    assert_eq!(fetched(&registry), 1);
    // The password is for the token server, the token for the registry.
    for (call, shown) in registry.shown() {
        assert_eq!(
            shown.starts_with("Basic "),
            call == "GET /token",
            "{call}: {shown}"
        );
    }
    registry.expire_tokens();
    push(&context, &registry, &["--tag=v2"]).expect(0);
    assert_eq!(fetched(&registry), 2);
}

#[test]
fn an_identity_token_is_traded_for_a_token() {
    let registry = Registry::start(Access::Token);
    let config = json!({ "auths": { registry.host(): { "identitytoken": IDENTITY } } });
    let context = project().home_file(CONFIG, config.to_string());
    let run = push(&context, &registry, &[]).expect(0);
    assert_silent(&run);
    assert!(registry.calls().contains(&"POST /token".to_owned()));
}

#[test]
fn a_helper_is_asked_for_credentials() {
    let registry = Registry::start(Access::Basic);
    let config = json!({ "credHelpers": { registry.host(): "fake" } });
    let context = project()
        .file("elsewhere/config.json", config.to_string())
        .file(
            "bin/docker-credential-fake",
            format!(
                "#!/bin/sh\nread -r server\ntest \"$server\" = {} || exit 1\necho '{}'\n",
                registry.host(),
                json!({ "Username": USER, "Secret": PASSWORD })
            ),
        );
    let program = context.work().join("bin/docker-credential-fake");
    std::fs::set_permissions(
        &program,
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .unwrap();
    let path = format!(
        "{}:{}",
        context.work().join("bin").display(),
        std::env::var("PATH").unwrap()
    );
    let configuration = context.work().join("elsewhere").display().to_string();
    let context = context
        .env("PATH", path)
        .env("DOCKER_CONFIG", configuration);
    let run = push(&context, &registry, &[]).expect(0);
    assert_silent(&run);
}

#[test]
fn a_refusal_names_what_was_shown() {
    let registry = Registry::start(Access::Token);
    let nothing = push(&project(), &registry, &[]).expect(1);
    ksail_snapshot!(nothing, @r"
    exit: 1
    ----- stderr
    error: `127.0.0.1:[PORT]` refuses to let us push to `org/app`: the token server `127.0.0.1:[PORT]` says UNAUTHORIZED: who are you?
    hint: no credentials were shown: `[HOME]/.docker/config.json` has none for `127.0.0.1:[PORT]`; run `docker login 127.0.0.1:[PORT]`
    ");
    let wrong =
        json!({ "auths": { registry.host(): { "auth": STANDARD.encode("me:wrong-word") } } });
    let wrong = push(
        &project().home_file(CONFIG, wrong.to_string()),
        &registry,
        &[],
    )
    .expect(1);
    assert!(!wrong.raw().contains("wrong-word"));
    assert!(
        wrong.stderr.contains("it was shown the credentials of `"),
        "{}",
        wrong.raw()
    );
    let broken = push(&project().home_file(CONFIG, "{"), &registry, &[]).expect(1);
    assert!(
        broken
            .stderr
            .contains("no credentials were shown: cannot understand `"),
        "{}",
        broken.raw()
    );
    assert!(registry.manifest("org/app:v1").is_none());
}

#[test]
fn failures_that_pass_are_waited_for() {
    let registry = Registry::start(Access::Open)
        .fault("GET /v2/", 1, 503, &[])
        .fault("HEAD /v2/org/app/blobs", 1, 429, &[("Retry-After", "0")])
        .fault("PUT /v2/org/app/blobs/uploads/1", 1, 500, &[])
        .fault("PUT /v2/org/app/manifests", 1, 502, &[]);
    push(&project(), &registry, &[]).expect(0);
    // An upload that failed begins anew.
    let begun = registry
        .calls()
        .iter()
        .filter(|call| call.starts_with("POST"))
        .count();
    assert_eq!(begun, 3, "{:?}", registry.calls());
    assert_eq!(registry.files("org/app:v1").len(), 2);
}

#[test]
fn failures_that_stay_are_told() {
    let registry = Registry::start(Access::Open).fault("POST", 9, 404, &[]);
    let run = push(&project(), &registry, &[]).expect(1);
    ksail_snapshot!(run, @r"
    exit: 1
    ----- stderr
    error: cannot begin the upload: `127.0.0.1:[PORT]` answers 404: not found
    hint: this registry may want repositories to be created before something is pushed to them
    ");
    let begun = registry
        .calls()
        .iter()
        .filter(|call| call.starts_with("POST"))
        .count();
    assert_eq!(begun, 1, "a refusal is not tried again");
    // A pause that is longer than anybody waits is a refusal as well.
    let registry =
        Registry::start(Access::Open).fault("GET /v2/", 9, 429, &[("Retry-After", "3600")]);
    let run = push(&project(), &registry, &[]).expect(1);
    assert!(
        run.stderr.contains("answers 429: too many requests"),
        "{}",
        run.raw()
    );
    assert_eq!(registry.calls().len(), 1);
}

#[test]
fn tls_trusts_an_authority_that_is_named() {
    let registry = Registry::secure(Access::Token);
    let context = project()
        .home_file(CONFIG, registry.login())
        .file("ca.pem", registry.certificate());
    push(&context, &registry, &["--ca-file=ca.pem"]).expect(0);
    let stranger = push(&context, &registry, &["--tag=v2"]).expect(1);
    assert!(
        stranger.stderr.contains("cannot reach the registry"),
        "{}",
        stranger.raw()
    );
    let empty = push(
        &context.file("empty.pem", ""),
        &registry,
        &["--ca-file=empty.pem"],
    )
    .expect(64);
    assert!(
        empty
            .stderr
            .contains("`empty.pem` holds no PEM certificate")
            || empty.stderr.contains("holds no PEM certificate"),
        "{}",
        empty.raw()
    );
}

#[test]
fn a_token_server_without_tls_gets_no_password() {
    let elsewhere = "Bearer realm=\"http://192.0.2.1/token\",service=\"x\"";
    let registry =
        Registry::secure(Access::Basic).fault("HEAD", 9, 401, &[("WWW-Authenticate", elsewhere)]);
    let context = project()
        .home_file(CONFIG, registry.login())
        .file("ca.pem", registry.certificate());
    let run = push(&context, &registry, &["--ca-file=ca.pem"]).expect(1);
    assert!(
        run.stderr
            .contains("answers with a token server without TLS"),
        "{}",
        run.raw()
    );
    assert!(registry.shown().is_empty());
}

#[test]
fn uploads_elsewhere_see_no_credentials() {
    let other = Registry::start(Access::Open).fault("PUT /v2/org/app/blobs/uploads/", 9, 201, &[]);
    let location = format!("http://{}/v2/org/app/blobs/uploads/7", other.host());
    let registry = Registry::start(Access::Basic).fault("POST", 9, 202, &[("Location", &location)]);
    let context = project().home_file(CONFIG, registry.login());
    // The manifest's blobs are not in this registry, which is how it ends; the point is who saw what.
    push(&context, &registry, &[]).expect(1);
    assert_eq!(
        other
            .calls()
            .iter()
            .filter(|call| call.starts_with("PUT"))
            .count(),
        2
    );
    assert!(other.shown().is_empty() && !registry.shown().is_empty());
}

#[test]
fn nobody_at_home_is_told_at_once() {
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let address = format!("oci://127.0.0.1:{port}/org/app");
    let run = Context::new()
        .file("a.yaml", "a: 1\n")
        .ksail(["workload", "push", "a.yaml", &address])
        .expect(1);
    ksail_snapshot!(run, @r"
    exit: 1
    ----- stderr
    error: cannot reach the registry: no answer from `127.0.0.1:[PORT]`: Connection refused (os error 111)
    hint: check that the registry is up and its address is right
    ");
}
