//! What keeps `ksail cluster create` from creating anything.

use super::{engine, left};
use crate::support::context::{Context, Run, ksail_snapshot};
use crate::support::engine::Engine;

const HEAD: &str = "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n";

/// A creation that this `kind.yaml` keeps from happening, and what the Engine was asked.
fn create_with(engine: Engine, config: &str) -> (Run, Context) {
    let context = Context::new()
        .engine(engine)
        .file("kind.yaml", format!("{HEAD}{config}"));
    let run = context.ksail(["cluster", "create", "--config=kind.yaml"]);
    (run, context)
}

#[test]
fn an_unknown_key_is_refused_before_the_engine_is_asked() {
    let (run, context) = create_with(engine(), "nods: []\n");
    ksail_snapshot!(run, @r"
    exit: 64
    ----- stderr
    error: kind.yaml:3:1: unknown field `nods`
      | 3 | nods: []
      |   | ^
    hint: did you mean `nodes`?
    ");
    assert_eq!(context.docker().requests(), Vec::<String>::new());
}

#[test]
fn broken_yaml_is_refused_before_the_engine_is_asked() {
    let (run, context) = create_with(engine(), "nodes: [\n");
    ksail_snapshot!(run, @r"
    exit: 64
    ----- stderr
    error: kind.yaml:3:9: while parsing a node, did not find expected node content
      | 3 | nodes: [
      |   |         ^
    hint: the `[` of line 3 needs a `]`, or a `,` is missing before this place
    ");
    assert_eq!(context.docker().requests(), Vec::<String>::new());
}

#[test]
fn a_name_too_long_for_host_names_is_refused_before_the_engine_is_asked() {
    let context = Context::new().engine(engine());
    let run = context.ksail(["cluster", "create", "--name", &"n".repeat(60)]);
    ksail_snapshot!(run, @r"
    exit: 64
    ----- stderr
    error: --name: the cluster name `nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn` is too long: the host name `nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn-control-plane` has 74 characters, 63 are possible, so shorten it by 11
    ");
    assert_eq!(context.docker().requests(), Vec::<String>::new());
}

#[test]
fn without_an_engine_the_remedy_is_named() {
    let run = Context::new().ksail(["cluster", "create"]);
    ksail_snapshot!(run, @r"
    exit: 1
    ----- stderr
    error: no Docker Engine answers at `unix://[ROOT]/no.sock` (from DOCKER_HOST)
      cause: there is no such socket
    hint: start it with `sudo systemctl start docker`, or name another Engine with --docker-host or DOCKER_HOST
    ");
}

#[test]
fn a_kubeconfig_that_cannot_be_written_is_found_before_anything_is_created() {
    let context = Context::new()
        .engine(engine())
        .home_file(".kube/config/in-the-way", "");
    let run = context.ksail(["cluster", "create", "--quiet"]);
    ksail_snapshot!(run, @r"
    exit: 1
    ----- stderr
    error: cannot update the kubeconfig
      cause: cannot write `[HOME]/.kube/config`
      cause: is a directory
    hint: name another file with --kubeconfig or KUBECONFIG
    ");
    let calls = context.docker().requests();
    assert!(
        calls.iter().all(|call| call.starts_with("GET ")),
        "{calls:?}"
    );
}

#[test]
fn an_image_that_is_not_for_kind_is_refused() {
    let context = Context::new().engine(
        Engine::empty()
            .image("nginx:1")
            .network("kind", "172.18.0.0/16"),
    );
    let run = context.ksail(["cluster", "create", "--image=nginx:1"]);
    ksail_snapshot!(run, @r"
    exit: 1
    ----- stderr
    ✔ create container kind-control-plane ([TIME])
    ✗ read the node image of kind-control-plane ([TIME])
    ✔ remove container kind-control-plane ([TIME])
    what had been created was removed; `--retain` keeps it
    error: the image `nginx:1` is not a node image: `/kind/version` is missing
    hint: use an image made for kind, such as `kindest/node:v1.36.4`
    ");
    assert_eq!(left(&context), Vec::<String>::new());
}

#[test]
fn a_foreign_container_of_the_same_name_is_not_touched() {
    let foreign = serde_json::json!({"Image": "nginx:1", "Labels": {}});
    let context = Context::new().engine(engine().container("kind-control-plane", foreign, true));
    // Quiet, because the two creations may end in any order.
    let run = context.ksail(["cluster", "create", "--workers=1", "--quiet"]);
    ksail_snapshot!(run, @r"
    exit: 1
    ----- stderr
    error: the name `kind-control-plane` is already in use
    hint: something else has it: see `docker inspect kind-control-plane`, then remove that or choose another name
    ");
    assert_eq!(left(&context), ["kind-control-plane"]);
}

#[test]
fn a_taken_port_is_named() {
    let (run, context) = create_with(
        engine().occupied(6443),
        "networking: {apiServerPort: 6443}\n",
    );
    ksail_snapshot!(run, @r"
    exit: 1
    ----- stderr
    ✔ create container kind-control-plane ([TIME])
    ✔ read the node image of kind-control-plane ([TIME])
    ✔ upload configuration to kind-control-plane ([TIME])
    ✗ start kind-control-plane ([TIME])
    ✔ remove container kind-control-plane ([TIME])
    what had been created was removed; `--retain` keeps it
    error: port 127.0.0.1:6443 is already in use on the Engine's host
    hint: stop what listens there, or choose another port; `docker ps` and `ss -ltnp` show who has it
    ");
    assert_eq!(left(&context), Vec::<String>::new());
}
