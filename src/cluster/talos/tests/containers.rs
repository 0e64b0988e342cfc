//! The containers, field by field.

use super::{configure, decide, nothing, spec, try_decide};
use crate::cluster::model::{ContainerSpec, MountSource};
use crate::config::Located;
use crate::yaml::{Source, to_yaml};

const PLANE: &str = "dev-controlplane-1";
const WORKER: &str = "dev-worker-1";

/// A container as text, without what is not set.
fn shown(spec: &ContainerSpec) -> String {
    let mut value = serde_json::to_value(spec).unwrap();
    let is_set = |value: &serde_json::Value| match value {
        serde_json::Value::Null | serde_json::Value::Bool(false) => false,
        serde_json::Value::Array(items) => !items.is_empty(),
        serde_json::Value::Object(entries) => !entries.is_empty(),
        _ => true,
    };
    let fields = value.as_object_mut().unwrap();
    fields.retain(|_, value| is_set(value));
    fields.remove("mounts");
    to_yaml(&value)
}

#[test]
fn a_control_plane() {
    insta::assert_snapshot!(shown(spec(&decide([1, 1], &[]), PLANE)), @r#"
    name: dev-controlplane-1
    image: ghcr.io/siderolabs/talos:v1.13.9
    labels:
      talos.cluster.name: dev
      talos.owned: "true"
      talos.type: controlplane
    env:
    - PLATFORM=container
    - TALOSSKU=2CPU-2048RAM
    - USERDATA=***
    privileged: true
    security_options:
    - seccomp:unconfined
    ports:
    - container_port: 50000
      protocol: tcp
      host_address: "127.0.0.1"
      host_port: 40001
    - container_port: 6443
      protocol: tcp
      host_address: "127.0.0.1"
      host_port: 40001
    read_only_root: true
    restart: never
    network: dev
    address: "10.5.0.2"
    memory: 2147483648
    nano_cpus: 2000000000
    sysctls:
      net.ipv6.conf.all.disable_ipv6: "0"
    "#);
}

#[test]
fn a_worker() {
    insta::assert_snapshot!(shown(spec(&decide([1, 1], &[]), WORKER)), @r#"
    name: dev-worker-1
    image: ghcr.io/siderolabs/talos:v1.13.9
    labels:
      talos.cluster.name: dev
      talos.owned: "true"
      talos.type: worker
    env:
    - PLATFORM=container
    - TALOSSKU=2CPU-2048RAM
    - USERDATA=***
    privileged: true
    security_options:
    - seccomp:unconfined
    sysctls:
      net.ipv6.conf.all.disable_ipv6: "0"
    read_only_root: true
    restart: never
    network: dev
    address: "10.5.0.3"
    memory: 2147483648
    nano_cpus: 2000000000
    "#);
}

fn mounts(tag: &str, name: &str) -> Vec<String> {
    let mut config = configure([1, 1], &[]).unwrap();
    config.image = Some(Located {
        value: format!("ghcr.io/siderolabs/talos:{tag}"),
        at: Source::new("--image").whole(),
    });
    let decided = try_decide(&config, &nothing()).unwrap();
    let mounts = spec(&decided, name).mounts.iter();
    let kind = |source: &MountSource| match source {
        MountSource::Tmpfs => "tmpfs",
        MountSource::Volume(None) => "volume",
        _ => "else",
    };
    mounts
        .map(|mount| {
            assert!(!mount.read_only);
            format!("{} {}", kind(&mount.source), mount.target)
        })
        .collect()
}

#[test]
fn mounts_depend_on_the_release() {
    let memory = ["tmpfs /run", "tmpfs /system", "tmpfs /tmp"];
    let state = ["volume /var", "volume /system/state"];
    let old = [
        "volume /etc/cni",
        "volume /etc/kubernetes",
        "volume /usr/libexec/kubernetes",
        "volume /opt",
    ];
    for name in [PLANE, WORKER] {
        for tag in ["v1.9.0", "v1.13.9"] {
            let wanted = [&memory[..], &state, &old].concat();
            assert_eq!(mounts(tag, name), wanted, "{tag}");
        }
        let wanted = [&memory[..], &state, &["volume /opt"]].concat();
        assert_eq!(mounts("v1.14.0", name), wanted);
    }
}

#[test]
fn flags_change_size_ports_and_mounts() {
    let decided = decide(
        [2, 1],
        &[
            ("--cpus-controlplanes", "1.5"),
            ("--cpus-workers", "4"),
            ("--memory-controlplanes", "3g"),
            ("--memory-workers", "512m"),
            ("--exposed-ports", "8080:80/tcp,127.0.0.1:5353:53/udp"),
            ("--host-ip", "192.0.2.1"),
            ("--mount", "type=bind,source=data,target=/data,readonly"),
        ],
    );
    let plane = spec(&decided, PLANE);
    assert_eq!(plane.nano_cpus, Some(1_500_000_000));
    assert_eq!(plane.memory, Some(3 << 30));
    assert_eq!(plane.env[1], "TALOSSKU=1CPU-3072RAM");
    let worker = spec(&decided, WORKER);
    assert_eq!(worker.env[1], "TALOSSKU=4CPU-512RAM");
    assert_eq!(worker.ports, []);
    let ports = |name: &str| -> Vec<String> {
        let ports = spec(&decided, name).ports.iter();
        ports
            .map(|port| {
                let outside = port.host_port.unwrap();
                format!("{}:{outside}:{}", port.host_address, port.container_port)
            })
            .collect()
    };
    let exposed = ["192.0.2.1:8080:80", "127.0.0.1:5353:53"];
    let apis = ["127.0.0.1:40001:50000", "127.0.0.1:40001:6443"];
    assert_eq!(ports(PLANE), [apis, exposed].concat());
    assert_eq!(
        ports("dev-controlplane-2"),
        exposed,
        "the APIs are the first one's"
    );
    for name in [PLANE, "dev-controlplane-2", WORKER] {
        let mount = spec(&decided, name).mounts.last().unwrap();
        assert_eq!(mount.source, MountSource::Bind("/work/data".into()));
        assert!(mount.read_only);
    }
}
