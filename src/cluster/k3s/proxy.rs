//! The load balancer: nginx of k3d's own image, with a configuration of ours.
//!
//! k3d's start script renders its configuration in three rounds of two seconds. Ours is complete from the beginning and
//! names addresses instead of names, so nginx starts at once and whatever the order. Should k3d change the cluster, it
//! rewrites its own file, and its own script takes over.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde_json::json;

use crate::cluster::model::{FileSpec, Protocol};

/// What k3d reads and writes.
const VALUES: &str = "/etc/confd/values.yaml";
const OUR_VALUES: &str = "/etc/ksail/values.yaml";
const OUR_CONFIG: &str = "/etc/ksail/nginx.conf";

/// Program of the container. `cmp` and `nginx` are in the image.
pub(super) const SCRIPT: &str = "cmp -s /etc/confd/values.yaml /etc/ksail/values.yaml && exec nginx -c /etc/ksail/nginx.conf -g 'daemon off;'; exec nginx-proxy";

/// A port and the nodes behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    /// Port of the load balancer and of the nodes.
    pub(super) port: u16,
    /// Its protocol.
    pub(super) protocol: Protocol,
    /// Names and, where they are fixed, addresses of the nodes.
    pub(super) targets: Vec<(String, Option<IpAddr>)>,
}

/// What users may set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Settings {
    /// `worker_connections`
    pub(super) worker_connections: u64,
    /// `proxy_timeout`, seconds
    pub(super) proxy_timeout: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            worker_connections: 1024,
            proxy_timeout: 600,
        }
    }
}

/// The three files of the load balancer.
pub(super) fn files(routes: &[Route], settings: Settings) -> Vec<FileSpec> {
    let values = values(routes, settings);
    vec![
        FileSpec::file(VALUES, 0o744, values.clone()),
        FileSpec::file(OUR_VALUES, 0o644, values),
        FileSpec::file(OUR_CONFIG, 0o644, nginx(routes, settings)),
    ]
}

/// k3d's own description, which its commands read back.
fn values(routes: &[Route], settings: Settings) -> String {
    let ports: BTreeMap<String, Vec<&str>> = routes
        .iter()
        .map(|route| {
            let key = format!("{}.{}", route.port, route.protocol.as_str());
            (
                key,
                route
                    .targets
                    .iter()
                    .map(|(name, _)| name.as_str())
                    .collect(),
            )
        })
        .collect();
    let mut tuned = json!({ "workerConnections": settings.worker_connections });
    if settings.proxy_timeout != Settings::default().proxy_timeout {
        tuned["defaultProxyTimeout"] = json!(settings.proxy_timeout);
    }
    crate::yaml::to_yaml(&json!({ "ports": ports, "settings": tuned }))
}

fn nginx(routes: &[Route], settings: Settings) -> String {
    let head = format!(
        "user root;\nworker_processes auto;\nerror_log stderr notice;\npid /run/nginx.pid;\ninclude /etc/nginx/modules-enabled/*.conf;\nevents {{\n  worker_connections {};\n}}\nstream {{\n",
        settings.worker_connections
    );
    let blocks = routes.iter().map(|route| forward(route, settings));
    let blocks: Vec<String> = blocks.collect();
    format!("{head}{}}}\n", blocks.concat())
}

fn forward(route: &Route, settings: Settings) -> String {
    let port = route.port;
    let name = format!("{port}_{}", route.protocol.as_str());
    let server = |(name, address): &(String, Option<IpAddr>)| {
        let host = address.map_or_else(|| name.clone(), |address| address.to_string());
        format!("    server {host}:{port} max_fails=1 fail_timeout=2s;\n")
    };
    let servers: Vec<String> = route.targets.iter().map(server).collect();
    let servers = servers.concat();
    let udp = if route.protocol == Protocol::Udp {
        " udp"
    } else {
        ""
    };
    let timeout = settings.proxy_timeout;
    format!(
        "  upstream {name} {{\n{servers}  }}\n  server {{\n    listen {port}{udp};\n    proxy_pass {name};\n    proxy_timeout {timeout};\n    proxy_connect_timeout 2s;\n  }}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_description_for_k3d_and_one_for_nginx() {
        let routes = [
            Route {
                port: 6443,
                protocol: Protocol::Tcp,
                targets: vec![("k3d-a-server-0".into(), Some([172, 18, 0, 2].into()))],
            },
            Route {
                port: 53,
                protocol: Protocol::Udp,
                targets: vec![("k3d-a-agent-0".into(), None)],
            },
        ];
        let files = files(
            &routes,
            Settings {
                proxy_timeout: 900,
                ..Settings::default()
            },
        );
        let text = |index: usize| match &files[index].content {
            crate::cluster::model::FileContent::Bytes(bytes) => {
                String::from_utf8(bytes.clone()).unwrap()
            }
            crate::cluster::model::FileContent::Symlink(_) => unreachable!(),
        };
        insta::assert_snapshot!(text(0), @r"
        ports:
          53.udp:
          - k3d-a-agent-0
          6443.tcp:
          - k3d-a-server-0
        settings:
          workerConnections: 1024
          defaultProxyTimeout: 900
        ");
        assert_eq!(text(0), text(1));
        insta::assert_snapshot!(text(2), @"
        user root;
        worker_processes auto;
        error_log stderr notice;
        pid /run/nginx.pid;
        include /etc/nginx/modules-enabled/*.conf;
        events {
          worker_connections 1024;
        }
        stream {
          upstream 6443_tcp {
            server 172.18.0.2:6443 max_fails=1 fail_timeout=2s;
          }
          server {
            listen 6443;
            proxy_pass 6443_tcp;
            proxy_timeout 900;
            proxy_connect_timeout 2s;
          }
          upstream 53_udp {
            server k3d-a-agent-0:53 max_fails=1 fail_timeout=2s;
          }
          server {
            listen 53 udp;
            proxy_pass 53_udp;
            proxy_timeout 900;
            proxy_connect_timeout 2s;
          }
        }
        ");
    }
}
