//! Files that nodes find when they start.

use super::cluster;
use crate::cluster::distribution::Distribution;
use crate::cluster::model::FileContent;

const SERVER: &str = "k3d-dev-server-0";
const AGENT: &str = "k3d-dev-agent-0";
const NAMES: &str = "/var/lib/rancher/k3s/server/manifests/ksail-coredns-custom.yaml";

fn file(body: &str, container: &str, path: &str) -> Option<String> {
    let files = cluster(body).files(container).unwrap();
    let found = files.into_iter().find(|file| file.path == path)?;
    match found.content {
        FileContent::Bytes(bytes) => Some(String::from_utf8(bytes).unwrap()),
        FileContent::Symlink(_) => None,
    }
}

#[test]
fn pods_resolve_the_host_and_the_aliases() {
    let body = "agents: 1\nhostAliases: [{ip: 10.0.0.9, hostnames: [db]}, {ip: 10.0.0.8, hostnames: [db]}]\n";
    insta::assert_snapshot!(file(body, SERVER, NAMES).unwrap(), @r"
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: coredns-custom
      namespace: kube-system
    data:
      ksail.server: |
        db:53 {
          hosts {
            10.0.0.9 db
            10.0.0.8 db
          }
        }
        host.k3d.internal:53 {
          hosts {
            172.18.0.1 host.k3d.internal
          }
        }
    ");
    assert_eq!(file(body, AGENT, NAMES), None);
}

#[test]
fn without_coredns_nobody_reads_names() {
    let args = |arg: &str| {
        format!("options: {{k3s: {{extraArgs: [{{arg: '{arg}', nodeFilters: ['server:*']}}]}}}}\n")
    };
    assert_eq!(
        file(&args("--disable=traefik,coredns"), SERVER, NAMES),
        None
    );
    assert!(file(&args("--disable=traefik"), SERVER, NAMES).is_some());
    let expected = |arg: &str| cluster(&args(arg)).system().expected;
    assert!(expected("--disable=coredns"));
    assert!(!expected(
        "--disable=coredns,local-storage,metrics-server,traefik"
    ));
}

#[test]
fn files_and_registries_are_for_nodes() {
    let body = "agents: 1\nfiles: [{source: a.txt, destination: /etc/a, nodeFilters: ['agent:0']}]\n\
                registries: {config: \"mirrors:\\n  x: {}\\n\"}\n";
    assert_eq!(file(body, AGENT, "/etc/a").as_deref(), Some("a\n"));
    assert_eq!(file(body, SERVER, "/etc/a"), None);
    for node in [SERVER, AGENT] {
        let registries = file(body, node, "/etc/rancher/k3s/registries.yaml");
        assert_eq!(registries.as_deref(), Some("mirrors:\n  x: {}\n"));
    }
    let balancer = cluster(body).files("k3d-dev-serverlb").unwrap();
    let paths: Vec<&str> = balancer.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "/etc/confd/values.yaml",
            "/etc/ksail/values.yaml",
            "/etc/ksail/nginx.conf"
        ]
    );
}
