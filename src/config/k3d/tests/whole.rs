//! Nothing and everything.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{THREE_TWO, decoded};
use crate::config::k3d::{
    ApiPort, FileSource, K3dConfig, NodeRef, RegistriesConfig, Subnet, Ulimit, VolumeSource, check,
    decode,
};
use crate::yaml::{Source, load_untyped};

#[test]
fn nothing_said_is_the_default() {
    let config = decoded("");
    assert_eq!(config, K3dConfig::default());
    let empty = "metadata: {name: ''}\nservers:\nkubeAPI: {hostIP: '', hostPort: '', host: ''}\nimage: ''\nnetwork: ''\nsubnet: ''\ntoken: ''\n\
                 volumes: []\nports:\nregistries: {use: [], config: ''}\noptions: {k3d: {timeout: ''}, runtime: {serversMemory: '', gpuRequest: ''}}\n";
    assert_eq!(decoded(empty), K3dConfig::default());
    assert!(config.k3d.wait && !config.k3d.disable_rollback);
    assert!(config.kubeconfig.update_default && config.kubeconfig.switch_context);
}

/// The file that says everything.
fn full() -> K3dConfig {
    let text = include_str!("../../../../testdata/config/k3d-full.yaml");
    let source = Source::new("k3d-full.yaml");
    let root = load_untyped(text, &source).unwrap().remove(0);
    decode(&root, &source, Path::new("/work/dir")).unwrap()
}

#[test]
fn everything_fits_together() {
    check(&full(), THREE_TWO).unwrap();
}

#[test]
fn scalars_arrive_with_their_places() {
    let config = full();
    let name = config.name.unwrap();
    assert_eq!(name.value, "full-1");
    assert_eq!(name.at.to_string(), "k3d-full.yaml:5:9");
    let servers = config.servers.unwrap();
    assert_eq!((servers.value, servers.at.line), (3, 6));
    assert_eq!(config.agents.unwrap().value, 2);
    assert_eq!(config.api.host.unwrap().value, "api.example.org");
    assert_eq!(config.api.host_ip.unwrap().value.to_string(), "127.0.0.1");
    let port = config.api.host_port.unwrap();
    assert_eq!((port.value, port.at.line), (ApiPort::Fixed(6445), 11));
    assert_eq!(config.image.unwrap().value, "rancher/k3s:v1.36.4-k3s1");
    assert_eq!(config.network.unwrap().value, "shared_net");
    let subnet = Subnet::Range("172.28.0.0/16".parse().unwrap());
    assert_eq!(config.subnet.unwrap().value, subnet);
    assert_eq!(config.token.unwrap().value.expose(), "open-sesame");
}

#[test]
fn lists_arrive() {
    let config = full();
    let sources: Vec<_> = config
        .volumes
        .iter()
        .map(|rule| (rule.item.value.source.clone(), rule.item.value.bind()))
        .collect();
    let path = |text: &str| VolumeSource::Path(PathBuf::from(text));
    assert_eq!(
        sources,
        [
            (
                path("/work/dir/data"),
                Some("/work/dir/data:/data:ro,z".into())
            ),
            (
                VolumeSource::Named("cache".into()),
                Some("cache:/cache".into())
            ),
            (
                path("/srv/manifests"),
                Some("/srv/manifests:/var/lib/rancher/k3s/server/manifests/custom".into())
            ),
            (VolumeSource::Anonymous, None),
        ]
    );
    assert_eq!(config.volumes[0].item.field, "volumes[0].volume");
    assert_eq!(
        config.volumes[0].nodes(THREE_TWO).unwrap(),
        [NodeRef::Server(0), NodeRef::Agent(0), NodeRef::Agent(1)]
    );
    assert_eq!(config.env[0].item.value.name, "HTTP_PROXY");
    assert_eq!(config.env[0].item.value.value, "http://proxy:3128/?a=b");
    assert_eq!(config.env[0].nodes(THREE_TWO).unwrap().len(), 6);

    let files = &config.files;
    let FileSource::Inline(text) = &files[0].item.value.source else {
        panic!("{files:?}");
    };
    assert!(
        text.starts_with("apiVersion: v1\nkind: Namespace\n"),
        "{text}"
    );
    assert_eq!(
        files[0].item.value.destination,
        "/var/lib/rancher/k3s/server/manifests/custom/foo.yaml"
    );
    assert_eq!(
        files[0].item.value.description.as_deref(),
        Some("a namespace")
    );
    assert_eq!(files[0].nodes(THREE_TWO).unwrap(), THREE_TWO.k3s_nodes());
    let path = FileSource::Path("/work/dir/conf/kubelet.yaml".into());
    assert_eq!(files[1].item.value.source, path);

    let RegistriesConfig::Inline(text) = config.registries.unwrap().value else {
        panic!("not inline");
    };
    assert!(
        text.expose()
            .starts_with("mirrors:\n  example.org:\n    endpoint:")
    );
    let aliases = &config.host_aliases;
    assert_eq!(aliases[0].value.ip.to_string(), "1.2.3.4");
    assert_eq!(
        aliases[0].value.hostnames,
        ["my.host.local", "that.other.local"]
    );
    assert_eq!(aliases[1].value.ip.to_string(), "fd00::1");
}

#[test]
fn options_arrive() {
    let config = full();
    let k3d = &config.k3d;
    assert!(!k3d.wait && k3d.disable_image_volume && k3d.disable_rollback);
    let timeout = k3d.timeout.as_ref().unwrap();
    assert_eq!(timeout.value, Duration::from_secs(90));
    assert!(!k3d.disable_load_balancer.as_ref().unwrap().value);
    let connections = k3d.load_balancer.worker_connections.as_ref().unwrap();
    assert_eq!(connections.value, 2048);
    let timeout = k3d.load_balancer.proxy_timeout.as_ref().unwrap();
    assert_eq!(timeout.value, Duration::from_mins(15));
    assert_eq!(timeout.field, "options.k3d.loadbalancer.configOverrides[1]");

    assert_eq!(
        config.k3s.extra_args[0].item.value,
        "--tls-san=my.host.domain"
    );
    let labels = &config.k3s.node_labels;
    assert_eq!(
        (
            labels[0].item.value.key.as_str(),
            labels[0].item.value.value.as_str()
        ),
        ("example.org/tier", "front")
    );
    assert_eq!(labels[1].item.value.value, "");
    assert_eq!(labels[1].nodes(THREE_TWO).unwrap(), THREE_TWO.k3s_nodes());
    assert!(!config.kubeconfig.update_default && !config.kubeconfig.switch_context);

    let runtime = &config.runtime;
    assert_eq!(runtime.servers_memory.as_ref().unwrap().value, 3 << 29);
    assert_eq!(runtime.agents_memory.as_ref().unwrap().value, 512 << 20);
    assert!(runtime.host_pid_mode);
    assert_eq!(
        runtime.labels[0].nodes(THREE_TWO).unwrap(),
        [NodeRef::Agent(1), NodeRef::LoadBalancer]
    );
    let limits: Vec<_> = runtime.ulimits.iter().map(|limit| limit.value).collect();
    let limit = |name, soft, hard| Ulimit { name, soft, hard };
    assert_eq!(
        limits,
        [limit("nofile", 26677, 26677), limit("memlock", -1, -1)]
    );
}

#[test]
fn a_configuration_in_a_message_shows_no_secret() {
    let config = full();
    let shown = format!("{config:?}");
    assert!(!shown.contains("open-sesame"), "{shown}");
    assert!(!shown.contains("http://example.org:5000"), "{shown}");
}
