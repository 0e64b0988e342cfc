//! Families, ranges and ports.

use super::{decoded, refused};

#[test]
fn wrong_networking() {
    for (body, message) in [
        (
            "networking: {apiServerPort: 65536}\n",
            "3:29: `networking.apiServerPort` must be between -1 and 65535",
        ),
        (
            "networking: {apiServerPort: -2}\n",
            "3:29: `networking.apiServerPort` must be between -1 and 65535",
        ),
        (
            "networking: {apiServerPort: '80'}\n",
            "3:29: `networking.apiServerPort` must be an integer, not a string",
        ),
        (
            "networking: {apiServerAddress: localhost}\n",
            "3:32: `networking.apiServerAddress` must be an IP address, not `localhost`",
        ),
        (
            "networking: {ipFamily: IPv4}\n",
            "3:24: `networking.ipFamily` must be `ipv4`, `ipv6`, or `dual`, not `IPv4`",
        ),
        (
            "networking: {kubeProxyMode: ebpf}\n",
            "3:29: `networking.kubeProxyMode` must be `iptables`, `ipvs`, `nftables`, or `none`, not `ebpf`",
        ),
        (
            "networking: {podSubnet: 10.0.0.0}\n",
            "3:25: `networking.podSubnet` holds `10.0.0.0`, which is not an address range such as `10.244.0.0/16` or `fd00:10:244::/56`",
        ),
        (
            "networking: {podSubnet: 'fd00::/56'}\n",
            "3:25: `networking.podSubnet` must be one IPv4 range, as `ipFamily` is `ipv4`",
        ),
        (
            "networking: {podSubnet: '10.0.0.0/16,10.1.0.0/16'}\n",
            "3:25: `networking.podSubnet` must be one IPv4 range, as `ipFamily` is `ipv4`",
        ),
        (
            "networking: {ipFamily: ipv6, serviceSubnet: '10.0.0.0/16'}\n",
            "3:45: `networking.serviceSubnet` must be one IPv6 range, as `ipFamily` is `ipv6`",
        ),
        (
            "networking: {ipFamily: dual, serviceSubnet: '10.0.0.0/16,10.1.0.0/16'}\n",
            "3:45: `networking.serviceSubnet` must be one range, or an IPv4 and an IPv6 range separated by a comma, as `ipFamily` is `dual`",
        ),
        (
            "networking: {podSubnet: 10.0.0.0/8}\n",
            "3:13: `networking` gives pods 10.0.0.0/8, which overlaps with the services' 10.96.0.0/16",
        ),
        (
            "networking: {dnsSearch: a}\n",
            "3:25: `networking.dnsSearch` must be a list, not a string",
        ),
    ] {
        assert_eq!(refused(body), format!("kind.yaml:{message}"), "{body}");
    }
}

#[test]
fn host_ports_clash_across_the_cluster() {
    let two = |left: &str, right: &str| {
        format!(
            "nodes:\n- extraPortMappings:\n  - {{containerPort: 1, {left}}}\n- role: worker\n  extraPortMappings:\n  - {{containerPort: 2, {right}}}\n"
        )
    };
    assert_eq!(
        refused(&two(
            "hostPort: 80",
            "hostPort: 80, listenAddress: 127.0.0.1"
        )),
        "kind.yaml:8:5: `extraPortMappings` publishes 80/tcp on 127.0.0.1, where the mapping on line 5 already listens on 0.0.0.0"
    );
    assert!(
        refused(&two(
            "hostPort: 80, listenAddress: '::1'",
            "hostPort: 80, listenAddress: '::1'"
        ))
        .contains("8:5")
    );
    decoded(&two(
        "hostPort: 80, listenAddress: 127.0.0.1",
        "hostPort: 80, listenAddress: 127.0.0.2",
    ));
    decoded(&two("hostPort: 80", "hostPort: 80, protocol: udp"));
    decoded(&two("hostPort: 0", "hostPort: 0"));
    decoded(&two("hostPort: -1", "hostPort: -1"));
    assert_eq!(
        refused(
            "networking: {apiServerPort: 6443}\nnodes:\n- extraPortMappings: [{containerPort: 1, hostPort: 6443}]\n"
        ),
        "kind.yaml:5:23: `extraPortMappings` publishes 6443/tcp on 0.0.0.0, where the API server already listens on 127.0.0.1"
    );
    for (mapping, message) in [
        (
            "{hostPort: 80}",
            "`nodes[0].extraPortMappings[0].containerPort` is missing",
        ),
        (
            "{containerPort: 0}",
            "`nodes[0].extraPortMappings[0].containerPort` must be between 1 and 65535",
        ),
        (
            "{containerPort: 1, hostPort: 70000}",
            "`nodes[0].extraPortMappings[0].hostPort` must be between -1 and 65535",
        ),
        (
            "{containerPort: 1, protocol: icmp}",
            "`nodes[0].extraPortMappings[0].protocol` must be `TCP`, `UDP`, or `SCTP`, not `icmp`",
        ),
        (
            "{containerPort: 1, listenAddress: any}",
            "`nodes[0].extraPortMappings[0].listenAddress` must be an IP address, not `any`",
        ),
    ] {
        assert!(
            refused(&format!("nodes: [{{extraPortMappings: [{mapping}]}}]\n")).ends_with(message),
            "{mapping}"
        );
    }
    let ipv6 = decoded(
        "networking: {ipFamily: ipv6}\nnodes: [{extraPortMappings: [{containerPort: 1}]}]\n",
    );
    assert_eq!(ipv6.nodes[0].ports[0].listen_address.to_string(), "::");
    assert_eq!(ipv6.networking.api_server_address.to_string(), "::1");
}
