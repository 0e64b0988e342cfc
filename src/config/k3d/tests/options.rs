//! Options: wrong values, labels, sizes, settings of the load balancer.

use super::{THREE_TWO, counts, decoded, fit, refused, unfit};
use crate::config::memory;

#[test]
fn wrong_values() {
    for (body, message) in [
        (
            "options: {k3d: {timeout: 60}}\n",
            "3:26: `options.k3d.timeout` must be a duration such as `90s` or `1h30m`, not `60`",
        ),
        (
            "options: {k3d: {wait: 'yes'}}\n",
            "3:23: `options.k3d.wait` must be a boolean, not a string",
        ),
        (
            "options: {runtime: {serversMemory: 5x}}\n",
            "3:36: `options.runtime.serversMemory` must be an amount of memory such as `512m` or `1.5g`, not `5x`",
        ),
        (
            "options: {runtime: {agentsMemory: 512}}\n",
            "3:35: `options.runtime.agentsMemory` must be at least `6m`, the least that the Engine accepts, not `512`",
        ),
        (
            "options: {runtime: {ulimits: [{name: nofiles, soft: 1}]}}\n",
            "3:38: `options.runtime.ulimits[0].name` must be `core`, `cpu`, `data`, `fsize`, `locks`, `memlock`, `msgqueue`, `nice`, `nofile`, `nproc`, `rss`, `rtprio`, `rttime`, `sigpending`, or `stack`, not `nofiles`",
        ),
        (
            "options: {runtime: {ulimits: [{name: nofile}]}}\n",
            "3:31: `options.runtime.ulimits[0].soft` is missing",
        ),
        (
            "options: {runtime: {ulimits: [{name: nofile, soft: 2, hard: 1}]}}\n",
            "3:31: `options.runtime.ulimits[0]` has a soft limit above its hard limit",
        ),
        (
            "options: {runtime: {ulimits: [{name: core, soft: 2}, {name: core, soft: 1}]}}\n",
            "3:54: `options.runtime.ulimits[1]` limits `core`, which `options.runtime.ulimits[0]` (k3d.yaml:3:31) already does",
        ),
    ] {
        assert_eq!(refused(body), format!("k3d.yaml:{message}"), "{body}");
    }
}

#[test]
fn labels() {
    let runtime = |label: &str| {
        refused(&format!(
            "options: {{runtime: {{labels: [{{label: {label}}}]}}}}\n"
        ))
    };
    for (label, key) in [
        ("app=x", "app"),
        ("k3d.cluster=x", "k3d.cluster"),
        ("k3s.x", "k3s.x"),
    ] {
        assert_eq!(
            runtime(label),
            format!(
                "k3d.yaml:3:38: `options.runtime.labels[0].label` has the key `{key}`, but `app` and keys that begin with `k3d.` or `k3s.` are reserved"
            )
        );
    }
    assert!(runtime("=x").ends_with("must be `KEY=VALUE`"));
    decoded("options: {runtime: {labels: [{label: app.x=a=b}, {label: k3dx}]}}\n");

    let node = |label: &str| {
        refused(&format!(
            "options: {{k3s: {{nodeLabels: [{{label: '{label}'}}]}}}}\n"
        ))
    };
    for (label, message) in [
        (
            "a b=c",
            "has the key `a b`, which Kubernetes does not accept",
        ),
        (
            "Ex.org/a=c",
            "has the key `Ex.org/a`, which Kubernetes does not accept",
        ),
        (
            "a/b/c=c",
            "has the key `a/b/c`, which Kubernetes does not accept",
        ),
        (
            "a=b c",
            "has the value `b c`; it must be at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends",
        ),
        (
            "node-role.kubernetes.io/worker=true",
            "has the key `node-role.kubernetes.io/worker`, which kubelets must not set; use `kubectl label node` when the cluster runs",
        ),
        (
            "x.k8s.io/a=b",
            "has the key `x.k8s.io/a`, which kubelets must not set; use `kubectl label node` when the cluster runs",
        ),
    ] {
        let place = "k3d.yaml:3:38: `options.k3s.nodeLabels[0].label`";
        assert_eq!(node(label), format!("{place} {message}"), "{label}");
    }
    for label in [
        "topology.kubernetes.io/zone=a",
        "node.kubernetes.io/x=y",
        "pool.node.kubernetes.io/x=y",
        "mykubernetes.io/x=y",
        "a=",
        "A_b.c-d=E",
    ] {
        decoded(&format!(
            "options: {{k3s: {{nodeLabels: [{{label: '{label}'}}]}}}}\n"
        ));
    }
}

#[test]
fn sizes() {
    for (text, bytes) in [
        ("6291456", 6 << 20),
        ("512m", 512 << 20),
        ("512M", 512 << 20),
        ("512MiB", 512 << 20),
        ("512mb", 512 << 20),
        ("1g", 1 << 30),
        ("1.5 G", 3 << 29),
        ("8192k", 8 << 20),
        ("1t", 1 << 40),
        ("6291456b", 6 << 20),
    ] {
        assert_eq!(memory(text).unwrap(), bytes, "{text}");
    }
    for text in [
        "",
        "m",
        "-1g",
        "1.2.3g",
        "1gg",
        "1ib",
        "1e3m",
        "inf",
        "99999999p",
        "0",
        "5m",
    ] {
        assert!(memory(text).is_err(), "{text}");
    }
}

#[test]
fn settings_of_the_load_balancer() {
    let body = |setting: &str| {
        format!("options: {{k3d: {{loadbalancer: {{configOverrides: ['{setting}']}}}}}}\n")
    };
    let place = "k3d.yaml:3:50: `options.k3d.loadbalancer.configOverrides[0]`";
    for (setting, message) in [
        ("settings.workerConnections", "must be `KEY=VALUE`"),
        (
            "settings.workerConnections=0",
            "must set a number from 1 on, not `0`",
        ),
        (
            "settings.workerConnection=1",
            "must be `settings.workerConnections` or `settings.defaultProxyTimeout`, not `settings.workerConnection`",
        ),
    ] {
        assert_eq!(refused(&body(setting)), format!("{place} {message}"));
    }
    for setting in [
        "settings.workerConnections=1",
        "settings.defaultProxyTimeout=1",
    ] {
        fit(&body(setting), THREE_TWO);
        assert_eq!(
            unfit(&body(setting), counts(1, 0, false)),
            format!("{place} is for the load balancer, which is disabled")
        );
    }
}
