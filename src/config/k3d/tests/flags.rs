//! The flag form of rules.

use std::path::Path;

use super::THREE_TWO;
use crate::config::k3d::{EnvVar, Filtered, NodeRef, Subject, VolumeSpec, split_filter};
use crate::config::parse_ports;

#[test]
fn values_and_filters_come_apart() {
    for (flag, value, filters) in [
        ("80", "80", &[] as &[&str]),
        ("8080:80@loadbalancer", "8080:80", &["loadbalancer"]),
        ("/a:/b@server:0;agent:*", "/a:/b", &["server:0", "agent:*"]),
        (r"A=me\@example.org", "A=me@example.org", &[]),
        (r"A=me\@example.org@all", "A=me@example.org", &["all"]),
        (r"A=\@\@@all", "A=@@", &["all"]),
        (r"A=C:\\@all", r"A=C:\", &["all"]),
        (r"A=a\b", r"A=a\b", &[]),
        (r"A=x\", r"A=x\", &[]),
    ] {
        let split = split_filter(flag).unwrap();
        assert_eq!(split.value, value, "{flag}");
        assert_eq!(split.filters, filters, "{flag}");
    }
    for (flag, message) in [
        ("80@", "`f` ends in `@` and names no nodes"),
        (
            "a@b@all",
            r"`f` has more than one `@`; write `\@` where it belongs to the value",
        ),
    ] {
        let refusal = split_filter(flag).unwrap_err();
        assert_eq!(refusal.problem("f").to_string(), message, "{flag}");
    }
}

#[test]
fn flags_become_rules() {
    let rule = Filtered::from_flag(
        "--port",
        "8080:80@agent:0:direct",
        Subject::Port,
        parse_ports,
    );
    let published = rule.unwrap().publish(THREE_TWO).unwrap();
    assert_eq!(published[0].on, NodeRef::Agent(0));
    let rule = Filtered::from_flag("--volume", "./a:/b", Subject::Volume, |text| {
        VolumeSpec::parse(text, Path::new("/here"))
    });
    let bind = rule.unwrap().item.value.bind();
    assert_eq!(bind.unwrap(), "/here/a:/b");
}

#[test]
fn wrong_flags_are_named() {
    let env = |text: &str| Filtered::from_flag("--env", text, Subject::Env, EnvVar::parse);
    for (text, message) in [
        ("A@all", "--env: `A@all` must be `NAME=value`"),
        (
            "A=b@server",
            "--env: `server` does not say which ones: write `server:*` for all of them or `server:0` for the first",
        ),
        ("A=b@", "--env: `A=b@` ends in `@` and names no nodes"),
        (
            "A=b@all;",
            "--env: `` must be `server`, `servers`, `agent`, `agents`, `loadbalancer`, or `all`, not ``",
        ),
    ] {
        assert_eq!(env(text).unwrap_err().to_string(), message, "{text}");
    }
    let rule = env("A=b@server:7").unwrap();
    assert_eq!(
        rule.nodes(THREE_TWO).unwrap_err().to_string(),
        "--env: `server:7` asks for server 7, but the cluster has 3 servers, numbered from 0"
    );
}
