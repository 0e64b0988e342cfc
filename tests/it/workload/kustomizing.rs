//! Kustomizations on their way through the commands.

use ksail::error::Hint as _;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use super::*;

const TESTDATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/sops");

fn sealed(name: &str) -> String {
    std::fs::read_to_string(format!("{TESTDATA}/{name}")).unwrap()
}

fn world() -> World {
    let mut world = World::new(ApiServer::start());
    let cache = world.path().join("cache");
    world.env = EnvMap::from_iter([
        ("SOPS_AGE_KEY_FILE", format!("{TESTDATA}/keys/test.txt")),
        ("XDG_CACHE_HOME", cache.display().to_string()),
    ]);
    world
}

fn without_keys() -> World {
    let mut world = world();
    world.env = EnvMap::default();
    world
}

fn names(run: &Run) -> Vec<&str> {
    let lines = run.stdout.lines();
    let found = lines.filter_map(|line| line.strip_prefix("  name: "));
    found.collect()
}

/// A base and an overlay.
fn overlay(world: World) -> World {
    world
        .file(
            "k8s/base/kustomization.yaml",
            "resources: [web.yaml, map.yaml]\n",
        )
        .file("k8s/base/web.yaml", &deployment("web"))
        .file("k8s/base/map.yaml", &config_map("map"))
        .file(
            "k8s/prod/kustomization.yaml",
            "namespace: prod\nnamePrefix: prod-\nresources: [../base, ns.yaml]\nimages: []\n",
        )
        .file(
            "k8s/prod/ns.yaml",
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: prod}\n",
        )
}

#[tokio::test]
async fn a_kustomization_is_printed_in_its_own_order() {
    let world = overlay(world());
    for arguments in [
        &["k8s/prod"][..],
        &["-f", "k8s/prod"],
        &["-k", "k8s/prod"],
        &["-k", "k8s/prod/", "--reorder=legacy"],
        &["k8s/prod/kustomization.yaml"],
    ] {
        let run = world.run("build", arguments, b"").await;
        assert_eq!(run.error(), "");
        assert_eq!(
            names(&run),
            ["prod", "prod-map", "prod-web"],
            "{arguments:?}"
        );
        assert_eq!(run.stdout.matches("namespace: prod").count(), 2);
    }
    let run = world
        .run("build", &["-k", "k8s/prod", "--reorder=none"], b"")
        .await;
    assert_eq!(names(&run), ["prod-web", "prod-map", "prod"]);
}

#[tokio::test]
async fn a_folder_of_a_plain_directory_is_built_as_a_whole() {
    let world = overlay(world()).file("k8s/z.yaml", &config_map("z"));
    let world = world.file("k8s/prod/unused.yaml", "not: a manifest\n");
    let run = world.run("build", &[], b"").await;
    assert_eq!(run.error(), "");
    assert_eq!(
        names(&run),
        ["prod", "map", "prod-map", "z", "web", "prod-web"]
    );
    let mut world = world;
    world.kustomization = Some("k8s/prod".into());
    let run = world.run("build", &[], b"").await;
    assert_eq!(names(&run), ["prod", "prod-map", "prod-web"]);
    let run = world.run("build", &["k8s/base"], b"").await;
    assert_eq!(names(&run), ["map", "web"]);
}

#[tokio::test]
async fn objects_are_applied_compared_and_deleted() {
    let world = overlay(world());
    let run = world.apply(&["-k", "k8s/prod", "--wait=false"]).await;
    assert_eq!(run.error(), "");
    let path = "/api/v1/namespaces/prod/configmaps/prod-map";
    assert_eq!(world.server.object(path).unwrap()["data"]["key"], "value");
    let run = world.run("diff", &["-k", "k8s/prod"], b"").await;
    assert_eq!(run.error(), "");
    let run = world.run("status", &["-k", "k8s/prod"], b"").await;
    assert!(run.stdout.contains("prod-web"), "{}", run.stdout);
    let run = world
        .run("delete", &["-k", "k8s/prod", "--dry-run=client"], b"")
        .await;
    assert_eq!(run.error(), "");
    assert!(
        run.stdout.contains("configmap/prod-map would be deleted"),
        "{}",
        run.stdout
    );
}

