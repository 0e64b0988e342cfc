//! What K3s says on its console when it cannot go on. Most of it is neither an error nor an end: agents try for ever.

use crate::cluster::distribution::Signal;

const WRONG_TOKEN: &str = "the server does not take its token";
const DUPLICATE: &str = "the server knows another node of this name";
const UNREACHABLE: &str = "it cannot reach the server";
const CGROUP_V1: &str = "its kubelet refuses cgroup v1";

/// Reads one line.
pub(super) fn signal(line: &str) -> Option<Signal> {
    if line.contains("level=fatal") {
        return Some(Signal::Stuck(message(line)));
    }
    if line.contains("Shutdown request received") {
        let why = if line.contains("cgroup v1") {
            CGROUP_V1.to_owned()
        } else {
            message(line)
        };
        return Some(Signal::Stuck(why));
    }
    if line.contains("Node password rejected") {
        return Some(Signal::Stuck(DUPLICATE.into()));
    }
    if line.contains("not authorized") && line.contains("Waiting to retrieve agent configuration") {
        return Some(Signal::Stuck(WRONG_TOKEN.into()));
    }
    line.contains("Failed to validate connection to cluster")
        .then(|| Signal::Struggling(UNREACHABLE.into()))
}

/// What to do about it.
pub(super) fn remedy(why: &str) -> &'static str {
    match why {
        WRONG_TOKEN => "let all nodes have the same token; delete the cluster and create it again",
        DUPLICATE => {
            "delete the Node with `kubectl delete node`, or delete the cluster and create it again"
        }
        UNREACHABLE => "check the firewall of the host and the cluster's network",
        CGROUP_V1 => {
            "do not set the kubelet argument `fail-cgroupv1`, ksail sets it; or boot the host with cgroup v2"
        }
        _ => {
            "run again with `--retain` to keep the nodes and look at their logs with `docker logs`"
        }
    }
}

/// The `msg` of a line in K3s's own format; the whole line if it has none.
fn message(line: &str) -> String {
    let Some((_, rest)) = line.split_once("msg=\"") else {
        return line.to_owned();
    };
    let mut message = String::new();
    let mut chars = rest.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' => message.extend(chars.next()),
            _ => message.push(c),
        }
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_passes_is_recognised() {
        let stuck = |line: &str| match signal(line) {
            Some(Signal::Stuck(why)) => why,
            other => panic!("{line}: {other:?}"),
        };
        assert_eq!(
            stuck(r#"time="2026-11-21T12:00:00Z" level=fatal msg="--token is required""#),
            "--token is required"
        );
        assert_eq!(
            stuck(r#"time="x" level=fatal msg="flag \"a\" is not defined: -b" component=x"#),
            r#"flag "a" is not defined: -b"#
        );
        assert_eq!(
            stuck(
                r#"time="x" level=info msg="Shutdown request received: kubelet exited: cannot run on cgroup v1""#
            ),
            CGROUP_V1
        );
        assert_eq!(
            stuck(
                r#"time="x" level=info msg="Waiting to retrieve agent configuration; server is not ready: https://a:6443/v1-k3s/config: not authorized""#
            ),
            WRONG_TOKEN
        );
        assert_eq!(
            stuck(r#"time="x" level=info msg="Node password rejected, duplicate hostname""#),
            DUPLICATE
        );
        let late = r#"time="x" level=error msg="Failed to validate connection to cluster at https://a:6443: dial tcp""#;
        assert_eq!(signal(late), Some(Signal::Struggling(UNREACHABLE.into())));
        for passing in [
            r#"time="x" level=info msg="Waiting to retrieve agent configuration; server is not ready: 503""#,
            r#"time="x" level=info msg="k3s is up and running""#,
            "E1121 10:00:00.000000 1 server.go:100] not authorized to list",
        ] {
            assert_eq!(signal(passing), None, "{passing}");
        }
    }
}
