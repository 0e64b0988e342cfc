//! Fields, types and words.

use std::path::Path;

use super::{decoded, hint, refused};
use crate::config::k3d::{ApiPort, Subnet, decode};
use crate::yaml::{Source, load_untyped};

#[test]
fn unknown_fields_name_the_nearest() {
    for (body, message, near) in [
        ("server: 1\n", "3:1: unknown field `server`", "servers"),
        (
            "metadata: {nme: a}\n",
            "3:12: unknown field `metadata.nme`",
            "name",
        ),
        (
            "kubeAPI: {hostip: 1.2.3.4}\n",
            "3:11: unknown field `kubeAPI.hostip`",
            "hostIP",
        ),
        (
            "ports: [{port: 80, nodeFilter: []}]\n",
            "3:20: unknown field `ports[0].nodeFilter`",
            "nodeFilters",
        ),
        (
            "options: {k3d: {disableLoadBalancer: true}}\n",
            "3:17: unknown field `options.k3d.disableLoadBalancer`",
            "disableLoadbalancer",
        ),
        (
            "options: {k3s: {extraArg: []}}\n",
            "3:17: unknown field `options.k3s.extraArg`",
            "extraArgs",
        ),
        (
            "options: {runtime: {serverMemory: 1g}}\n",
            "3:21: unknown field `options.runtime.serverMemory`",
            "serversMemory",
        ),
        (
            "options: {kubeconfig: {switchContext: true}}\n",
            "3:24: unknown field `options.kubeconfig.switchContext`",
            "switchCurrentContext",
        ),
        (
            "registries: {uses: []}\n",
            "3:14: unknown field `registries.uses`",
            "use",
        ),
    ] {
        assert_eq!(refused(body), format!("k3d.yaml:{message}"), "{body}");
        let expected = format!("did you mean `{near}`?");
        let found = hint(body).unwrap();
        assert!(
            found == expected || found.contains(&format!("`{near}`")),
            "{body}: {found}"
        );
    }
}

#[test]
fn wrong_values() {
    for (body, message) in [
        (
            "metadata: {name: Shop}\n",
            "3:18: `metadata.name` must consist of lower-case letters, digits and `-`, and start and end with a letter or digit",
        ),
        (
            "metadata: {name: aaaaaaaaaabbbbbbbbbbccccccccccddd}\n",
            "3:18: `metadata.name` is too long: it has 33 characters, 32 are possible, so shorten it by 1",
        ),
        (
            "servers: 0\n",
            "3:10: `servers` must be between 1 and 65533",
        ),
        (
            "servers: two\n",
            "3:10: `servers` must be an integer, not a string",
        ),
        ("agents: -1\n", "3:9: `agents` must be between 0 and 65533"),
        (
            "kubeAPI: {host: 'a b'}\n",
            "3:17: `kubeAPI.host` must be a host name, not `a b`",
        ),
        (
            "kubeAPI: {hostIP: '::1'}\n",
            "3:19: `kubeAPI.hostIP` must be an IPv4 address, not `::1`",
        ),
        (
            "kubeAPI: {hostPort: 70000}\n",
            "3:21: `kubeAPI.hostPort` must be a port or `random`, not `70000`",
        ),
        (
            "kubeAPI: {hostPort: -1}\n",
            "3:21: `kubeAPI.hostPort` must be a port or `random`, not `-1`",
        ),
        ("image: [a]\n", "3:8: `image` must be a string, not a list"),
        (
            "network: a/b\n",
            "3:10: `network` must be the name of a network, not `a/b`",
        ),
        (
            "subnet: 172.28.0.0\n",
            "3:9: `subnet` must be `auto` or an address range such as `172.28.0.0/16`, not `172.28.0.0`",
        ),
        (
            "volumes: {}\n",
            "3:10: `volumes` must be a list, not a mapping",
        ),
        ("volumes: [{}]\n", "3:11: `volumes[0].volume` is missing"),
        (
            "volumes: [{volume: ''}]\n",
            "3:20: `volumes[0].volume` must not be empty",
        ),
        (
            "env: [{envVar: HTTP_PROXY}]\n",
            "3:16: `env[0].envVar` must be `NAME=value`",
        ),
        (
            "env: [{envVar: =b}]\n",
            "3:16: `env[0].envVar` must be `NAME=value`",
        ),
        (
            "hostAliases: [{ip: localhost, hostnames: [a]}]\n",
            "3:20: `hostAliases[0].ip` must be an IP address, not `localhost`",
        ),
        (
            "hostAliases: [{ip: 1.2.3.4}]\n",
            "3:15: `hostAliases[0].hostnames` is missing",
        ),
        (
            "hostAliases: [{ip: 1.2.3.4, hostnames: []}]\n",
            "3:40: `hostAliases[0].hostnames` must hold at least one host name",
        ),
        (
            "hostAliases: [{ip: 1.2.3.4, hostnames: [a, b_c]}]\n",
            "3:44: `hostAliases[0].hostnames[1]` must be a host name, not `b_c`",
        ),
    ] {
        assert_eq!(refused(body), format!("k3d.yaml:{message}"), "{body}");
    }
}

