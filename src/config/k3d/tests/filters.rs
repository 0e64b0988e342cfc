//! Node filters: notation, meaning, and what is said about wrong ones.

use std::collections::BTreeSet;

use super::{THREE_TWO, counts, refused, unfit};
use crate::config::Refusal;
use crate::config::k3d::{Counts, NodeFilter, NodeRef, Subject};

fn parse(text: &str) -> Result<NodeFilter, Refusal> {
    NodeFilter::parse(text, Subject::Port)
}

fn numbered(prefix: &str, numbers: &[u32]) -> Vec<String> {
    let numbers = numbers.iter();
    numbers.map(|number| format!("{prefix}{number}")).collect()
}

fn named(node: NodeRef) -> String {
    match node {
        NodeRef::Server(number) => format!("s{number}"),
        NodeRef::Agent(number) => format!("a{number}"),
        NodeRef::LoadBalancer => "lb".into(),
    }
}

/// What a filter means, worked out the long way: try every node against the text.
fn model(group: char, subset: &str, size: u32) -> Option<Vec<String>> {
    let prefix = group.to_string();
    let all: Vec<u32> = (0..size).collect();
    if subset == "*" {
        return Some(numbered(&prefix, &all));
    }
    if let Some((first, last)) = subset.split_once('-') {
        let low = if first.is_empty() {
            0
        } else {
            first.parse().ok()?
        };
        let high = if last.is_empty() {
            size.checked_sub(1)
        } else {
            last.parse().ok()
        };
        if !first.is_empty() && low >= size || !last.is_empty() && high? >= size {
            return None;
        }
        if !first.is_empty() && !last.is_empty() && high? < low {
            return None;
        }
        let within = |number: &u32| *number >= low && high.is_some_and(|high| *number <= high);
        return Some(numbered(
            &prefix,
            &all.into_iter().filter(within).collect::<Vec<_>>(),
        ));
    }
    let wanted: Option<BTreeSet<u32>> = subset.split(',').map(|part| part.parse().ok()).collect();
    let wanted: Vec<u32> = wanted?.into_iter().collect();
    let fits = wanted.iter().all(|number| *number < size);
    fits.then(|| numbered(&prefix, &wanted))
}

#[test]
fn every_subset_means_what_the_model_says() {
    let ends = ["", "0", "1", "2", "3", "10"];
    let ranges = ends
        .iter()
        .flat_map(|first| ends.iter().map(move |last| format!("{first}-{last}")));
    let lists = ["*", "0", "1", "3", "0,1", "2,0", "1,1", "0,3"].map(str::to_owned);
    let subsets: Vec<String> = ranges.chain(lists).collect();
    for size in 0..4 {
        for subset in &subsets {
            for (name, group) in [
                ("server", 's'),
                ("servers", 's'),
                ("agent", 'a'),
                ("agents", 'a'),
            ] {
                let counts = counts(size, size, true);
                let text = format!("{name}:{subset}");
                let found = parse(&text).and_then(|filter| filter.nodes(counts));
                let mut found: Option<Vec<String>> = found
                    .ok()
                    .map(|nodes| nodes.into_iter().map(named).collect());
                if let Some(found) = &mut found {
                    found.sort();
                }
                assert_eq!(found, model(group, subset, size), "{text} of {size}");
            }
        }
    }
}

#[test]
fn groups_without_numbers() {
    for (text, counts, expected) in [
        ("all", THREE_TWO, "s0 s1 s2 a0 a1 lb"),
        ("all:*", counts(1, 1, false), "s0 a0"),
        ("loadbalancer", THREE_TWO, "lb"),
        ("loadbalancer:*", THREE_TWO, "lb"),
        ("agent:*", counts(1, 0, true), ""),
        ("server:0,2,", THREE_TWO, "s0 s2"),
    ] {
        let nodes = parse(text).unwrap().nodes(counts).unwrap();
        let names: Vec<_> = nodes.into_iter().map(named).collect();
        assert_eq!(names.join(" "), expected, "{text}");
    }
}

