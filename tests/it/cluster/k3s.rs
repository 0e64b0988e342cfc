//! K3s clusters against the fake Engine and a fake K3s server: what is asked of both, and what people see.

mod configured;
mod create;
mod existing;
mod failures;
mod refusals;
mod removal;
mod secrets;

use serde_json::json;

use crate::support::apiserver::ApiServer;
use crate::support::context::Context;
use crate::support::engine::{Engine, Script};

const IMAGE: &str = "rancher/k3s:v1.36.4-k3s1";
const PROXY: &str = "ghcr.io/k3d-io/k3d-proxy:5.9.0";
const HEAD: &str = "apiVersion: k3d.io/v1alpha5\nkind: Simple\n";
const SERVER: &str = "k3d-dev-server-0";
const AGENT: &str = "k3d-dev-agent-0";
const BALANCER: &str = "k3d-dev-serverlb";
const KUBECONFIG: &str = "/output/kubeconfig.yaml";

/// An Engine with both images.
fn engine() -> Engine {
    Engine::empty().image(IMAGE).image(PROXY)
}

/// What a server does: it writes the administrator's kubeconfig.
fn serves(api: &ApiServer) -> Script {
    Script {
        files: vec![(KUBECONFIG.into(), api.admin_kubeconfig())],
        ..Script::default()
    }
}

/// A server with the nodes of one server and two agents.
fn server() -> ApiServer {
    ApiServer::k3s().nodes(&[SERVER, AGENT, "k3d-dev-agent-1"])
}

/// A `k3d.yaml` of the cluster `dev`, whose server listens where `api` does.
fn config(api: &ApiServer, more: &str) -> String {
    format!(
        "{HEAD}metadata: {{name: dev}}\nkubeAPI: {{hostPort: \"{}\"}}\n{more}",
        api.port()
    )
}

/// A world with an Engine whose first server is `api`, and a `k3d.yaml`.
fn world(engine: Engine, api: &ApiServer, more: &str) -> Context {
    Context::new()
        .engine(engine.script(SERVER, serves(api)))
        .file("k3d.yaml", config(api, more))
}

/// What `POST /containers/create` sends for a container of ours, as far as lists show it.
fn body(api: &ApiServer, role: &str) -> serde_json::Value {
    let image = if role == "loadbalancer" { PROXY } else { IMAGE };
    let mut body = json!({
        "Image": image,
        "Labels": {
            "app": "k3d", "k3d.cluster": "dev", "k3d.role": role, "k3d.cluster.token": "alt",
            "k3d.cluster.network": "k3d-dev",
        },
        "HostConfig": {"NetworkMode": "k3d-dev"},
    });
    if role == "server" {
        body["Labels"]["k3d.server.api.host"] = "127.0.0.1".into();
        body["Labels"]["k3d.server.api.port"] = api.port().to_string().into();
    }
    body
}

/// An Engine with the running cluster `dev`: one server, one agent, a load balancer.
fn running(api: &ApiServer) -> Engine {
    engine()
        .chosen_network(
            "k3d-dev",
            "172.18.0.0/16",
            &json!({"app": "k3d", "k3d.cluster": "dev"}),
        )
        .volume(
            "k3d-dev-images",
            json!({"app": "k3d", "k3d.cluster": "dev"}),
        )
        .script(SERVER, serves(api))
        .container(SERVER, body(api, "server"), true)
        .container(AGENT, body(api, "agent"), true)
        .container(BALANCER, body(api, "loadbalancer"), true)
}

/// Calls that change something.
fn changes(context: &Context) -> Vec<String> {
    let mut calls = context.docker().requests();
    calls.retain(|call| !call.starts_with("GET ") && !call.starts_with("HEAD "));
    calls
}
