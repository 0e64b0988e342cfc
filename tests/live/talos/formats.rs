//! Secrets, configurations and talosconfigs, back and forth between us and stock talosctl. No node is needed.

use std::path::Path;

use ksail::cluster::talos::{Bundle, from_control_plane_config};
use ksail::env::EnvMap;
use ksail::talosconfig::{self, Files, Ours};
use ksail::yaml::{self, Source};
use time::OffsetDateTime;

use crate::support::world::World;

const ENDPOINT: &str = "https://10.5.0.2:6443";

fn random(count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    let provider = rustls::crypto::ring::default_provider();
    provider.secure_random.fill(&mut bytes).unwrap();
    bytes
}

/// New secrets of ours.
pub(super) fn bundle() -> Bundle {
    Bundle::generate(OffsetDateTime::now_utc(), &random).unwrap()
}

/// What `talosctl gen config` makes of secrets, in this folder of the world.
pub(super) fn gen_config(world: &World, secrets: &Bundle, folder: &str, more: &[&str]) -> String {
    let file = world.file(&format!("{folder}.yaml"), secrets.to_yaml().expose());
    let with = format!("--with-secrets={file}");
    let plain = ["gen", "config", "live", ENDPOINT, &with, "-o", folder];
    let rest = ["--with-docs=false", "--with-examples=false"];
    let all = plain.into_iter().chain(rest).chain(more.iter().copied());
    world.peer("talosctl", all).expect(0);
    read(&world.path(folder).join("controlplane.yaml"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn source() -> Source {
    Source::new("test")
}

#[test]
#[ignore = "needs talosctl (testbed/peers.sh)"]
fn talosctl_takes_our_secrets_and_gives_them_back() {
    let world = World::new();
    let ours = bundle();
    let config = gen_config(&world, &ours, "ours", &[]);
    assert_eq!(from_control_plane_config(&config, &source()).unwrap(), ours);
    let from = world.file("controlplane.yaml", &config);
    let from = format!("--from-controlplane-config={from}");
    world
        .peer("talosctl", ["gen", "secrets", &from, "-o", "again.yaml"])
        .expect(0);
    let again = read(&world.path("again.yaml"));
    assert_eq!(Bundle::from_yaml(&again, &source()).unwrap(), ours);
    // Installing needs a disk, which is the one thing that this configuration does not name for a container.
    let valid = ["validate", "--mode=container", "-c", "controlplane.yaml"];
    world.peer("talosctl", valid).expect(0);
}

#[test]
#[ignore = "needs talosctl (testbed/peers.sh)"]
fn secrets_of_talosctl_survive_us() {
    let world = World::new();
    for (name, version) in [("new", "v1.13"), ("middle", "v1.9"), ("old", "v1.2")] {
        let version = format!("--talos-version={version}");
        let file = format!("{name}-theirs.yaml");
        world
            .peer("talosctl", ["gen", "secrets", "-o", &file, &version])
            .expect(0);
        let text = read(&world.path(&file));
        let bundle = Bundle::from_yaml(&text, &source()).unwrap();
        let written = bundle.to_yaml();
        let values = |text: &str| yaml::load(text, &source()).unwrap();
        assert_eq!(values(&text), values(written.expose()), "{name}");
        let config = gen_config(&world, &bundle, name, &[&version]);
        assert_eq!(
            from_control_plane_config(&config, &source()).unwrap(),
            bundle
        );
        let now = OffsetDateTime::now_utc();
        bundle.talos_administrator(now).unwrap();
        bundle.kubernetes_administrator(now).unwrap();
    }
}

#[tokio::test]
#[ignore = "needs talosctl (testbed/peers.sh)"]
async fn talosctl_uses_our_context_and_we_keep_its_own() {
    let world = World::new();
    let secrets = bundle();
    gen_config(&world, &secrets, "theirs", &[]);
    let theirs = world.path("theirs").join("talosconfig");
    let file = world.file("talosconfig", &read(&theirs));
    let with = format!("--talosconfig={file}");
    let files: EnvMap = [("TALOSCONFIG", file.as_str())].into_iter().collect();
    let files = Files::find(None, &files).unwrap();
    let admin = secrets
        .talos_administrator(OffsetDateTime::now_utc())
        .unwrap();
    let access = talosconfig::Access {
        name: "ours".to_owned(),
        endpoints: vec!["127.0.0.1:50000".to_owned()],
        nodes: vec!["10.5.0.2".to_owned()],
        authority: secrets.os.certificate.clone(),
        certificate: admin.certificate,
        key: admin.key,
    };
    files.add(&access, true).await.unwrap();
    let info = world.peer("talosctl", ["config", "info", &with]).expect(0);
    for part in [
        "ours",
        "127.0.0.1:50000",
        "10.5.0.2",
        "os:admin",
        "1 year from now",
    ] {
        assert!(info.stdout.contains(part), "{part} in {}", info.stdout);
    }
    let contexts = world
        .peer("talosctl", ["config", "contexts", &with])
        .expect(0);
    assert!(contexts.stdout.contains("live"), "{}", contexts.stdout);
    let ours = Ours {
        name: "ours",
        authority: Some(&secrets.os.certificate),
    };
    assert_eq!(files.remove(ours).await.unwrap().len(), 1);
    let contexts = world
        .peer("talosctl", ["config", "contexts", &with])
        .expect(0);
    assert!(!contexts.stdout.contains("ours"), "{}", contexts.stdout);
    let last = Ours {
        name: "live",
        authority: None,
    };
    assert_eq!(files.remove(last).await.unwrap().len(), 1);
    world
        .peer("talosctl", ["config", "contexts", &with])
        .expect(0);
}
