//! Port specifications, where they are published, and clashes.

use super::{THREE_TWO, counts, decoded, fit, refused, unfit};
use crate::config::k3d::NodeRef;
use crate::config::parse_ports;

/// Mappings as `address:host:container/protocol`, `-` for what is left open.
fn spelled(text: &str) -> String {
    let mappings = parse_ports(text).unwrap();
    let open = || "-".to_owned();
    let spell = |mapping: &crate::config::PortMapping| {
        let address = mapping.host_address.map_or_else(open, |it| it.to_string());
        let host = mapping.host_port.map_or_else(open, |it| it.to_string());
        let (container, protocol) = (mapping.container_port, mapping.protocol.as_str());
        format!("{address} {host} {container}/{protocol}")
    };
    mappings.iter().map(spell).collect::<Vec<_>>().join(", ")
}

#[test]
fn every_form() {
    for (text, expected) in [
        ("80", "- - 80/tcp"),
        ("8080:80", "- 8080 80/tcp"),
        (":80", "- - 80/tcp"),
        ("0:80", "- - 80/tcp"),
        ("8080:80/udp", "- 8080 80/udp"),
        ("53/SCTP", "- - 53/sctp"),
        ("127.0.0.1:8080:80", "127.0.0.1 8080 80/tcp"),
        ("127.0.0.1::80", "127.0.0.1 - 80/tcp"),
        ("[::1]:8080:80/tcp", "::1 8080 80/tcp"),
        ("[::1]::80", "::1 - 80/tcp"),
        (":8080:80", "- 8080 80/tcp"),
        ("8000-8001:80-81", "- 8000 80/tcp, - 8001 81/tcp"),
        ("80-81", "- - 80/tcp, - - 81/tcp"),
        ("65535:65535", "- 65535 65535/tcp"),
    ] {
        assert_eq!(spelled(text), expected, "{text}");
    }
    assert_eq!(parse_ports("1-65535:1-65535").unwrap().len(), 65535);
}

#[test]
fn wrong_forms() {
    for (text, message) in [
        (
            "http",
            "has `http` where a port such as `80` or `8000-8010` belongs",
        ),
        (
            "",
            "has `` where a port such as `80` or `8000-8010` belongs",
        ),
        (
            "8080:",
            "has `` where a port such as `80` or `8000-8010` belongs",
        ),
        ("0", "must have a port from 1 to 65535 at its end"),
        (
            "65536",
            "has `65536` where a port such as `80` or `8000-8010` belongs",
        ),
        (
            "+80",
            "has `+80` where a port such as `80` or `8000-8010` belongs",
        ),
        (
            "x:80",
            "has `x` where a host port such as `80` or `8000-8010` belongs",
        ),
        ("0-1:80-81", "must have host ports from 1 to 65535"),
        (
            "8000-8002:80",
            "has 3 host ports for 1 in the node; both ranges must have the same length",
        ),
        (
            "8000:80-81",
            "has 1 host ports for 2 in the node; both ranges must have the same length",
        ),
        (
            "81-80",
            "has the range `81-80`, which ends before it begins",
        ),
        (
            "80/icmp",
            "ends in `/icmp`, but the protocol must be `tcp`, `udp`, or `sctp`",
        ),
        (
            "80/",
            "ends in `/`, but the protocol must be `tcp`, `udp`, or `sctp`",
        ),
        (
            "localhost:8080:80",
            "has `localhost` where an IP address such as `127.0.0.1` belongs",
        ),
        (
            "::1:8080:80",
            "must have its IPv6 address in brackets, as in `[::1]:8080:80`",
        ),
        (
            "[::1:8080:80",
            "has no `]:` behind its address, as in `[::1]:8080:80`",
        ),
        (
            "[127.0.0.1]:8080:80",
            "has `127.0.0.1` in brackets, which is no IPv6 address",
        ),
        (
            "[::1]:80",
            "needs a host port behind its address, as in `[::1]:8080:80`, or `[::1]::80` for any",
        ),
        (
            "127.0.0.1:80",
            "has `127.0.0.1` where a host port such as `80` or `8000-8010` belongs",
        ),
        ("[::1]:1:2:3", "has too many `:`"),
    ] {
        let problem = parse_ports(text).unwrap_err().problem("f");
        assert_eq!(problem.to_string(), format!("`f` {message}"), "{text}");
    }
    assert_eq!(
        refused("ports:\n- port: 80:80/x\n"),
        "k3d.yaml:4:9: `ports[0].port` ends in `/x`, but the protocol must be `tcp`, `udp`, or `sctp`"
    );
}