#[test]
fn what_k3d_can_do_and_we_cannot() {
    for (body, what) in [
        (
            "registries: {create: {name: r}}\n",
            "22: `registries.create`",
        ),
        ("registries: {create: {}}\n", "22: `registries.create`"),
        ("registries: {use: ['r:5000']}\n", "19: `registries.use`"),
        (
            "options: {runtime: {gpuRequest: all}}\n",
            "33: `options.runtime.gpuRequest`",
        ),
    ] {
        assert_eq!(
            refused(body),
            format!("k3d.yaml:3:{what} is not supported yet by this version of ksail"),
            "{body}"
        );
    }
}

#[test]
fn headers() {
    let source = Source::new("k");
    let message = |text: &str| {
        let root = load_untyped(text, &source).unwrap().remove(0);
        let decoded = decode(&root, &source, Path::new("/"));
        decoded.unwrap_err().to_string()
    };
    assert_eq!(
        message("- a\n"),
        "k:1:1: the document must be a mapping, not a list"
    );
    assert_eq!(message("kind: Simple\n"), "k:1:1: `apiVersion` is missing");
    for older in ["v1alpha2", "v1alpha3", "v1alpha4"] {
        assert_eq!(
            message(&format!("kind: Simple\napiVersion: k3d.io/{older}\n")),
            format!(
                "k:2:13: `apiVersion` is `k3d.io/{older}`, which ksail does not read; `k3d config migrate OLD NEW` makes it `k3d.io/v1alpha5`"
            )
        );
    }
    assert_eq!(
        message("kind: Simple\napiVersion: k3d.io/v1\n"),
        "k:2:13: `apiVersion` must be `k3d.io/v1alpha5`, not `k3d.io/v1`"
    );
    assert_eq!(
        message("kind: Cluster\napiVersion: k3d.io/v1alpha5\n"),
        "k:1:7: `kind` must be `Simple`, not `Cluster`"
    );
}

#[test]
fn spellings() {
    for (port, expected) in [
        ("6443", ApiPort::Fixed(6443)),
        ("'6443'", ApiPort::Fixed(6443)),
        ("random", ApiPort::Random),
        ("0", ApiPort::Random),
    ] {
        let config = decoded(&format!("kubeAPI: {{hostPort: {port}}}\n"));
        assert_eq!(config.api.host_port.unwrap().value, expected, "{port}");
    }
    for image in ["latest", "stable", "+v1.36"] {
        let config = decoded(&format!("image: {image}\n"));
        assert_eq!(config.image.unwrap().value, image);
    }
    let subnet = decoded("subnet: auto\n").subnet.unwrap();
    assert_eq!(subnet.value, Subnet::Auto);
}

#[test]
fn expanded_variables_take_the_type_of_their_field() {
    let source = Source::new("k");
    let text = "kind: Simple\napiVersion: k3d.io/v1alpha5\nservers: ${N}\nkubeAPI: {hostPort: '${PORT}'}\noptions:\n  k3d:\n    wait: ${OFF}\ntoken: '$3cret'\n";
    let mut root = load_untyped(text, &source).unwrap().remove(0);
    let env = [("N", "3"), ("PORT", "6443"), ("OFF", "false")]
        .into_iter()
        .collect();
    assert!(crate::config::expand(&mut root, &env, &source).is_empty());
    let config = decode(&root, &source, Path::new("/")).unwrap();
    assert_eq!(config.servers.unwrap().value, 3);
    assert_eq!(config.api.host_port.unwrap().value, ApiPort::Fixed(6443));
    assert!(!config.k3d.wait);
    assert_eq!(config.token.unwrap().value.expose(), "$3cret");
}
