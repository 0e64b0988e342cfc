//! Reading patches and applying them.

use crate::config::talos::document::Document;
use crate::config::talos::{MachineConfig, Patch, PatchScope, Role, TalosVersion};
use crate::error::Hint as _;
use crate::yaml::Source;

const BASE: &str = "\
version: v1alpha1
machine:
  type: controlplane
  certSANs: [127.0.0.1]
  kubelet: {image: 'ghcr.io/siderolabs/kubelet:v1.36.3'}
  network:
    interfaces:
      - interface: eth0
        addresses: [10.0.0.2/24]
        vlans: [{vlanId: 7, addresses: [10.7.0.2/24]}]
      - interface: eth1
        dhcp: true
  sysctls: {a.b: '1'}
cluster:
  controlPlane: {endpoint: 'https://10.5.0.2:6443'}
  network:
    podSubnets: [10.244.0.0/16]
  apiServer:
    extraArgs: {v: '2', feature-gates: A=true}
";

fn read(text: &str) -> Result<Patch, String> {
    let source = Source::new("p.yaml");
    Patch::parse(text, &source, PatchScope::All).map_err(|error| {
        let hint = error.hint().unwrap_or_default();
        format!("{error}; {hint}")
    })
}

fn patched(base: &str, patches: &[&str]) -> Result<String, String> {
    let base = MachineConfig::parse(base, &Source::new("base").confidential()).unwrap();
    let patches: Result<Vec<Patch>, String> = patches.iter().map(|text| read(text)).collect();
    let config = base.patched(Role::ControlPlane, TalosVersion::NEWEST, &patches?);
    Ok(config
        .map_err(|error| error.to_string())?
        .to_yaml()
        .expose()
        .clone())
}

#[track_caller]
fn assert_patched(base: &str, patch: &str, expected: &str) {
    let parse = |text: &str| {
        let config = MachineConfig::parse(text, &Source::new("x")).unwrap();
        let documents = config.documents.iter();
        documents.map(Document::to_json).collect::<Vec<_>>()
    };
    let result = patched(base, &[patch]).unwrap();
    assert_eq!(parse(&result), parse(expected), "{result}");
}

#[test]
fn lists_grow_maps_merge_and_some_lists_are_replaced() {
    assert_patched(
        "machine: {certSANs: [a], sysctls: {x: '1', y: '2'}}\ncluster: {network: {podSubnets: [10.0.0.0/8]}}\n",
        "machine: {certSANs: [b], sysctls: {y: 3, z: '4'}}\ncluster: {network: {podSubnets: [10.1.0.0/16]}}\n",
        "machine: {certSANs: [a, b], sysctls: {x: '1', y: '3', z: '4'}}\ncluster: {network: {podSubnets: [10.1.0.0/16]}}\n",
    );
}

#[test]
fn errors_have_place_and_hint() {
    for (patch, expected) in [
        (
            "machine:\n  kubelt: {}\n",
            "p.yaml:2:3: unknown field `machine.kubelt`; did you mean `kubelet`?",
        ),
        (
            "machine:\n  certSANs: x\n",
            "p.yaml:2:13: `machine.certSANs` must be a list, not a string; ",
        ),
        (
            "apiVersion: v1alpha1\nkind: HostnamConfig\n",
            "p.yaml:2:7: `kind` is `HostnamConfig`, which is no kind of document that Talos knows; did you mean `HostnameConfig`?; ",
        ),
        (
            "machine:\n  network:\n    hostname: a\n    hostname: b\n",
            "p.yaml:4:5: ",
        ),
        ("machine: {}\n---\nmachine: {}\n", "p.yaml:3:1: "),
        (
            "- op: ad\n  path: /machine\n  value: 1\n",
            "p.yaml:1:7: `[0].op` must be `add`",
        ),
        (
            "machine:\n  ca: {crt: 'no base64', key: c2VjcmV0}\n",
            "p.yaml:2:13: `machine.ca.crt` must be base64 of the usual alphabet, with padding; ",
        ),
    ] {
        let error = read(patch).unwrap_err();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn a_comment_is_a_patch_that_changes_nothing() {
    assert!(read("# nothing yet\n").unwrap().is_empty());
}

#[test]
fn json_patches_say_where_they_do_not_fit() {
    let patch = "- op: replace\n  path: /machine/install/disk\n  value: x\n";
    assert_eq!(
        patched(BASE, &[patch]).unwrap_err(),
        "p.yaml:1:3: `/machine/install/disk` is not in the configuration"
    );
    let patch = "[{\"op\": \"add\", \"path\": \"/machine/hostname\", \"value\": \"x\"}]";
    assert_eq!(
        patched(BASE, &[patch]).unwrap_err(),
        "p.yaml:1:2: unknown field `machine.hostname`"
    );
}