#[tokio::test]
async fn findings_name_the_file_of_the_base() {
    let world = overlay(world()).file(
        "k8s/base/web.yaml",
        &deployment("web").replace("replicas", "replica"),
    );
    let run = world.run("validate", &["k8s/prod"], b"").await;
    assert_eq!(run.exit, Exit::Failed);
    assert!(
        run.stdout.starts_with("k8s/base/web.yaml:2"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("spec.replica"), "{}", run.stdout);
    let world = world.file(
        "k8s/base/web.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: \"nginx:1\"}]}\n",
    );
    let world = world.file(
        "k8s/prod/kustomization.yaml",
        "resources: [../base]\nimages: [{name: nginx, newTag: \"2\"}]\n",
    );
    let run = world.run("images", &["k8s/prod"], b"").await;
    assert_eq!(run.stdout, "nginx:2\n");
}

#[tokio::test]
async fn encrypted_sources_are_decrypted_before_the_build() {
    let world = world()
        .file("k8s/secret.yaml", &sealed("secret.yaml"))
        .file("k8s/plain.env", &sealed("plain.env"))
        .file("k8s/blob", &sealed("bytes.bin"))
        .file(
            "k8s/kustomization.yaml",
            "namePrefix: x-\nresources: [secret.yaml]\nsecretGenerator:\n- {name: env, envs: [plain.env]}\n- {name: blob, files: [blob]}\n",
        );
    let run = world.run("build", &[], b"").await;
    assert_eq!(run.error(), "");
    assert!(
        !run.stdout.contains("ENC[") && !run.stdout.contains("sops"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("token: abc\n"), "{}", run.stdout);
    let clear = without_keys()
        .file("k8s/secret.yaml", &sealed("clear/secret.yaml"))
        .file("k8s/plain.env", &sealed("clear/plain.env"))
        .file(
            "k8s/kustomization.yaml",
            "namePrefix: x-\nresources: [secret.yaml]\nsecretGenerator:\n- {name: env, envs: [plain.env]}\n- {name: blob, files: [blob]}\n",
        );
    let bytes = std::fs::read(format!("{TESTDATA}/clear/bytes.bin")).unwrap();
    std::fs::write(clear.path().join("k8s/blob"), bytes).unwrap();
    let same = clear.run("build", &[], b"").await;
    assert_eq!(same.error(), "");
    assert_eq!(run.stdout, same.stdout);

    // Names depend on the clear text, so whoever needs names needs keys too.
    let run = world.run("delete", &["k8s", "--dry-run=client"], b"").await;
    for name in names(&same) {
        assert!(run.stdout.contains(name), "{name}: {}", run.stdout);
    }
    let run = world.apply(&["--wait=false"]).await;
    assert_eq!(run.error(), "");
    let secret = world
        .server
        .object("/api/v1/namespaces/default/secrets/x-secret");
    assert_eq!(secret.unwrap()["stringData"]["token"], "abc");
    assert!(!run.stdout.contains("abc") && !run.events.contains("abc"));
}

#[tokio::test]
async fn what_stays_encrypted_is_told() {
    let kustomization =
        "resources: [secret.yaml]\nsecretGenerator: [{name: env, envs: [plain.env]}]\n";
    let world = without_keys()
        .file("k8s/secret.yaml", &sealed("secret.yaml"))
        .file("k8s/plain.env", "A=b\n")
        .file("k8s/kustomization.yaml", kustomization);
    let run = world.run("build", &[], b"").await;
    assert_eq!(run.exit, Exit::Failed);
    assert_eq!(run.error(), "cannot decrypt `k8s/secret.yaml`");
    let run = world.run("build", &["--no-decrypt"], b"").await;
    assert_eq!(run.error(), "");
    assert!(run.stdout.contains("ENC["));
    // Only names count, and those are clear.
    let run = world.run("delete", &["k8s", "--dry-run=client"], b"").await;
    assert_eq!(run.error(), "");
    let run = world.run("validate", &[], b"").await;
    assert!(
        run.events.contains("encrypted values are not checked"),
        "{}",
        run.events
    );

    let world = world.file("k8s/secret.yaml", &sealed("secret-all.yaml"));
    let run = world.run("build", &["--no-decrypt"], b"").await;
    assert_eq!(
        run.error(),
        "k8s/secret.yaml: it is encrypted as a whole, and a kustomization has to know what its objects are"
    );
    let world = world.file("k8s/secret.yaml", &config_map("a"));
    let world = world.file("k8s/plain.env", &sealed("plain.env"));
    let run = world.run("delete", &["k8s", "--dry-run=client"], b"").await;
    assert_eq!(run.error(), "cannot decrypt `k8s/plain.env`");
}

#[tokio::test]
async fn changed_files_are_refused_and_changed_objects_are_not() {
    let broken = sealed("secret.yaml").replace("type: Opaque", "type: other");
    let world = world()
        .file("k8s/secret.yaml", &broken)
        .file("k8s/kustomization.yaml", "resources: [secret.yaml]\n");
    let run = world.run("build", &[], b"").await;
    assert_eq!(run.error(), "cannot decrypt `k8s/secret.yaml`");
    // As text in a kustomization it is no file, so nothing says what it was before.
    let patch = sealed("secret.yaml").replace('\n', "\n    ");
    let world = world.file("k8s/secret.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: secret, annotations: {kustomize.toolkit.fluxcd.io/decrypt: disabled}}\n");
    let world = world.file(
        "k8s/kustomization.yaml",
        &format!("resources: [secret.yaml]\npatches:\n- patch: |-\n    {patch}\n"),
    );
    let run = world.run("build", &[], b"").await;
    assert_eq!(run.error(), "");
    assert!(run.stdout.contains("ENC["), "{}", run.stdout);
    let world = world.file(
        "k8s/secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: secret}\n",
    );
    let run = world.run("build", &[], b"").await;
    assert_eq!(run.error(), "");
    assert!(run.stdout.contains("token: abc\n"), "{}", run.stdout);
}

#[tokio::test]
async fn entries_of_secrets_that_are_encrypted_files_are_decrypted() {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let entry = STANDARD.encode(sealed("plain.env"));
    let world = world()
        .file(
            "k8s/secret.yaml",
            &format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\ndata: {{a.env: {entry}, b: Yg==}}\n"),
        )
        .file("k8s/kustomization.yaml", "resources: [secret.yaml]\n");
    let run = world.run("build", &["-o", "json"], b"").await;
    assert_eq!(run.error(), "");
    let list: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let data = &list["items"][0]["data"];
    let clear = STANDARD.decode(data["a.env"].as_str().unwrap()).unwrap();
    assert_eq!(String::from_utf8(clear).unwrap(), sealed("clear/plain.env"));
    assert_eq!(data["b"], "Yg==");

    let long = format!("{}#{}\n", sealed("plain.env"), "x".repeat(5 << 20));
    let world = world.file("k8s/long.env", &long).file(
        "k8s/kustomization.yaml",
        "secretGenerator: [{name: a, envs: [long.env]}]\n",
    );
    let run = world.run("build", &[], b"").await;
    assert_eq!(
        run.error(),
        "k8s/long.env: an encrypted file of a kustomization may not be longer than 5 MiB"
    );
}

/// A program that stands in for helm and writes down how it is called.
fn helm(world: &World) -> String {
    let path = world.path().join("helm");
    let script = r#"#!/bin/sh
here=$(dirname "$0")
echo "$* HOME=$HELM_CONFIG_HOME" >> "$here/calls"
case $1 in
version) echo v3.19.0+g1 ;;
pull) mkdir -p "$4/web"; echo "a: chart" > "$4/web/values.yaml" ;;
template)
  echo "WARNING: said by helm"
  while [ $# -gt 0 ]; do
    [ "$1" = -f ] && values=$2
    [ "$1" = --namespace ] && namespace=$2
    shift
  done
  printf -- '---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: web, namespace: %s}\ndata:\n' "$namespace"
  sed 's/^/  /' "$values"
  ;;
esac
"#;
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

#[tokio::test]
async fn charts_are_rendered_by_helm() {
    let world = world()
        .file(
            "base/kustomization.yaml",
            "helmCharts:\n- {name: web, version: 1.0.0, repo: \"https://charts\", releaseName: r, valuesInline: {b: inline}}\n",
        )
        .file("k8s/kustomization.yaml", "namespace: prod\nresources: [../base]\n");
    let helm = helm(&world);
    let run = world.run("build", &[], b"").await;
    assert_eq!(run.exit, Exit::Usage);
    assert!(
        run.error().contains("the chart `web` needs `helm`"),
        "{}",
        run.error()
    );
    for _ in 0..2 {
        let run = world
            .run("build", &["--enable-helm", "--helm-command", &helm], b"")
            .await;
        assert_eq!(run.error(), "");
        assert!(run.stdout.contains("  namespace: prod\n"), "{}", run.stdout);
        assert!(
            run.stdout.contains("  a: chart\n  b: inline\n"),
            "{}",
            run.stdout
        );
        assert!(!run.stdout.contains("WARNING"), "{}", run.stdout);
    }
    let calls = std::fs::read_to_string(world.path().join("calls")).unwrap();
    let verbs: Vec<&str> = calls
        .lines()
        .filter_map(|call| call.split(' ').next())
        .collect();
    // What was fetched is there.
    assert_eq!(
        verbs,
        ["version", "pull", "template", "version", "template"]
    );
    let home = world
        .path()
        .canonicalize()
        .unwrap()
        .join("base/charts/web-1.0.0");
    let template = calls.lines().nth(2).unwrap();
    let expected = format!("template r {}/web --namespace prod -f ", home.display());
    assert!(template.starts_with(&expected), "{template}");
    let folder = template.rsplit("HOME=").next().unwrap();
    assert!(!Path::new(folder).exists(), "{folder} is left behind");

    let run = world
        .run(
            "build",
            &["--enable-helm", "--helm-command", "/nonexistent/helm"],
            b"",
        )
        .await;
    assert!(
        run.error().contains("there is no such program"),
        "{}",
        run.error()
    );
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[tokio::test]
async fn bases_come_out_of_repositories() {
    let world = world().file("repo/base/kustomization.yaml", "resources: [map.yaml]\n");
    let world = world.file("repo/base/map.yaml", &config_map("map"));
    let repository = world.path().join("repo");
    git(&repository, &["init", "-q", "-b", "main"]);
    git(&repository, &["add", "-A"]);
    git(&repository, &["commit", "-qm", "x"]);
    let commit = git(&repository, &["rev-parse", "HEAD"]);
    let url = format!("file://{}//base?ref={commit}", repository.display());
    let world = world.file(
        "k8s/kustomization.yaml",
        &format!("namePrefix: a-\nresources: [{url:?}]\n"),
    );
    let run = world.run("build", &[], b"").await;
    assert_eq!(run.error(), "");
    assert_eq!(names(&run), ["a-map"]);
    let run = world.run("build", &["-k", &url], b"").await;
    assert_eq!(names(&run), ["map"]);
    // A commit is fetched once.
    std::fs::remove_dir_all(&repository).unwrap();
    let run = world.run("build", &[], b"").await;
    assert_eq!(names(&run), ["a-map"]);
}

#[tokio::test]
async fn files_come_from_servers() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let text = config_map("map");
    let server = std::thread::spawn(move || {
        for number in 0..3 {
            let (mut connection, _) = listener.accept().unwrap();
            let mut request = [0; 2048];
            let length = connection.read(&mut request).unwrap();
            let request = String::from_utf8_lossy(&request[..length]).into_owned();
            let answer = match number {
                0 => "HTTP/1.1 302 Found\r\nlocation: /b.yaml\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned(),
                1 => format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}", text.len()),
                _ => "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned(),
            };
            assert!(
                request.starts_with(["GET /a.yaml", "GET /b.yaml", "GET /c.yaml"][number]),
                "{request}"
            );
            connection.write_all(answer.as_bytes()).unwrap();
        }
    });
    let world = world().file(
        "k8s/kustomization.yaml",
        &format!("resources: [\"http://{address}/a.yaml\"]\n"),
    );
    let run = world.run("build", &[], b"").await;
    assert_eq!(run.error(), "");
    assert_eq!(names(&run), ["map"]);
    let world = world.file(
        "k8s/kustomization.yaml",
        &format!("resources: [\"http://{address}/c.yaml\"]\n"),
    );
    let run = world.run("build", &[], b"").await;
    assert_eq!(
        run.error(),
        format!(
            "k8s/kustomization.yaml:1:13: `resources`: `http://{address}/c.yaml` answers 404 (not found)"
        )
    );
    server.join().unwrap();
}

#[tokio::test]
async fn mistakes_are_shown_where_they_are() {
    let world = world().file("k8s/kustomization.yaml", "resources: [a.yml]\n");
    let world = world.file("k8s/a.yaml", &config_map("a"));
    let run = world.run("build", &[], b"").await;
    assert_eq!(run.exit, Exit::Usage);
    let error = run.error.as_ref().unwrap();
    assert_eq!(
        error.to_string(),
        "k8s/kustomization.yaml:1:13: `resources`: `a.yml` is neither a file nor a folder"
    );
    assert_eq!(
        error.excerpt(),
        Some("1 | resources: [a.yml]\n  |             ^")
    );
    assert_eq!(error.hint().as_deref(), Some("did you mean `a.yaml`?"));
    let run = world.run("build", &["-k", "nowhere"], b"").await;
    assert_eq!(run.error(), "kustomization: `nowhere` is no folder");
    let run = world.run("validate", &[], b"").await;
    assert!(run.stdout.contains("`a.yml` is neither"), "{}", run.stdout);
}