/// Where the first rule is published: `node` or `lb -> targets`.
fn published(filters: &str, counts: crate::config::k3d::Counts) -> Result<String, String> {
    let body = format!("ports:\n- port: '8080:80'\n  nodeFilters: {filters}\n");
    let name = |node: &NodeRef| match node {
        NodeRef::Server(number) => format!("s{number}"),
        NodeRef::Agent(number) => format!("a{number}"),
        NodeRef::LoadBalancer => "lb".into(),
    };
    let found = decoded(&body).ports[0].publish(counts);
    let found = found.map_err(|error| error.to_string())?;
    let spell = found.iter().map(|publication| {
        let on = name(&publication.on);
        let targets: Vec<_> = publication.targets.iter().map(name).collect();
        if targets.is_empty() {
            on
        } else {
            format!("{on} -> {}", targets.join(" "))
        }
    });
    Ok(spell.collect::<Vec<_>>().join(", "))
}

#[test]
fn ports_go_through_the_load_balancer_or_directly() {
    for (filters, expected) in [
        ("[]", "lb -> s0 s1 s2 a0 a1"),
        ("[loadbalancer]", "lb -> s0 s1 s2 a0 a1"),
        ("['loadbalancer:*:proxy']", "lb -> s0 s1 s2 a0 a1"),
        ("['server:0', loadbalancer]", "lb -> s0 s1 s2 a0 a1"),
        ("[all]", "lb -> s0 s1 s2 a0 a1"),
        ("['agent:*']", "lb -> a0 a1"),
        ("['server:1:proxy', 'agent:0']", "lb -> s1 a0"),
        ("['agent:1:direct']", "a1"),
        ("['agent:1:direct', 'agent:1-1:direct']", "a1"),
    ] {
        assert_eq!(
            published(filters, THREE_TWO).as_deref(),
            Ok(expected),
            "{filters}"
        );
    }
    let nothing = published("['agent:*']", counts(1, 0, true));
    assert_eq!(nothing.as_deref(), Ok(""));
    let alone = published("['all:direct']", counts(1, 0, false));
    assert_eq!(alone.as_deref(), Ok("s0"));
}

#[test]
fn impossible_ways() {
    let disabled = "k3d.yaml:4:9: `ports[0].port` would go through the load balancer, which is disabled; publish it on a node with the filter `server:0:direct`";
    for (filters, counts, message) in [
        (
            "['server:*:direct']",
            THREE_TWO,
            "k3d.yaml:5:17: `ports[0].nodeFilters[0]` is published directly on more than one node; choose one, or leave `:direct` out",
        ),
        (
            "['server:0:direct', 'agent:*']",
            THREE_TWO,
            "k3d.yaml:5:17: `ports[0].nodeFilters[0]` would publish the same host port on this node and on the load balancer",
        ),
        (
            "[loadbalancer, 'agent:0:direct']",
            THREE_TWO,
            "k3d.yaml:5:31: `ports[0].nodeFilters[1]` cannot stand beside `loadbalancer`, which publishes the port itself",
        ),
        ("[]", counts(1, 0, false), disabled),
        ("[loadbalancer]", counts(1, 0, false), disabled),
        ("['server:0']", counts(1, 1, false), disabled),
    ] {
        let found = published(filters, counts);
        assert_eq!(found.as_ref().unwrap_err(), message, "{filters}");
    }
}

#[test]
fn one_host_port_has_one_user() {
    let clash = |ports: &str| {
        unfit(
            &format!("kubeAPI: {{hostPort: 6443}}\nports:\n{ports}"),
            THREE_TWO,
        )
    };
    assert_eq!(
        clash("- port: 8080:80\n- port: 8080:81\n"),
        "k3d.yaml:6:9: `ports[1].port` publishes 8080/tcp on every address, where `ports[0].port` (k3d.yaml:5:9) already listens on every address"
    );
    assert_eq!(
        clash("- port: 127.0.0.1:8080:80\n- port: 8079-8081:79-81\n"),
        "k3d.yaml:6:9: `ports[1].port` publishes 8080/tcp on every address, where `ports[0].port` (k3d.yaml:5:9) already listens on 127.0.0.1"
    );
    assert_eq!(
        clash("- port: 6443:80\n"),
        "k3d.yaml:5:9: `ports[0].port` publishes 6443/tcp on every address, where the API server (k3d.yaml:3:21) already listens on 127.0.0.1"
    );
    fit(
        "kubeAPI: {hostPort: 6443}\nports:\n- port: 127.0.0.1:80:80\n- port: 127.0.0.2:80:80\n- port: 80:80/udp\n- port: 80\n- port: 80\n- port: 127.0.0.2:6443:1\n",
        THREE_TWO,
    );
    fit("ports: [{port: 1-65535:1-65535}]\n", THREE_TWO);
}
