//! What is pushed, and how often.

use serde_json::Value;

use super::{CONFIG_MAP, project, push};
use crate::support::context::{Context, ksail_snapshot};
use crate::support::registry::{Access, Registry};

#[test]
fn a_directory_becomes_what_flux_reads() {
    let registry = Registry::start(Access::Open);
    let context = project()
        .file("k8s/.git/config", "x")
        .file("k8s/a.png", "x");
    let run = push(
        &context,
        &registry,
        &[
            "--source=https://x/y",
            "--revision=main@sha1:00",
            "-a",
            "team=a=b",
            "-o",
            "json",
        ],
    )
    .expect(0);
    let manifest = registry.manifest("org/app:v1").unwrap();
    assert_eq!(
        manifest["mediaType"],
        "application/vnd.oci.image.manifest.v1+json"
    );
    assert_eq!(
        manifest["config"]["mediaType"],
        "application/vnd.cncf.flux.config.v1+json"
    );
    let layer = &manifest["layers"][0];
    assert_eq!(
        layer["mediaType"],
        "application/vnd.cncf.flux.content.v1.tar+gzip"
    );
    let annotations = serde_json::json!({
        "org.opencontainers.image.source": "https://x/y",
        "org.opencontainers.image.revision": "main@sha1:00",
        "team": "a=b",
    });
    assert_eq!(manifest["annotations"], annotations);
    let files = registry.files("org/app:v1");
    let paths: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(paths, ["a.yaml", "sub/notes.md"]);
    assert_eq!(files["a.yaml"], CONFIG_MAP);

    let result: Value = serde_json::from_str(&run.stdout).unwrap();
    let repository = format!("{}/org/app", registry.host());
    assert_eq!(result["repository"], repository.as_str());
    assert_eq!(result["tag"], "v1");
    let digest = result["digest"].as_str().unwrap();
    assert_eq!(result["url"], format!("oci://{repository}@{digest}"));
}

