//! From files to objects.

use super::*;

const TESTDATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/sops");

fn secret() -> String {
    std::fs::read_to_string(format!("{TESTDATA}/secret.yaml")).unwrap()
}

fn with_key(mut world: World) -> World {
    world.env = EnvMap::from_iter([("SOPS_AGE_KEY_FILE", format!("{TESTDATA}/keys/test.txt"))]);
    world
}

#[tokio::test]
async fn build_prints_what_apply_would_send() {
    let world = with_key(World::new(ApiServer::start()))
        .file("k8s/secret.yaml", &secret())
        .file(
            "k8s/a.json",
            r#"{"apiVersion": "v1", "kind": "List", "items": [
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}},
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "apps"}}]}"#,
        );
    let run = world.run("build", &[], b"").await;
    assert_eq!(run.error(), "");
    let kinds: Vec<&str> = run
        .stdout
        .lines()
        .filter(|line| line.starts_with("kind:"))
        .collect();
    assert_eq!(
        kinds,
        ["kind: Namespace", "kind: Secret", "kind: Deployment"]
    );
    assert!(run.stdout.contains("token: abc\n"));
    assert!(!run.stdout.contains("sops:") && !run.stdout.contains("ENC["));

    let sealed = world.run("build", &["--no-decrypt"], b"").await;
    assert!(sealed.stdout.contains("sops:") && !sealed.stdout.contains("token: abc"));
}

#[tokio::test]
async fn encrypted_objects_arrive_in_clear_and_their_secrets_nowhere_else() {
    let world = with_key(World::new(ApiServer::start())).file("k8s/secret.yaml", &secret());
    let run = world.apply(&[]).await;
    assert_eq!(run.error(), "");
    let object = world
        .server
        .object("/api/v1/namespaces/default/secrets/secret")
        .unwrap();
    assert_eq!(object["stringData"]["token"], "abc");
    assert!(object.get("sops").is_none());
    for text in [&run.stdout, &run.events] {
        assert!(!text.contains("YWRtaW4"), "{text}");
    }
}

#[tokio::test]
async fn what_a_server_quotes_of_a_secret_is_taken_out() {
    let message = "data: Invalid value: \"abc\": no, got c2VjcmV0";
    let server = ApiServer::start().fault("PATCH", 1, Effect::Refuse(422, "Invalid", message));
    let world = with_key(World::new(server)).file("k8s/secret.yaml", &secret());
    let run = world.apply(&[]).await;
    let line = "data: Invalid value: \"[redacted]\": no, got [redacted]\n";
    assert!(run.events.contains(line), "{}", run.events);
}

#[tokio::test]
async fn without_a_key_nothing_is_applied() {
    let world = World::new(ApiServer::start())
        .file("k8s/a.yaml", &config_map("a"))
        .file("k8s/secret.yaml", &secret());
    let run = world.apply(&[]).await;
    assert_eq!(run.exit, Exit::Failed);
    assert_eq!(run.error(), "cannot decrypt `k8s/secret.yaml`");
    let cause = std::error::Error::source(run.error.as_ref().unwrap())
        .unwrap()
        .to_string();
    assert!(
        cause.starts_with("no_key: ") && cause.contains("`age1"),
        "{cause}"
    );
    assert!(world.server.calls().is_empty());
}

#[tokio::test]
async fn standard_input_and_files_mix() {
    let world = World::new(ApiServer::start()).file("one.yaml", &config_map("one"));
    let run = world
        .run(
            "build",
            &["-f", "-", "-f", "one.yaml"],
            config_map("two").as_bytes(),
        )
        .await;
    let names: Vec<&str> = run
        .stdout
        .lines()
        .filter(|line| line.starts_with("  name:"))
        .collect();
    assert_eq!(names, ["  name: two", "  name: one"]);
}

#[tokio::test]
async fn what_is_no_manifest_is_named() {
    for (name, text, message) in [
        (
            "values.yaml",
            "replicas: 1\n",
            "k8s/values.yaml:1:1: not a Kubernetes object: `apiVersion` and `kind` are missing",
        ),
        (
            "sub/kustomization.yaml",
            "",
            "k8s/sub/kustomization.yaml: it is empty",
        ),
        (
            "kind.yaml",
            "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\n",
            "no Kubernetes objects found in `k8s`",
        ),
    ] {
        let world = World::new(ApiServer::start()).file(&format!("k8s/{name}"), text);
        let run = world.run("build", &[], b"").await;
        assert_eq!((run.exit, run.error().as_str()), (Exit::Usage, message));
    }
}

#[tokio::test]
async fn files_of_objects_hold_no_secrets_unless_allowed() {
    use std::os::unix::fs::PermissionsExt;
    let world = with_key(World::new(ApiServer::start()))
        .file("k8s/secret.yaml", &secret())
        .file("k8s/a.yaml", &config_map("a"));
    let out = world.path().join("out");
    let run = world.run("build", &["--output-dir", "out"], b"").await;
    assert_eq!(run.exit, Exit::Usage);
    assert_eq!(
        run.error(),
        "secret/secret (k8s/secret.yaml:2) would be written to a file in clear text"
    );
    assert!(!out.exists(), "nothing is written before all is agreed");

    let run = world
        .run("build", &["--output-dir", "out", "--no-decrypt"], b"")
        .await;
    assert_eq!(run.error(), "");
    assert_eq!(run.stdout, "");
    let sealed = std::fs::read_to_string(out.join("v1_secret_secret.yaml")).unwrap();
    assert!(sealed.contains("ENC[") && !sealed.contains("token: abc"));
    assert!(out.join("v1_configmap_a.yaml").exists());

    let run = world
        .run(
            "build",
            &["--output-dir", "clear", "--allow-plaintext"],
            b"",
        )
        .await;
    assert_eq!(run.error(), "");
    let clear = world.path().join("clear/v1_secret_secret.yaml");
    assert!(
        std::fs::read_to_string(&clear)
            .unwrap()
            .contains("token: abc")
    );
    let mode = std::fs::metadata(clear).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn json_is_one_list() {
    let world = World::new(ApiServer::start()).file("k8s/a.yaml", &config_map("a"));
    let run = world.run("build", &["-o", "json"], b"").await;
    let list: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(list["kind"], "List");
    assert_eq!(list["items"][0]["metadata"]["name"], "a");
}

#[tokio::test]
async fn mistakes_are_shown_with_their_line_unless_it_may_be_secret() {
    for (text, shown) in [
        (
            "apiVersion: v1\nkind: X\nmetadata:\n  name: 5\n",
            "error: k8s/a.yaml:4:9: X: `metadata.name` must be a string, found an integer\n  | 4 |   name: 5\n  |   |         ^\n",
        ),
        (
            "apiVersion: v1\nkind: X\napiVersion: v2\n",
            "error: k8s/a.yaml:3:1: key `apiVersion` is already set on line 1\n  | 3 | apiVersion: v2\n  |   | ^\n\
             hint: remove one of the two; other tools keep the last one without a word\n",
        ),
        (
            "apiVersion: v1\nkind: Secret\nstringData: {a: b, a: c}\n",
            "error: k8s/a.yaml:3:20: key `a` is already set on line 3\n\
             hint: remove one of the two; other tools keep the last one without a word\n",
        ),
    ] {
        let world = World::new(ApiServer::start()).file("k8s/a.yaml", text);
        let run = world.run("build", &[], b"").await;
        let error = ksail::error::Error::from(run.error.unwrap());
        assert_eq!(ksail::ui::error_view::render(&error, false), shown);
    }
}
