//! What is true of all K3s clusters, and what no cluster can be.

use super::{config, container, network};
use crate::cluster::blueprint::{Blueprint, NetworkNeed};
use crate::cluster::family::{Belongings, Endpoint, Family};
use crate::cluster::k3s::K3s;
use crate::cluster::k3s::blueprint::K3sBlueprint;
use crate::cluster::k3s::desired::counts;
use crate::cluster::observed::HostFacts;
use crate::cluster::plan::WaitFor;
use crate::config::DistributionFile;
use crate::config::k3d::NodeRef;
use crate::env::EnvMap;
use crate::settings::{Bundled, Origin, Sourced, Wanted};

fn configure(body: &str, wanted: &Wanted) -> Result<(DistributionFile, Vec<String>), String> {
    let name = Sourced::new("dev".to_owned(), Origin::Default);
    let file = DistributionFile::K3d(Box::new(config(body)));
    let configured = K3s.configure(Some(&file), &name, wanted);
    configured.map_err(|error| error.to_string())
}

fn blueprint(body: &str) -> K3sBlueprint {
    K3sBlueprint {
        cluster: "dev".into(),
        config: config(body),
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let refused = |body: &str| configure(body, &Wanted::default()).unwrap_err();
    assert_eq!(
        refused("image: latest\n"),
        "k3d.yaml:3:8: `image` must name an image: `latest` would ask a server on the internet for a version; write one such as `rancher/k3s:v1.36.4-k3s1`"
    );
    assert!(refused("image: +v1.36\n").contains("`+v1.36` would ask"));
    assert!(refused("network: host\n").contains("`network: host` is not supported yet"));
    let none = Wanted {
        control_planes: Some(Sourced::new(0, Origin::Flag("--control-planes"))),
        ..Wanted::default()
    };
    assert!(configure("", &none).unwrap_err().contains("at least one"));
}

#[test]
fn flags_go_before_the_file() {
    let wanted = Wanted {
        workers: Some(Sourced::new(2, Origin::Flag("--workers"))),
        image: Some(Sourced::new("x:1".into(), Origin::Flag("--image"))),
        ..Wanted::default()
    };
    let (file, warnings) = configure("agents: 1\nimage: y:2\n", &wanted).unwrap();
    let DistributionFile::K3d(config) = file else {
        panic!("no k3d.yaml");
    };
    assert_eq!(config.agents.unwrap().value, 2);
    assert_eq!(config.image.unwrap().value, "x:1");
    assert_eq!(warnings, Vec::<String>::new());
}

#[test]
fn what_k3s_brings_along_can_be_left_out() {
    let wanted = Wanted {
        without: vec![
            Bundled::Storage,
            Bundled::MetricsServer,
            Bundled::LoadBalancer,
        ],
        ..Wanted::default()
    };
    let (file, _) = configure("servers: 3\nagents: 1\n", &wanted).unwrap();
    let DistributionFile::K3d(config) = file else {
        panic!("no k3d.yaml");
    };
    let arguments = |node| {
        let rules = config.k3s.extra_args.iter();
        let own = rules.filter(|rule| rule.nodes(counts(&config)).unwrap().contains(&node));
        own.map(|rule| rule.item.value.clone()).collect::<Vec<_>>()
    };
    for index in 0..3 {
        assert_eq!(
            arguments(NodeRef::Server(index)),
            [
                "--disable=local-storage",
                "--disable=metrics-server",
                "--disable=servicelb"
            ]
        );
    }
    assert!(arguments(NodeRef::Agent(0)).is_empty());
}

#[test]
fn the_blueprint_says_what_it_needs() {
    let plain = blueprint("");
    let env = EnvMap::default();
    assert_eq!(
        plain.images(&env),
        ["rancher/k3s:v1.36.4-k3s1", "ghcr.io/k3d-io/k3d-proxy:5.9.0"]
    );
    assert_eq!(
        plain.network(&env),
        NetworkNeed::OwnSubnet("k3d-dev".into())
    );
    assert!(plain.picks_api_port());
    assert!(!blueprint("kubeAPI: {hostPort: '6443'}\n").picks_api_port());
    let bare = blueprint("image: a:1\noptions: {k3d: {disableLoadbalancer: true}}\n");
    assert_eq!(bare.images(&env), ["a:1"]);
    let v1 = HostFacts {
        cgroup_version: 1,
        ..HostFacts::default()
    };
    assert_eq!(plain.notices(&v1).len(), 1);
    assert!(plain.notices(&HostFacts::default()).is_empty());
}

#[test]
fn the_file_may_say_how_the_command_behaves() {
    let defaults = blueprint("").defaults();
    assert_eq!(defaults, crate::cluster::blueprint::Defaults::default());
    let other = blueprint(
        "options: {k3d: {wait: false, timeout: 90s, disableRollback: true}, \
         kubeconfig: {updateDefaultKubeconfig: false, switchCurrentContext: false}}\n",
    )
    .defaults();
    assert_eq!(other.wait, WaitFor::None);
    assert_eq!(other.timeout.unwrap().as_secs(), 90);
    assert!(other.retain && !other.kubeconfig && !other.switch);
}

#[test]
fn an_existing_cluster_is_read_from_its_labels() {
    let server = [
        ("k3d.role", "server"),
        ("k3d.server.api.host", "127.0.0.1"),
        ("k3d.server.api.port", "6550"),
    ];
    let containers = [
        container("k3d-dev-agent-0", &[("k3d.role", "agent")]),
        container("k3d-dev-server-1", &server[..1]),
        container("k3d-dev-server-0", &server),
    ];
    assert_eq!(
        K3s.control_plane(&containers).unwrap().name,
        "k3d-dev-server-0"
    );
    assert_eq!(
        K3s.endpoint(&containers),
        Some(Endpoint::Known("127.0.0.1".into(), 6550))
    );
    let file = "clusters: [{cluster: {server: 'https://127.0.0.1:6443', certificate-authority-data: QQ==}}]\nusers: [{user: {client-certificate-data: QQ==, client-key-data: QQ==}}]\n";
    let now = time::OffsetDateTime::UNIX_EPOCH;
    let access = |server| K3s.access(file, &containers[2], server, now).unwrap();
    assert_eq!(access(None).server, "https://k3d-dev-server-0:6443");
    assert_eq!(access(Some("https://h:1".into())).server, "https://h:1");
    assert_eq!(K3s.names("dev").user, "admin@k3d-dev");
}

#[test]
fn only_networks_of_k3d_or_ours_are_removed() {
    let found = Belongings {
        networks: vec![
            network("k3d-dev", &[("app", "k3d")], "172.18.0.0/16"),
            network("k3d-dev", &[], "172.19.0.0/16"),
        ],
        volumes: vec!["k3d-dev-images".into()],
    };
    let removals: Vec<String> = K3s
        .removals("dev", &found)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        removals,
        ["remove network k3d-dev", "remove volume k3d-dev-images"]
    );
}
