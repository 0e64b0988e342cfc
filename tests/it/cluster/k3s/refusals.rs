//! What keeps a K3s cluster from being created, each refused before the Engine is asked for anything.

use super::{HEAD, engine};
use crate::support::context::{Context, Run, ksail_snapshot};

fn create_with(config: &str) -> Run {
    create(&format!("{HEAD}{config}"), &[])
}

fn create(text: &str, flags: &[&str]) -> Run {
    let context = Context::new().engine(engine()).file("k3d.yaml", text);
    let run = context.ksail([&["cluster", "create"], flags].concat());
    assert_eq!(context.docker().requests(), Vec::<String>::new());
    run.expect(64)
}

#[test]
fn unknown_filters() {
    ksail_snapshot!(create_with("env:\n- envVar: A=b\n  nodeFilters: ['worker:0']\n"), @r"
    exit: 64
    ----- stderr
    error: k3d.yaml:5:17: `env[0].nodeFilters[0]` must be `server`, `servers`, `agent`, `agents`, `loadbalancer`, or `all`, not `worker`
      | 5 |   nodeFilters: ['worker:0']
      |   |                 ^
    hint: did you mean `server`?
    ");
    ksail_snapshot!(create_with("env:\n- envVar: A=b\n  nodeFilters: ['agent:3']\n"), @r"
    exit: 64
    ----- stderr
    error: k3d.yaml:5:17: `env[0].nodeFilters[0]` asks for agent 3, but the cluster has no agents
    ");
    ksail_snapshot!(create_with("env:\n- envVar: A=b\n"), @r"
    exit: 64
    ----- stderr
    error: k3d.yaml:4:11: `env[0].envVar` needs a node filter such as `server:*`, because the cluster has 2 nodes, the load balancer included
    ");
}

#[test]
fn a_port_that_two_want() {
    ksail_snapshot!(create_with("ports:\n- port: 8080:80\n- port: 8080:81\n"), @r"
    exit: 64
    ----- stderr
    error: k3d.yaml:5:9: `ports[1].port` publishes 8080/tcp on every address, where `ports[0].port` (k3d.yaml:4:9) already listens on every address
    ");
    ksail_snapshot!(create_with("kubeAPI: {hostPort: '8080'}\nports:\n- port: 8080:80\n"), @r"
    exit: 64
    ----- stderr
    error: k3d.yaml:5:9: `ports[0].port` publishes 8080/tcp on every address, where the API server (k3d.yaml:3:21) already listens on 127.0.0.1
    ");
}

#[test]
fn options_of_a_load_balancer_that_is_not_there() {
    ksail_snapshot!(
        create_with("ports:\n- port: 8080:80\noptions: {k3d: {disableLoadbalancer: true}}\n"), @r"
        exit: 64
        ----- stderr
        error: k3d.yaml:4:9: `ports[0].port` would go through the load balancer, which is disabled; publish it on a node with the filter `server:0:direct`
        ");
    ksail_snapshot!(
        create_with("options: {k3d: {disableLoadbalancer: true, loadbalancer: {configOverrides: [settings.workerConnections=9]}}}\n"), @r"
        exit: 64
        ----- stderr
        error: k3d.yaml:3:77: `options.k3d.loadbalancer.configOverrides[0]` is for the load balancer, which is disabled
        ");
}

#[test]
fn another_version_of_the_file() {
    ksail_snapshot!(create("apiVersion: k3d.io/v1alpha4\nkind: Simple\n", &[]), @r"
    exit: 64
    ----- stderr
    error: k3d.yaml:1:13: `apiVersion` is `k3d.io/v1alpha4`, which ksail does not read; `k3d config migrate OLD NEW` makes it `k3d.io/v1alpha5`
      | 1 | apiVersion: k3d.io/v1alpha4
      |   |             ^
    ");
}

#[test]
fn images_that_ask_the_internet() {
    ksail_snapshot!(create_with("image: latest\n"), @r"
    exit: 64
    ----- stderr
    error: k3d.yaml:3:8: `image` must name an image: `latest` would ask a server on the internet for a version; write one such as `rancher/k3s:v1.36.4-k3s1`
    ");
    ksail_snapshot!(create_with("image: +stable\n"), @r"
    exit: 64
    ----- stderr
    error: k3d.yaml:3:8: `image` must name an image: `+stable` would ask a server on the internet for a version; write one such as `rancher/k3s:v1.36.4-k3s1`
    ");
}

#[test]
fn names_that_are_too_long() {
    ksail_snapshot!(create_with("metadata: {name: a23456789012345678901234567890123}\n"), @r"
    exit: 64
    ----- stderr
    error: k3d.yaml:3:18: `metadata.name` is too long: it has 33 characters, 32 are possible, so shorten it by 1
      | 3 | metadata: {name: a23456789012345678901234567890123}
      |   |                  ^
    ");
    ksail_snapshot!(create(HEAD, &["--name", "a23456789012345678901234567890123"]), @r"
    exit: 64
    ----- stderr
    error: --name: the cluster name `a23456789012345678901234567890123` is too long: it has 33 characters, 32 are possible, so shorten it by 1
    ");
}

#[test]
fn a_file_of_another_distribution() {
    ksail_snapshot!(create(HEAD, &["-d", "Vanilla", "--config=k3d.yaml"]), @r"
    exit: 64
    ----- stderr
    error: --distribution: the distribution is `Vanilla`, but the `k3d.yaml` is that of `K3s`
    hint: name a file of that distribution with `--config` or `distributionConfig`
    ");
}

#[test]
fn networks_and_counts_that_cannot_be() {
    ksail_snapshot!(create_with("network: host\n"), @r"
    exit: 64
    ----- stderr
    error: k3d.yaml:3:10: `network: host` is not supported yet by this version of ksail
    hint: remove it to go on without
    ");
    ksail_snapshot!(create_with("servers: 0\n"), @r"
    exit: 64
    ----- stderr
    error: k3d.yaml:3:10: `servers` must be between 1 and 65533
      | 3 | servers: 0
      |   |          ^
    ");
    ksail_snapshot!(create_with("subnet: 10.0.0.0/33\n"), @r"
    exit: 64
    ----- stderr
    error: k3d.yaml:3:9: `subnet` must be `auto` or an address range such as `172.28.0.0/16`, not `10.0.0.0/33`
      | 3 | subnet: 10.0.0.0/33
      |   |         ^
    ");
}
