//! What containers are created with and given.

use serde_json::json;

use super::{FIRST, PLANE, SECOND, WORKER, config, create, world};
use crate::support::context::Context;
use crate::support::talosapi::TalosApi;

#[test]
fn kubelets_find_their_certificates() {
    let api = TalosApi::new();
    let context = world(&api);
    context.ksail(create(&["--workers=1"])).expect(0);
    let path = "/var/lib/kubelet/pki/kubelet-client-current.pem";
    let files = [PLANE, WORKER].map(|name| context.docker().file(name, path).unwrap());
    for file in &files {
        assert_eq!(file.mode & 0o777, 0o600);
        let text = String::from_utf8(file.bytes.clone()).unwrap();
        assert!(text.contains("-----BEGIN CERTIFICATE-----"));
        assert!(text.contains("PRIVATE KEY-----"));
    }
    assert_ne!(files[0], files[1]);
}

#[test]
fn on_cgroup_v1_kubelets_are_told_to_accept_it() {
    let api = TalosApi::new();
    let engine = super::engine(&api).info(json!({"CgroupVersion": "1"}));
    let context = Context::new().engine(engine);
    let run = context.ksail(create(&["--workers=1"])).expect(0);
    assert!(run.stderr.contains("runs cgroup v1"), "{}", run.raw());
    for node in [FIRST, SECOND] {
        let extra = &config(&api, node)["machine"]["kubelet"]["extraConfig"];
        assert_eq!(extra["failCgroupV1"], false);
    }
}

#[test]
fn what_the_engine_is_asked_to_create() {
    let api = TalosApi::new();
    let context = world(&api);
    context.ksail(create(&["--workers=1"])).expect(0);
    let mut body = context.docker().created(WORKER);
    let variables = body["Env"].as_array_mut().unwrap();
    let userdata = variables.pop().unwrap();
    assert!(userdata.as_str().unwrap().starts_with("USERDATA=H4sI"));
    body.sort_all_objects();
    insta::assert_snapshot!(serde_yaml::to_string(&body).unwrap(), @r"
    Env:
    - PLATFORM=container
    - TALOSSKU=2CPU-2048RAM
    HostConfig:
      Init: false
      Memory: 2147483648
      Mounts:
      - Target: /run
        Type: tmpfs
      - Target: /system
        Type: tmpfs
      - Target: /tmp
        Type: tmpfs
      - Target: /var
        Type: volume
      - Target: /system/state
        Type: volume
      - Target: /etc/cni
        Type: volume
      - Target: /etc/kubernetes
        Type: volume
      - Target: /usr/libexec/kubernetes
        Type: volume
      - Target: /opt
        Type: volume
      NanoCpus: 2000000000
      NetworkMode: dev
      Privileged: true
      ReadonlyRootfs: true
      SecurityOpt:
      - seccomp:unconfined
      Sysctls:
        net.ipv6.conf.all.disable_ipv6: '0'
    Hostname: dev-worker-1
    Image: ghcr.io/siderolabs/talos:v1.13.9
    Labels:
      talos.cluster.name: dev
      talos.owned: 'true'
      talos.type: worker
    NetworkingConfig:
      EndpointsConfig:
        dev:
          IPAMConfig:
            IPv4Address: 10.5.0.3
    Tty: false
    ");
    let calls = context.docker().calls();
    let network = calls.iter().find(|call| call.path == "/networks/create");
    let mut body = network.unwrap().json();
    body.sort_all_objects();
    insta::assert_snapshot!(serde_yaml::to_string(&body).unwrap(), @r"
    Driver: bridge
    IPAM:
      Config:
      - Gateway: 10.5.0.1
        Subnet: 10.5.0.0/24
      Driver: default
    Labels:
      talos.cluster.name: dev
      talos.owned: 'true'
    Name: dev
    Options:
      com.docker.network.driver.mtu: '1500'
    ");
}
