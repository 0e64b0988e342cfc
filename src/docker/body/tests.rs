use serde_json::{Value, json};

use super::*;

fn strings<const N: usize>(items: [&str; N]) -> Vec<String> {
    items.map(str::to_owned).to_vec()
}

fn pairs<const N: usize>(items: [(&str, &str); N]) -> BTreeMap<String, String> {
    items
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

fn node() -> ContainerSpec {
    ContainerSpec {
        name: "kind-control-plane".into(),
        image: "kindest/node:v1.36.3".into(),
        labels: pairs([
            ("io.x-k8s.kind.cluster", "kind"),
            ("io.x-k8s.kind.role", "control-plane"),
        ]),
        env: strings(["KUBECONFIG=/etc/kubernetes/admin.conf"]),
        tty: true,
        privileged: true,
        security_options: strings(["seccomp=unconfined", "apparmor=unconfined"]),
        tmpfs: strings(["/tmp", "/run"]),
        anonymous_volumes: strings(["/var"]),
        binds: strings(["/lib/modules:/lib/modules:ro"]),
        devices: strings(["/dev/fuse"]),
        private_cgroup_namespace: true,
        host_user_namespace: true,
        restart: Restart::OnFailure(1),
        init: false,
        network: "kind".into(),
        sysctls: pairs([("net.ipv6.conf.all.disable_ipv6", "0")]),
        ports: vec![PortBinding {
            container_port: 6443,
            protocol: Protocol::Tcp,
            host_address: "127.0.0.1".into(),
            host_port: Some(41000),
        }],
        ..Default::default()
    }
}

#[test]
fn a_kind_node_on_the_wire() {
    let expected = json!({
        "Hostname": "kind-control-plane",
        "Image": "kindest/node:v1.36.3",
        "Labels": {"io.x-k8s.kind.cluster": "kind", "io.x-k8s.kind.role": "control-plane"},
        "Env": ["KUBECONFIG=/etc/kubernetes/admin.conf"],
        "Tty": true,
        "Volumes": {"/var": {}},
        "ExposedPorts": {"6443/tcp": {}},
        "HostConfig": {
            "Privileged": true,
            "SecurityOpt": ["seccomp=unconfined", "apparmor=unconfined"],
            "Tmpfs": {"/tmp": "", "/run": ""},
            "Binds": ["/lib/modules:/lib/modules:ro"],
            "Devices": [{"PathOnHost": "/dev/fuse", "PathInContainer": "/dev/fuse", "CgroupPermissions": "rwm"}],
            "CgroupnsMode": "private",
            "UsernsMode": "host",
            "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 1},
            "Init": false,
            "NetworkMode": "kind",
            "Sysctls": {"net.ipv6.conf.all.disable_ipv6": "0"},
            "PortBindings": {"6443/tcp": [{"HostIp": "127.0.0.1", "HostPort": "41000"}]},
        },
    });
    assert_eq!(serde_json::to_value(container(&node())).unwrap(), expected);
}

#[test]
fn one_container_port_may_have_two_host_ports() {
    let mut spec = node();
    let mut second = spec.ports[0].clone();
    second.host_address = "::1".into();
    second.host_port = None;
    spec.ports.push(second);
    let body = serde_json::to_value(container(&spec)).unwrap();
    assert_eq!(body["ExposedPorts"], json!({"6443/tcp": {}}));
    assert_eq!(
        body["HostConfig"]["PortBindings"]["6443/tcp"],
        json!([{"HostIp": "127.0.0.1", "HostPort": "41000"}, {"HostIp": "::1", "HostPort": ""}])
    );
}

#[test]
fn networks_on_the_wire() {
    let mut spec = NetworkSpec {
        name: "kind".into(),
        options: pairs([("com.docker.network.bridge.enable_ip_masquerade", "true")]),
        ipv6_subnet: Some("fc00:f853:ccd:e793::/64".into()),
        ..Default::default()
    };
    assert_eq!(
        serde_json::to_value(network(&spec)).unwrap(),
        json!({
            "Name": "kind",
            "Driver": "bridge",
            "EnableIPv6": true,
            "IPAM": {"Driver": "default", "Config": [{"Subnet": "fc00:f853:ccd:e793::/64"}]},
            "Options": {"com.docker.network.bridge.enable_ip_masquerade": "true"},
        })
    );
    spec.ipv6_subnet = None;
    let without = serde_json::to_value(network(&spec)).unwrap();
    assert_eq!(without.get("EnableIPv6"), None);
    assert_eq!(without.get("IPAM"), None);
}

fn from<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

#[test]
fn a_listed_container() {
    let container = listed(from(json!({
        "Id": "9f", "Names": ["/other/alias", "/kind-control-plane"], "Image": "kindest/node:v1",
        "ImageID": "sha256:1", "Command": "/init", "Created": 1_700_000_000,
        "Ports": [
            {"IP": "127.0.0.1", "PrivatePort": 6443, "PublicPort": 41000, "Type": "tcp"},
            {"PrivatePort": 80, "Type": "tcp"}
        ],
        "Labels": {"a": "b"}, "State": "running", "Status": "Up 2 minutes",
        "HostConfig": {"NetworkMode": "kind"},
        "NetworkSettings": {"Networks": {
            "kind": {"IPAddress": "172.18.0.2", "GlobalIPv6Address": "fc00::2"},
            "unused": {"IPAddress": ""}
        }},
        "Mounts": []
    })));
    assert_eq!(container.name, "kind-control-plane");
    assert_eq!(container.state, State::Running);
    assert_eq!(container.ports.len(), 1);
    assert_eq!(container.ports[0].host_port, 41000);
    let addresses: Vec<_> = container.addresses.into_iter().collect();
    assert_eq!(
        addresses,
        [("kind".to_owned(), "172.18.0.2".parse().unwrap())]
    );
}

#[test]
fn host_facts_of_a_rootless_engine() {
    let facts = host_facts(from(json!({
        "Driver": "overlay2", "DriverStatus": [["Backing Filesystem", "BTRFS"], ["Supports d_type", "true"]],
        "CgroupVersion": "2", "Architecture": "aarch64", "ServerVersion": "28.0.1", "SystemTime": "1970-01-01T01:01:00.5+01:00",
        "KernelVersion": "6.1.0-44-amd64", "Warnings": ["WARNING: bridge-nf-call-iptables is disabled"],
        "SecurityOptions": ["name=seccomp,profile=default", "name=rootless", "name=cgroupns"],
        "MemoryLimit": true, "PidsLimit": true, "CPUShares": true
    })));
    let expected = HostFacts {
        now: Some(60),
        cgroup_version: 2,
        storage_driver: "overlay2".into(),
        backing_filesystem: Some("btrfs".into()),
        rootless: true,
        user_namespaces: false,
        architecture: "arm64".into(),
        kernel: "6.1.0-44-amd64".into(),
        inotify_instances: None,
        bridge_unfiltered: true,
        engine_version: "28.0.1".into(),
        resource_limits: true,
    };
    assert_eq!(facts, expected);
}
