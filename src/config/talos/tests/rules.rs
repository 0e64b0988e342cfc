//! What nodes would refuse. That nothing is missing here is up to the live tests, which ask Talos itself.

use crate::config::talos::{MachineConfig, Patch, PatchScope, Role, TalosVersion};
use crate::yaml::Source;

const BASE: &str = "\
version: v1alpha1
machine:
  type: controlplane
  ca: {crt: Y2E=, key: a2V5}
  kubelet: {image: 'ghcr.io/siderolabs/kubelet:v1.36.3'}
  features: {hostDNS: {enabled: true, forwardKubeDNSToHost: true}}
cluster:
  controlPlane: {endpoint: 'https://10.5.0.2:6443'}
  etcd: {ca: {crt: Y2E=, key: a2V5}}
";

/// What is said about the base with a patch, for a control plane of Talos 1.`minor`.
fn judged(patch: &str, minor: u32) -> Result<Vec<String>, String> {
    let talos = TalosVersion::of_tag(&format!("v1.{minor}.0"));
    let base = MachineConfig::parse(BASE, &Source::new("base").confidential()).unwrap();
    let source = Source::new("talos/cluster/p.yaml");
    let patch = Patch::parse(patch, &source, PatchScope::All).unwrap();
    let role = Role::ControlPlane;
    let config = base
        .patched(role, talos, [&patch])
        .map_err(|error| error.to_string())?;
    let warnings = config
        .validate(role, talos)
        .map_err(|error| error.to_string())?;
    Ok(warnings.iter().map(ToString::to_string).collect())
}

#[test]
fn errors_point_into_the_patch_that_is_to_blame() {
    for (patch, minor, expected) in [
        (
            "machine:\n  features:\n    hostDNS: {enabled: false}\n",
            13,
            "3:24: `machine.features.hostDNS.enabled` must be true for a node in a container",
        ),
        (
            "persist: false\nmachine: {}\n",
            13,
            "1:10: `persist` must not be false: Talos keeps its configuration",
        ),
        (
            "machine: {kubelet: {image: 'x/kubelet:v1.30.1'}}\n",
            13,
            "1:28: `machine.kubelet.image` must have a tag from `v1.31` to `v1.36`: Talos 1.13 runs no other Kubernetes",
        ),
        (
            "machine:\n  install: {grubUseUKICmdline: true}\n",
            11,
            "2:13: `machine.install.grubUseUKICmdline` is known from Talos 1.12 on; this is 1.11",
        ),
        (
            "cluster: {apiServer: {extraArgs: {a: [b, c]}}}\n",
            12,
            "1:38: `cluster.apiServer.extraArgs.a` must be a single text: lists are known from Talos 1.13 on; this is 1.12",
        ),
        (
            "apiVersion: v1alpha1\nkind: KubeClusterConfig\nclusterName: a\n",
            13,
            "1:1: `kind` is `KubeClusterConfig`, which is known from Talos 1.14 on; this is 1.13",
        ),
        (
            "machine: {nodeTaints: {a: 'b:Never'}}\n",
            13,
            "1:27: `machine.nodeTaints.a` must be `VALUE:EFFECT`, with the effect `NoSchedule`, `PreferNoSchedule` or `NoExecute`",
        ),
        (
            "apiVersion: v1alpha1\nkind: HostnameConfig\nauto: stable\nhostname: a\n",
            13,
            "4:11: `hostname` cannot be set beside `auto: stable`",
        ),
    ] {
        let expected = format!("talos/cluster/p.yaml:{expected}");
        assert_eq!(judged(patch, minor), Err(expected), "{patch}");
    }
}

#[test]
fn warnings_have_places() {
    let patch = "machine:\n  network:\n    interfaces: [{interface: a, cidr: 10.0.0.1/24}]\n";
    assert_eq!(
        judged(patch, 13).unwrap(),
        [
            "talos/cluster/p.yaml:3:39: `machine.network.interfaces[0].cidr` is deprecated: write `addresses`"
        ]
    );
    assert_eq!(judged("machine: {}\n", 13), Ok(Vec::new()));
}

#[test]
fn secrets_stay_out_of_messages() {
    let config = MachineConfig::parse(BASE, &Source::new("base")).unwrap();
    let shown = format!("{config:?} {:?}", config.to_yaml());
    assert!(!shown.contains("a2V5"), "{shown}");
}
