//! Nothing and everything.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::decoded;
use crate::cluster::model::Protocol;
use crate::config::kind::{
    DEFAULT_IMAGE, HostPort, IpFamily, KindConfig, KindNode, Networking, Operation, OperationKind,
    Propagation, ProxyMode, Role, decode,
};
use crate::yaml::{Source, load_untyped};

#[test]
fn nothing_said_is_one_control_plane() {
    let config = decoded("");
    assert_eq!(config, KindConfig::default());
    assert_eq!(
        config,
        decoded("name:\nnodes: []\nnetworking:\nfeatureGates: {}\nkubeadmConfigPatches: null\n")
    );
    assert_eq!(config.nodes.len(), 1);
    assert_eq!(config.nodes[0].role, Role::ControlPlane);
    assert_eq!(config.nodes[0].image, "kindest/node:v1.36.4");
    assert_eq!(
        config.networking.api_server_address.to_string(),
        "127.0.0.1"
    );
    assert_eq!(
        config.networking.pod_subnets[0].to_string(),
        "10.244.0.0/16"
    );
    assert_eq!(
        config.networking.service_subnets[0].to_string(),
        "10.96.0.0/16"
    );
}

/// The file that says everything.
fn full() -> KindConfig {
    let text = include_str!("../../../../testdata/config/kind-full.yaml");
    let source = Source::new("kind-full.yaml");
    let root = load_untyped(text, &source).unwrap().remove(0);
    decode(&root, &source, Path::new("/work/dir")).unwrap()
}

#[test]
fn nodes_arrive() {
    let config = full();
    assert_eq!(config.name.as_ref().unwrap().value, "full.1-x");
    assert_eq!(config.name.unwrap().at.to_string(), "kind-full.yaml:4:7");
    assert_eq!(config.nodes_at.unwrap().line, 35);
    let roles: Vec<_> = config.nodes.iter().map(|node| node.role.as_str()).collect();
    assert_eq!(roles, ["control-plane", "worker", "worker"]);

    let first = &config.nodes[0];
    assert_eq!(first.image, "example.org/node:v1");
    assert_eq!(first.labels["tier"], "front");
    assert_eq!(
        (first.labels["gpu"].as_str(), first.labels["slot"].as_str()),
        ("true", "7")
    );
    let mounts: Vec<_> = first
        .mounts
        .iter()
        .map(|mount| (mount.host_path.clone(), mount.container_path.as_str()))
        .collect();
    assert_eq!(
        mounts,
        [
            (PathBuf::from("/work/dir/data"), "/data"),
            (PathBuf::from("/work/other"), "/other"),
            (PathBuf::from("/srv"), "/srv"),
            (PathBuf::from("/work/dir"), "/here"),
        ]
    );
    assert!(first.mounts[0].read_only && first.mounts[0].selinux_relabel);
    assert_eq!(first.mounts[0].propagation, Propagation::HostToContainer);
    assert_eq!(first.mounts[1].propagation, Propagation::None);
    let ports: Vec<_> = first
        .ports
        .iter()
        .map(|port| {
            (
                port.container_port,
                port.host_port,
                port.listen_address.to_string(),
                port.protocol,
            )
        })
        .collect();
    assert_eq!(
        ports,
        [
            (80, HostPort::Fixed(8080), "127.0.0.1".into(), Protocol::Tcp),
            (53, HostPort::Engine, "0.0.0.0".into(), Protocol::Udp),
            (9, HostPort::Random, "::1".into(), Protocol::Sctp),
        ]
    );
    assert_eq!(config.nodes[1].image, DEFAULT_IMAGE);
}

#[test]
fn cluster_settings_arrive() {
    let config = full();
    assert_eq!(config.networking.ip_family, IpFamily::Dual);
    assert_eq!(config.networking.api_server_address.to_string(), "0.0.0.0");
    assert_eq!(config.networking.api_server_port, HostPort::Fixed(6443));
    let pods: Vec<_> = config
        .networking
        .pod_subnets
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(pods, ["fd00:1::/56", "10.1.0.0/16"]);
    assert!(config.networking.disable_default_cni);
    assert_eq!(config.networking.kube_proxy_mode, ProxyMode::Nftables);
    assert_eq!(
        config.networking.dns_search.unwrap(),
        ["a.example", "b.example"]
    );
    assert!(config.feature_gates["GateA"] && !config.feature_gates["GateB"]);
    assert_eq!(config.runtime_config["api/alpha"], "false");
    assert_eq!(config.runtime_config["api/beta"], "true");

    let merge = &config.patches.merge;
    assert_eq!(
        (merge[0].kind.as_str(), merge[0].api_version.as_deref()),
        ("KubeletConfiguration", None)
    );
    assert_eq!(merge[0].patch["maxPods"], json!(64));
    assert_eq!((merge[0].at.line, merge[0].at.column), (25, 5));
    assert_eq!(config.patches.json[0].group, "kubeadm.k8s.io");
    assert_eq!(
        config.patches.json[0].operations,
        [
            Operation {
                kind: OperationKind::Add(json!(null)),
                path: "/a~1b/-".into()
            },
            Operation {
                kind: OperationKind::Remove,
                path: String::new()
            },
            Operation {
                kind: OperationKind::Move("/x".into()),
                path: "/y".into()
            },
        ]
    );
    assert_eq!(
        config.nodes[1].patches.merge[0].api_version.as_deref(),
        Some("kubeadm.k8s.io/v1beta4")
    );
}

#[test]
fn empty_values_are_defaults_as_they_are_to_kind() {
    let config = decoded(
        "nodes:\n-\n- {role: worker, image: ''}\nnetworking: {ipFamily: '', kubeProxyMode: '', apiServerAddress: ''}\n\
         featureGates: {A: }\nruntimeConfig: {b: }\n",
    );
    assert_eq!(config.nodes[0], KindNode::new(Role::ControlPlane));
    assert_eq!(config.nodes[1], KindNode::new(Role::Worker));
    assert_eq!(config.networking, Networking::default());
    assert_eq!(
        (
            config.feature_gates["A"],
            config.runtime_config["b"].as_str()
        ),
        (false, "")
    );
    let role = decoded(
        "nodes: [{role: '', extraMounts: [{hostPath: /a, containerPath: /b, propagation: ''}]}]\n",
    );
    assert_eq!(role.nodes[0].role, Role::ControlPlane);
    let dual = decoded("networking: {ipFamily: dual, podSubnet: 10.1.0.0/16}\n");
    assert_eq!(
        (
            dual.networking.pod_subnets.len(),
            dual.networking.service_subnets.len()
        ),
        (1, 2)
    );
}