#[test]
fn wrong_notation() {
    let message = |text: &str, subject| {
        let refusal = NodeFilter::parse(text, subject).unwrap_err();
        refusal.problem("f").to_string()
    };
    for (text, expected) in [
        (
            "servr:0",
            "`f` must be `server`, `servers`, `agent`, `agents`, `loadbalancer`, or `all`, not `servr`",
        ),
        (
            "",
            "`f` must be `server`, `servers`, `agent`, `agents`, `loadbalancer`, or `all`, not ``",
        ),
        (
            "server",
            "`f` does not say which ones: write `server:*` for all of them or `server:0` for the first",
        ),
        (
            "agents:direct",
            "`f` does not say which ones: write `agents:*:direct` for all of them or `agents:0:direct` for the first",
        ),
        (
            "server[0]",
            "`f` is in the notation of k3d 4; write `server:0` instead of `server[0]`",
        ),
        (
            "server:",
            "`f` has `` where numbers such as `0`, `0,2`, `1-3` or `*` belong",
        ),
        (
            "server:0,,1",
            "`f` has `0,,1` where numbers such as `0`, `0,2`, `1-3` or `*` belong",
        ),
        (
            "server:+1",
            "`f` has `+1` where numbers such as `0`, `0,2`, `1-3` or `*` belong",
        ),
        (
            "server:99999999999",
            "`f` has `99999999999` where numbers such as `0`, `0,2`, `1-3` or `*` belong",
        ),
        (
            "server:2-1",
            "`f` has the range `2-1`, which ends before it begins",
        ),
        (
            "server:0:drect",
            "`f` must be `proxy` or `direct`, not `drect`",
        ),
        ("server:0:direct:x", "`f` has more than two `:`"),
        ("all:0", "`f` takes no numbers behind `all`"),
        (
            "loadbalancer:1",
            "`f` takes no numbers behind `loadbalancer`",
        ),
    ] {
        assert_eq!(message(text, Subject::Port), expected, "{text}");
    }
    assert_eq!(
        message("server:0:direct", Subject::Volume),
        "`f` ends in `:direct`, but only the filters of ports have a second `:`"
    );
    assert_eq!(
        message("loadbalancer", Subject::K3sArg),
        "`f` is for the load balancer, which does not run K3s"
    );
}

#[test]
fn places_are_named() {
    assert_eq!(
        refused("env:\n- envVar: A=b\n  nodeFilters:\n  - server:0\n  - agnt:0\n"),
        "k3d.yaml:7:5: `env[0].nodeFilters[1]` must be `server`, `servers`, `agent`, `agents`, `loadbalancer`, or `all`, not `agnt`"
    );
    let body = "env:\n- envVar: A=b\n  nodeFilters: [server:0, agent:2]\n";
    assert_eq!(
        unfit(body, THREE_TWO),
        "k3d.yaml:5:27: `env[0].nodeFilters[1]` asks for agent 2, but the cluster has 2 agents, numbered from 0"
    );
    assert_eq!(
        unfit(body, counts(1, 0, true)),
        "k3d.yaml:5:27: `env[0].nodeFilters[1]` asks for agent 2, but the cluster has no agents"
    );
    assert_eq!(
        unfit(
            "files:\n- {source: a, destination: /b, nodeFilters: [loadbalancer]}\n",
            counts(1, 0, false)
        ),
        "k3d.yaml:4:46: `files[0].nodeFilters[0]` is for the load balancer, but the cluster has none"
    );
}

#[test]
fn the_load_balancer_is_no_node_to_label() {
    let body =
        "options: {k3s: {nodeLabels: [{label: a, nodeFilters: ['server:0', loadbalancer]}]}}\n";
    let config = super::decoded(body);
    let nodes = config.k3s.node_labels[0].nodes(THREE_TWO).unwrap();
    assert_eq!(nodes, [NodeRef::Server(0)]);
}

#[test]
fn without_a_filter() {
    let one = counts(1, 0, false);
    let nodes = |body: &str, counts: Counts| {
        let config = super::decoded(body);
        let nodes = config.volumes.iter().map(|rule| rule.nodes(counts));
        nodes
            .flat_map(Result::unwrap)
            .map(named)
            .collect::<Vec<_>>()
    };
    let everywhere = ["s0", "s1", "s2", "a0", "a1"];
    assert_eq!(nodes("volumes: [{volume: /a}]\n", THREE_TWO), everywhere);
    assert_eq!(
        nodes("volumes: [{volume: /a, nodeFilters: [all]}]\n", THREE_TWO),
        everywhere
    );
    assert_eq!(
        nodes(
            "volumes: [{volume: /a, nodeFilters: [loadbalancer, all, agent:0]}]\n",
            THREE_TWO
        ),
        ["s0", "s1", "s2", "a0", "a1", "lb"]
    );
    for (body, place) in [
        ("env: [{envVar: A=b}]\n", "3:16: `env[0].envVar`"),
        (
            "options: {k3s: {extraArgs: [{arg: --x}]}}\n",
            "3:35: `options.k3s.extraArgs[0].arg`",
        ),
        (
            "options: {k3s: {nodeLabels: [{label: x}]}}\n",
            "3:38: `options.k3s.nodeLabels[0].label`",
        ),
        (
            "options: {runtime: {labels: [{label: x}]}}\n",
            "3:38: `options.runtime.labels[0].label`",
        ),
    ] {
        super::fit(body, one);
        assert_eq!(
            unfit(body, counts(1, 0, true)),
            format!(
                "k3d.yaml:{place} needs a node filter such as `server:*`, because the cluster has 2 nodes, the load balancer included"
            )
        );
        assert_eq!(
            unfit(body, counts(1, 2, false)),
            format!(
                "k3d.yaml:{place} needs a node filter such as `server:*`, because the cluster has 3 nodes"
            )
        );
    }
}