#[test]
fn what_is_there_is_not_sent_again() {
    let registry = Registry::start(Access::Open);
    let context = project();
    let first = push(&context, &registry, &[]).expect(0);
    let sent: Vec<String> = registry
        .calls()
        .into_iter()
        .filter(|call| !call.contains("HEAD"))
        .collect();
    assert_eq!(sent.len(), 6, "{sent:?}");
    registry.forget();
    let second = push(&context, &registry, &[]).expect(0);
    assert_eq!(first.stdout, second.stdout);
    let calls = registry.calls();
    assert_eq!(calls.len(), 4, "{calls:?}");
    assert!(
        calls[1..].iter().all(|call| call.starts_with("HEAD")),
        "{calls:?}"
    );
    ksail_snapshot!(second, @r"
    exit: 0
    ----- stdout
    oci://127.0.0.1:[PORT]/org/app@sha256:[ID]
    ----- stderr
    unchanged: 2 files are in `127.0.0.1:[PORT]/org/app` already
    ");

    // Another tag is one more manifest, and nothing else.
    registry.forget();
    push(&context, &registry, &["--tag=latest"]).expect(0);
    let puts: Vec<String> = registry
        .calls()
        .into_iter()
        .filter(|call| call.starts_with("PUT"))
        .collect();
    assert_eq!(puts, ["PUT /v2/org/app/manifests/latest"]);
    assert_eq!(
        registry.manifest("org/app:v1"),
        registry.manifest("org/app:latest")
    );
}

#[test]
fn git_says_where_the_sources_come_from() {
    let registry = Registry::start(Access::Open);
    let context = project();
    let git = |arguments: &[&str]| {
        let run = std::process::Command::new("git")
            .current_dir(context.work())
            .args([
                "-c",
                "user.name=me",
                "-c",
                "user.email=me@x.y",
                "-c",
                "commit.gpgsign=false",
            ])
            .args(arguments)
            .env("GIT_COMMITTER_DATE", "2026-01-31T12:00:00+02:00")
            .env("GIT_AUTHOR_DATE", "2026-01-31T12:00:00+02:00")
            .output()
            .unwrap();
        assert!(
            run.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&run.stderr)
        );
        String::from_utf8(run.stdout).unwrap().trim().to_owned()
    };
    git(&["init", "--quiet", "--initial-branch=main"]);
    git(&[
        "remote",
        "add",
        "origin",
        "https://me:secret-word@example.com/a/b.git",
    ]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message=first"]);
    let commit = git(&["rev-parse", "HEAD"]);
    let run = push(&context, &registry, &[]).expect(0);
    assert!(!run.raw().contains("secret-word"), "{}", run.raw());
    let annotations = registry.manifest("org/app:v1").unwrap()["annotations"].clone();
    let expected = serde_json::json!({
        "org.opencontainers.image.source": "https://example.com/a/b.git",
        "org.opencontainers.image.revision": format!("main@sha1:{commit}"),
        "org.opencontainers.image.created": "2026-01-31T10:00:00Z",
    });
    assert_eq!(annotations, expected);

    // What is not committed has no revision.
    let context = context.file("k8s/b.yaml", "b: 1\n");
    let run = push(&context, &registry, &[]).expect(0);
    assert!(
        run.stderr.contains("no revision is recorded"),
        "{}",
        run.raw()
    );
    let annotations = registry.manifest("org/app:v1").unwrap()["annotations"].clone();
    let expected =
        serde_json::json!({ "org.opencontainers.image.source": "https://example.com/a/b.git" });
    assert_eq!(annotations, expected);
}

#[test]
fn encrypted_files_stay_encrypted_and_clear_ones_are_told() {
    let sops = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/sops");
    let read = |name: &str| std::fs::read_to_string(format!("{sops}/{name}")).unwrap();
    let registry = Registry::start(Access::Open);
    let context = Context::new()
        .file("k8s/secret.yaml", read("secret.yaml"))
        .file(
            "k8s/clear.yaml",
            "apiVersion: v1\nkind: Secret\nmetadata: {name: clear}\nstringData: {a: b}\n",
        )
        .env("SOPS_AGE_KEY_FILE", format!("{sops}/keys/test.txt"));
    for more in [&[][..], &["--build"]] {
        let run = push(&context, &registry, more).expect(0);
        let files = registry.files("org/app:v1");
        assert_eq!(files.len(), 2, "{files:?}");
        let all: String = files.into_values().collect();
        assert!(
            all.contains("ENC[AES256_GCM,") && !all.contains("token: abc"),
            "{all}"
        );
        let warned: Vec<&str> = run
            .stderr
            .lines()
            .filter(|line| line.contains("not encrypted"))
            .collect();
        assert_eq!(warned.len(), 1, "{}", run.raw());
        assert!(warned[0].contains("secret/clear ("), "{}", warned[0]);
    }
    assert!(
        registry
            .files("org/app:v1")
            .contains_key("v1_secret_clear.yaml")
    );
}

#[test]
fn private_identities_are_refused_before_anything_is_sent() {
    let registry = Registry::start(Access::Open);
    let context = project().file("k8s/age.key", "AGE-SECRET-KEY-1QQQQ\n");
    let run = push(&context, &registry, &[]).expect(64);
    ksail_snapshot!(run, @r"
    exit: 64
    ----- stderr
    error: `k8s/age.key` holds a private age identity
    hint: keep it elsewhere, or leave it out with a `.sourceignore` file
    ");
    assert!(registry.calls().is_empty());
    let context = context.file("k8s/.sourceignore", "*.key\n");
    push(&context, &registry, &[]).expect(0);
}

#[test]
fn a_rehearsal_sends_nothing_and_knows_the_digest() {
    let registry = Registry::start(Access::Open);
    let context = project();
    let rehearsed = push(&context, &registry, &["--dry-run", "--output=digest"]).expect(0);
    assert!(registry.calls().is_empty());
    let pushed = push(&context, &registry, &["--output=digest"]).expect(0);
    assert_eq!(rehearsed.stdout, pushed.stdout);
    assert!(pushed.stdout.starts_with("sha256:"), "{}", pushed.stdout);
}

#[test]
fn arguments_that_do_not_go_together_are_told() {
    let context = project();
    for (arguments, message) in [
        (&["k8s"][..], "it does not begin with `oci://`"),
        (&["k8s", "x", "oci://a.b/c"], "unexpected"),
        (&["oci://a.b/C"], "lower-case letters"),
        (&["k8s", "oci://a.b/c", "--tag=-x"], "a tag has up to 128"),
        (
            &["-f", "k8s", "-f", "more", "oci://a.b/c"],
            "only one directory or file",
        ),
        (
            &["nowhere", "oci://a.b/c"],
            "no file or directory `nowhere`",
        ),
        (
            &["k8s", "oci://a.b/c", "--created=today"],
            "expected a time",
        ),
        (
            &["k8s", "oci://me:secret-word@a.b/c"],
            "it holds credentials",
        ),
    ] {
        let run = context
            .ksail(["workload", "push"].iter().chain(arguments))
            .expect(64);
        assert!(run.stderr.contains(message), "{arguments:?}\n{}", run.raw());
        assert!(!run.stderr.contains("secret-word"), "{}", run.raw());
    }
}
