//! The containers, field by field.

use super::{arguments, config, decide, decide_on, nothing, shown, spec};
use crate::cluster::distribution::Role;
use crate::cluster::k3s::desired;
use crate::secret::Secret;

const PAIR: &str = "agents: 1\n";
const SERVER: &str = "k3d-dev-server-0";
const AGENT: &str = "k3d-dev-agent-0";
const BALANCER: &str = "k3d-dev-serverlb";

#[test]
fn a_server() {
    insta::assert_snapshot!(shown(spec(&decide(PAIR), SERVER)), @r#"
    name: k3d-dev-server-0
    image: rancher/k3s:v1.36.4-k3s1
    entrypoint:
    - /bin/sh
    - -c
    - PROGRAM
    - k3s
    command:
    - server
    - --kube-controller-manager-arg=kube-api-qps=100
    - --kube-controller-manager-arg=kube-api-burst=200
    - --tls-san
    - "127.0.0.1"
    - --tls-san
    - k3d-dev-serverlb
    labels:
      app: k3d
      k3d.cluster: dev
      k3d.cluster.imageVolume: k3d-dev-images
      k3d.cluster.network: k3d-dev
      k3d.cluster.network.external: "false"
      k3d.cluster.network.iprange: 172.18.0.0/16
      k3d.cluster.token: "***"
      k3d.cluster.url: https://k3d-dev-server-0:6443
      k3d.node.staticIP: "172.18.0.2"
      k3d.role: server
      k3d.server.api.host: "127.0.0.1"
      k3d.server.api.hostIP: "127.0.0.1"
      k3d.server.api.port: "40001"
      k3d.server.loadbalancer: k3d-dev-serverlb
      k3d.version: v5.9.0
    env:
    - K3S_TOKEN=***
    - K3S_KUBECONFIG_OUTPUT=/output/kubeconfig.yaml
    privileged: true
    tmpfs:
    - /run
    - /var/run
    binds:
    - k3d-dev-images:/k3d/images
    host_user_namespace: true
    restart: unless-stopped
    init: true
    network: k3d-dev
    address: "172.18.0.2"
    extra_hosts:
    - host.k3d.internal:host-gateway
    "#);
}

#[test]
fn an_agent() {
    insta::assert_snapshot!(shown(spec(&decide(PAIR), AGENT)), @r#"
    name: k3d-dev-agent-0
    image: rancher/k3s:v1.36.4-k3s1
    entrypoint:
    - /bin/sh
    - -c
    - PROGRAM
    - k3s
    command:
    - agent
    labels:
      app: k3d
      k3d.cluster: dev
      k3d.cluster.imageVolume: k3d-dev-images
      k3d.cluster.network: k3d-dev
      k3d.cluster.network.external: "false"
      k3d.cluster.network.iprange: 172.18.0.0/16
      k3d.cluster.token: "***"
      k3d.cluster.url: https://k3d-dev-server-0:6443
      k3d.node.staticIP: "172.18.0.3"
      k3d.role: agent
      k3d.version: v5.9.0
    env:
    - K3S_TOKEN=***
    - K3S_KUBECONFIG_OUTPUT=/output/kubeconfig.yaml
    - K3S_URL=https://k3d-dev-server-0:6443
    privileged: true
    tmpfs:
    - /run
    - /var/run
    binds:
    - k3d-dev-images:/k3d/images
    host_user_namespace: true
    restart: unless-stopped
    init: true
    network: k3d-dev
    address: "172.18.0.3"
    extra_hosts:
    - host.k3d.internal:host-gateway
    "#);
}

#[test]
fn a_load_balancer() {
    insta::assert_snapshot!(shown(spec(&decide(PAIR), BALANCER)), @r#"
    name: k3d-dev-serverlb
    image: ghcr.io/k3d-io/k3d-proxy:5.9.0
    entrypoint:
    - /bin/sh
    - -c
    - PROGRAM
    labels:
      app: k3d
      k3d.cluster: dev
      k3d.cluster.imageVolume: k3d-dev-images
      k3d.cluster.network: k3d-dev
      k3d.cluster.network.external: "false"
      k3d.cluster.network.iprange: 172.18.0.0/16
      k3d.cluster.token: "***"
      k3d.cluster.url: https://k3d-dev-server-0:6443
      k3d.node.staticIP: "172.18.0.4"
      k3d.role: loadbalancer
      k3d.version: v5.9.0
    restart: unless-stopped
    init: true
    network: k3d-dev
    address: "172.18.0.4"
    ports:
    - container_port: 6443
      protocol: tcp
      host_address: "127.0.0.1"
      host_port: 40001
    "#);
}

#[test]
fn the_entrypoint_is_a_program_of_ours_that_becomes_k3s() {
    let decided = decide(PAIR);
    let entrypoint = &spec(&decided, SERVER).entrypoint;
    assert_eq!(entrypoint[..2], ["/bin/sh", "-c"]);
    assert!(entrypoint[2].ends_with("exec /bin/k3s \"$@\"\n"));
    assert_eq!(entrypoint[3], "k3s");
}

#[test]
fn everything_of_a_cluster_is_labelled_with_its_token_which_is_not_shown() {
    let decided = decide(PAIR);
    let token = "07".repeat(20);
    for node in &decided.desired.nodes {
        assert_eq!(node.container.labels[desired::TOKEN], token);
    }
    assert_eq!(spec(&decided, SERVER).env[0], format!("K3S_TOKEN={token}"));
    assert_eq!(decided.token, Secret::new(token));
}

#[test]
fn without_a_load_balancer_the_server_publishes_itself() {
    let decided = decide("agents: 1\noptions: {k3d: {disableLoadbalancer: true}}\n");
    let roles: Vec<Role> = decided.desired.nodes.iter().map(|node| node.role).collect();
    assert_eq!(roles, [Role::ControlPlane, Role::Worker]);
    let server = spec(&decided, SERVER);
    assert_eq!(server.ports[0].host_port, Some(40001));
    assert_eq!(server.labels["k3d.server.loadbalancer"], "");
    assert_eq!(arguments(&decided, SERVER), "server --tls-san 127.0.0.1");
}

#[test]
fn three_servers_form_an_etcd_that_the_first_begins() {
    let decided = decide("servers: 3\n");
    let init: Vec<&str> = (0..3)
        .map(|index| spec(&decided, &format!("k3d-dev-server-{index}")))
        .map(|server| server.labels["k3d.server.init"].as_str())
        .collect();
    assert_eq!(init, ["true", "false", "false"]);
    let names = "--tls-san 127.0.0.1 --tls-san k3d-dev-serverlb";
    assert_eq!(
        arguments(&decided, SERVER),
        format!("server --cluster-init {names}")
    );
    assert_eq!(
        arguments(&decided, "k3d-dev-server-1"),
        format!("server {names}")
    );
    let joins = "K3S_URL=https://k3d-dev-server-0:6443".to_owned();
    assert!(spec(&decided, "k3d-dev-server-1").env.contains(&joins));
    assert!(!spec(&decided, SERVER).env.contains(&joins));
    let targets: Vec<&str> = decided.routes[0]
        .targets
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(targets.len(), 3);
}

#[test]
fn filters_decide_who_gets_what() {
    let decided = decide(
        "agents: 2\n\
         env: [{envVar: A=b, nodeFilters: ['agent:1']}]\n\
         volumes: [{volume: '/data:/data', nodeFilters: ['agent:*']}, {volume: /cache, nodeFilters: ['server:0']}]\n\
         options:\n  \
           k3s:\n    \
             extraArgs: [{arg: --disable=traefik, nodeFilters: ['server:*']}, {arg: --v=2, nodeFilters: [all]}]\n    \
             nodeLabels: [{label: disk=fast, nodeFilters: ['agent:0']}]\n  \
           runtime:\n    \
             labels: [{label: team=x, nodeFilters: [loadbalancer]}]\n",
    );
    let second = spec(&decided, "k3d-dev-agent-1");
    assert!(second.env.contains(&"A=b".to_owned()));
    assert!(!spec(&decided, AGENT).env.contains(&"A=b".to_owned()));
    assert_eq!(second.binds, ["/data:/data", "k3d-dev-images:/k3d/images"]);
    assert_eq!(spec(&decided, SERVER).anonymous_volumes, ["/cache"]);
    assert_eq!(
        arguments(&decided, SERVER),
        "server --disable=traefik --v=2 --tls-san 127.0.0.1 --tls-san k3d-dev-serverlb"
    );
    assert_eq!(
        arguments(&decided, AGENT),
        "agent --v=2 --node-label disk=fast"
    );
    assert_eq!(arguments(&decided, "k3d-dev-agent-1"), "agent --v=2");
    assert_eq!(spec(&decided, BALANCER).labels["team"], "x");
    assert!(!spec(&decided, AGENT).labels.contains_key("team"));
    assert!(spec(&decided, BALANCER).command.is_empty());
}

#[test]
fn limits_reach_the_engine_and_the_kubelet() {
    let decided = decide(
        "agents: 1\noptions: {runtime: {serversMemory: 2g, agentsMemory: 512m, hostPidMode: true, \
         ulimits: [{name: nofile, soft: 1024, hard: 2048}]}}\n",
    );
    let (server, agent) = (spec(&decided, SERVER), spec(&decided, AGENT));
    assert_eq!(server.memory, Some(2 << 30));
    assert!(server.env.contains(&"KSAIL_MEMORY_KB=2097152".into()));
    assert!(agent.env.contains(&"KSAIL_MEMORY_KB=524288".into()));
    assert!(server.host_processes && agent.host_processes);
    let balancer = spec(&decided, BALANCER);
    assert!(!balancer.host_processes && !balancer.privileged);
    assert_eq!((balancer.memory, balancer.ulimits.len()), (None, 1));
    assert_eq!(
        (agent.ulimits[0].name.as_str(), agent.ulimits[0].hard),
        ("nofile", 2048)
    );
}

#[test]
fn ports_go_where_the_filter_says() {
    let decided = decide(
        "agents: 1\nports:\n- port: 8080:80\n- {port: '127.0.0.1:9000:9000/udp', nodeFilters: ['agent:0:direct']}\n\
         - {port: '8443:443', nodeFilters: ['server:0']}\n",
    );
    let ports = |name: &str| -> Vec<String> {
        let ports = spec(&decided, name).ports.iter();
        ports
            .map(|port| {
                format!(
                    "{}:{:?}->{}/{}",
                    port.host_address,
                    port.host_port.unwrap(),
                    port.container_port,
                    port.protocol.as_str()
                )
            })
            .collect()
    };
    assert_eq!(
        ports(BALANCER),
        [
            "127.0.0.1:40001->6443/tcp",
            ":8080->80/tcp",
            ":8443->443/tcp"
        ]
    );
    assert_eq!(ports(AGENT), ["127.0.0.1:9000->9000/udp"]);
    let routes: Vec<String> = decided
        .routes
        .iter()
        .map(|route| {
            let targets = route.targets.iter();
            let targets: Vec<String> = targets
                .map(|(name, address)| format!("{name}={}", address.unwrap()))
                .collect();
            format!("{}: {}", route.port, targets.join(" "))
        })
        .collect();
    assert_eq!(
        routes,
        [
            "6443: k3d-dev-server-0=172.18.0.2",
            "80: k3d-dev-server-0=172.18.0.2 k3d-dev-agent-0=172.18.0.3",
            "443: k3d-dev-server-0=172.18.0.2",
        ]
    );
}

#[test]
fn kubelets_that_know_the_flag_are_told_to_accept_cgroup_v1() {
    let mut host = nothing();
    host.host.cgroup_version = 1;
    let flag = |image: &str| {
        let body = format!("agents: 1\nimage: {image}\n");
        let decided = decide_on(&body, &host);
        [SERVER, AGENT]
            .map(|node| arguments(&decided, node).contains("--kubelet-arg=fail-cgroupv1=false"))
    };
    assert_eq!(flag("rancher/k3s:v1.36.4-k3s1"), [true; 2]);
    assert_eq!(flag("rancher/k3s:v1.31.0-k3s1"), [true; 2]);
    assert_eq!(flag("rancher/k3s:v1.30.9-k3s1"), [false; 2]);
    assert_eq!(flag("mirror:5000/k3s"), [true; 2]);
    assert!(!arguments(&decide(PAIR), SERVER).contains("fail-cgroupv1"));
}

#[test]
fn aliases_are_hosts_of_every_node() {
    let body = "hostAliases: [{ip: 10.0.0.9, hostnames: [db.local, db]}]\n";
    assert_eq!(config(body).host_aliases.len(), 1);
    let decided = decide(body);
    assert_eq!(
        spec(&decided, SERVER).extra_hosts,
        [
            "host.k3d.internal:host-gateway",
            "db.local:10.0.0.9",
            "db:10.0.0.9"
        ]
    );
    assert_eq!(
        spec(&decided, SERVER).labels["k3d.cluster.start.hostaliases"],
        r#"[{"ip":"10.0.0.9","hostnames":["db.local","db"]}]"#
    );
}
