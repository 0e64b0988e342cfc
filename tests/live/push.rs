//! What `ksail workload push` pushes to a real registry is what Flux's own library unpacks from it.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, KeyPair};
use serde_json::{Value, json};

use crate::support::registry::{PASSWORD, Registry, USER};
use crate::support::world::World;

const FILES: [&str; 5] = [
    "a.yaml",
    "sub/deep/b.json",
    "sub/c.txt",
    "run.sh",
    ".sourceignore",
];

/// A project of some files, one of them for nobody, and a long path.
fn project() -> World {
    let world = World::new();
    for name in FILES {
        world.file(&format!("k8s/{name}"), &format!("{name}: ä\n").repeat(50));
    }
    world.file("k8s/.sourceignore", "drafts/\n*.tmp\n");
    world.file("k8s/drafts/x.yaml", "x");
    world.file(&format!("k8s/{}/long.yaml", "d".repeat(140)), "long\n");
    let script = world.path("k8s/run.sh");
    std::fs::set_permissions(script, std::fs::Permissions::from_mode(0o755)).unwrap();
    world
}

/// Every file below a folder: its path, its content, and whether it can be run.
fn tree(folder: &Path) -> BTreeMap<String, (Vec<u8>, bool)> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).unwrap().display().to_string();
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            found.insert(name, (std::fs::read(path).unwrap(), mode & 0o100 != 0));
        }
    }
    found
}

fn expected(world: &World) -> BTreeMap<String, (Vec<u8>, bool)> {
    let mut expected = tree(&world.path("k8s"));
    assert!(expected.remove("drafts/x.yaml").is_some());
    expected
}

#[test]
#[ignore = "needs docker-registry (make testbed)"]
fn flux_unpacks_what_was_pushed() {
    let registry = Registry::open();
    let world = project();
    let address = format!("oci://{}/org/app:v1", registry.host);
    let push = [
        "workload",
        "push",
        "k8s",
        &address,
        "--tag=stable",
        "--source=https://x/y",
        "--revision=main@sha1:00",
        "--created=2026-01-31T12:00:00Z",
        "--output=json",
    ];
    let pushed = world.ksail(push).expect(0).json();
    let digest = pushed["digest"].as_str().unwrap();
    for tag in ["v1", "stable"] {
        let name = format!("{}/org/app:{tag}", registry.host);
        let folder = world.path(&format!("out-{tag}"));
        let pulled = world
            .peer(
                "flux-pull",
                ["--insecure", &name, &folder.display().to_string()],
            )
            .expect(0)
            .json();
        assert_eq!(pulled["source_url"], "https://x/y");
        assert_eq!(pulled["source_revision"], "main@sha1:00");
        assert_eq!(pulled["created"], "2026-01-31T12:00:00Z");
        assert_eq!(
            pulled["digest"],
            format!("{}/org/app@{digest}", registry.host)
        );
        assert_eq!(tree(&folder), expected(&world));
    }

    let again = world
        .ksail(push)
        .expect(0)
        .explains(&["unchanged: 6 files"]);
    assert_eq!(again.json(), pushed);
    world.file("k8s/a.yaml", "changed: true\n");
    let changed = world
        .ksail(push)
        .expect(0)
        .explains(&["tagged `v1` and `stable`"]);
    assert_ne!(changed.json()["digest"], pushed["digest"]);
}

#[test]
#[ignore = "needs docker-registry (make testbed)"]
fn a_closed_registry_opens_with_the_credentials_of_the_docker_client() {
    let (authority, certificate, key) = certificates();
    let registry = Registry::closed(&certificate, &key);
    let world = project();
    world.file("ca.pem", &authority);
    let address = format!("oci://{}/org/app:v1", registry.host);
    let push = [
        "workload",
        "push",
        "k8s",
        &address,
        "--ca-file=ca.pem",
        "--output=digest",
    ];
    let refused = world.ksail(push).expect(1);
    refused.explains(&[
        "refuses to let us push to `org/app`",
        "no credentials were shown",
        "run `docker login",
    ]);

    let auth = STANDARD.encode(format!("{USER}:{PASSWORD}"));
    let login: Value = json!({ "auths": { (registry.host.as_str()): { "auth": auth } } });
    world.file("../home/.docker/config.json", &login.to_string());
    let pushed = world.ksail(push).expect(0);
    assert!(!pushed.raw().contains(PASSWORD), "{}", pushed.raw());
    let name = format!("{}/org/app:v1", registry.host);
    let folder = world.path("out");
    let pull = ["--ca-file", "ca.pem", &name, &folder.display().to_string()];
    let pulled = world.peer("flux-pull", pull).expect(0).json();
    let digest = format!("{}/org/app@{}", registry.host, pushed.stdout.trim());
    assert_eq!(pulled["digest"], digest);
    assert_eq!(tree(&folder), expected(&world));
}

/// An authority, and a certificate for this machine with its key, all PEM.
fn certificates() -> (String, String, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = params.self_signed(&key).unwrap().pem();
    let issuer = rcgen::Issuer::new(params, key);
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    (authority, certificate.pem(), key.serialize_pem())
}
