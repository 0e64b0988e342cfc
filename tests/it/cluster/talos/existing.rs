//! Clusters that exist, whoever made them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{FIRST, IMAGE, PLANE, SECOND, WORKER, changes, config, create, engine, home, running};
use crate::support::context::Context;
use crate::support::talosapi::TalosApi;

#[test]
fn a_second_create_changes_nothing() {
    let api = TalosApi::new();
    let context = running(&api);
    let before = [".kube/config", ".talos/config"].map(|path| home(&context, path));
    let asked = api.count("Bootstrap");
    let run = context.ksail(create(&["--workers=1"])).expect(0);
    assert_eq!(changes(&context), Vec::<String>::new(), "{}", run.raw());
    let calls = context.docker().requests();
    assert!(calls.len() <= 8, "{calls:#?}");
    assert_eq!(api.count("Bootstrap"), asked);
    assert!(before[1] == home(&context, ".talos/config"));
    assert!(home(&context, ".kube/config").contains("current-context: admin@dev\n"));
}

#[test]
fn machines_that_were_stopped_are_started() {
    let api = TalosApi::new();
    let context = running(&api);
    for name in [WORKER, PLANE] {
        context.docker().kill(name, 143);
    }
    let run = context.ksail(create(&["--workers=1"])).expect(0);
    let mut started = changes(&context);
    started.sort();
    let wanted = [PLANE, WORKER].map(|name| format!("POST /containers/{name}/start"));
    assert_eq!(started, wanted, "{}", run.raw());
    assert_eq!(api.count("Bootstrap"), 1, "etcd has its data");
}

#[test]
fn a_worker_that_is_gone_comes_back_with_the_secrets_of_the_cluster() {
    let api = TalosApi::new();
    let context = running(&api);
    let before = config(&api, SECOND);
    context.docker().discard(WORKER);
    let run = context.ksail(create(&["--workers=1"])).expect(0);
    assert_eq!(
        changes(&context),
        [
            "POST /containers/create".to_owned(),
            format!("PUT /containers/{WORKER}/archive"),
            format!("POST /containers/{WORKER}/start"),
        ],
        "{}",
        run.raw()
    );
    assert!(config(&api, SECOND) == before, "the same in every detail");
    assert_eq!(
        config(&api, FIRST)["cluster"]["id"],
        before["cluster"]["id"]
    );
    assert_eq!(api.count("Bootstrap"), 1);
}

#[test]
fn another_worker_gets_the_next_address() {
    let api = TalosApi::new();
    let context = running(&api);
    let run = context.ksail(create(&["--workers=2"])).expect(0);
    let created = context.docker().created("dev-worker-2");
    let endpoint = &created["NetworkingConfig"]["EndpointsConfig"]["dev"];
    assert_eq!(
        endpoint["IPAMConfig"]["IPv4Address"],
        "10.5.0.4",
        "{}",
        run.raw()
    );
    let token = config(&api, FIRST)["machine"]["token"].clone();
    assert_eq!(config(&api, "10.5.0.4")["machine"]["token"], token);
}

#[test]
fn a_network_of_another_range_is_no_secret() {
    let labels = json!({"talos.owned": "true", "talos.cluster.name": "dev"});
    let engine = engine(&TalosApi::new()).chosen_network("dev", "10.7.0.0/24", &labels);
    let context = Context::new().engine(engine);
    let run = context.ksail(create(&[])).expect(1);
    assert!(
        run.stderr
            .contains("`--subnet` is `10.5.0.0/24`, but the network `dev` exists with 10.7.0.0/24"),
        "{}",
        run.raw()
    );
}

#[test]
fn what_an_interrupted_creation_left_is_replaced() {
    // One was created and never started, one has run but never become part of a cluster.
    for runs in [false, true] {
        let api = TalosApi::new();
        let left = json!({
            "Image": IMAGE,
            "Labels": {"talos.owned": "true", "talos.cluster.name": "dev", "talos.type": "controlplane"},
            "HostConfig": {"NetworkMode": "dev"},
        });
        let labels = json!({"talos.owned": "true", "talos.cluster.name": "dev"});
        let engine = engine(&api)
            .chosen_network("dev", "10.5.0.0/24", &labels)
            .container(PLANE, left, runs);
        let context = Context::new().engine(engine);
        context.docker().forget();
        let run = context.ksail(create(&[])).expect(0);
        let calls = changes(&context);
        assert!(calls[0].starts_with("DELETE /containers/"), "{}", run.raw());
        assert!(
            !calls.iter().any(|call| call.contains("networks")),
            "{calls:?}"
        );
        assert_eq!(
            context.docker().containers(),
            [(PLANE.to_owned(), "running")]
        );
        let created = context.docker().created(PLANE);
        let endpoint = &created["NetworkingConfig"]["EndpointsConfig"]["dev"];
        assert_eq!(endpoint["IPAMConfig"]["IPv4Address"], "10.5.0.2");
    }
}

#[test]
fn fewer_machines_and_another_image_are_refused() {
    let api = TalosApi::new();
    let context = running(&api);
    let run = context.ksail(create(&[])).expect(64);
    assert_eq!(
        run.stderr,
        "error: cluster `dev` exists with other nodes: `dev-worker-1` not wanted\n\
         hint: delete the cluster first, or choose another name with `--name`\n"
    );
    let other = "--image=ghcr.io/siderolabs/talos:v1.12.0";
    let run = context.ksail(create(&["--workers=1", other])).expect(64);
    assert!(
        run.stderr.contains("exists with another image"),
        "{}",
        run.raw()
    );
    assert_eq!(changes(&context), Vec::<String>::new());
}

/// A cluster as talosctl leaves it: the configuration is not compressed, and long ago the first machine was called
/// `init`. Its containers run.
fn of_talosctl(api: &TalosApi) -> Context {
    let origin = TalosApi::new();
    let made = running(&origin);
    let body = |name: &str, address: &str, role: &str| {
        let mut body: Value = made.docker().created(name);
        body["Labels"]["talos.type"] = role.into();
        let userdata = STANDARD.encode(origin.config(address));
        body["Env"] = json!(["PLATFORM=container", format!("USERDATA={userdata}")]);
        body
    };
    let bodies = [body(PLANE, FIRST, "init"), body(WORKER, SECOND, "worker")];
    for (name, _) in made.docker().containers() {
        made.docker().discard(&name);
    }
    let [plane, worker] = bodies;
    let labels = json!({"talos.owned": "true", "talos.cluster.name": "dev"});
    let engine = engine(api)
        .chosen_network("dev", "10.5.0.0/24", &labels)
        .container(PLANE, plane, true)
        .container(WORKER, worker, true);
    Context::new().engine(engine)
}

#[test]
fn clusters_are_listed_and_shown() {
    let api = TalosApi::new().bootstrapped();
    let ours = running(&TalosApi::new());
    let theirs = of_talosctl(&api);
    for context in [ours, theirs] {
        let run = context.ksail(["cluster", "list"]).expect(0);
        assert_eq!(
            run.stdout,
            "NAME  DISTRIBUTION  STATUS   NODES  IMAGE\n\
             dev   Talos         Running  2/2    ghcr.io/siderolabs/talos:v1.13.9\n"
        );
        let run = context.ksail(["cluster", "info", "-n", "dev"]).expect(0);
        for part in [
            "distribution:  Talos\n",
            "status:        Running\n",
            "context:       admin@dev\n",
            "server:        https://127.0.0.1:",
        ] {
            assert!(run.stdout.contains(part), "{part}: {}", run.raw());
        }
        for name in [PLANE, WORKER] {
            let line = run.stdout.lines().find(|line| line.starts_with(name));
            assert!(line.unwrap().contains("  yes  "), "{}", run.raw());
        }
    }
}

#[test]
fn kubeconfigs_are_for_the_host_or_for_the_network() {
    let api = TalosApi::new().bootstrapped();
    let context = of_talosctl(&api);
    let bindings = &context.docker().created(PLANE)["HostConfig"]["PortBindings"];
    let port = bindings["6443/tcp"][0]["HostPort"]
        .as_str()
        .unwrap()
        .to_owned();
    for (flags, server) in [
        (&[][..], format!("server: https://127.0.0.1:{port}\n")),
        (&["--internal"], format!("server: https://{FIRST}:6443\n")),
    ] {
        let command = ["cluster", "kubeconfig", "-n", "dev"];
        let run = context.ksail([&command, flags].concat()).expect(0);
        assert!(run.stdout.contains(&server), "{}", run.raw());
        assert!(run.stdout.contains("name: admin@dev\n"), "{}", run.raw());
    }
}

#[test]
fn clusters_are_stopped_and_started() {
    let ours = TalosApi::new();
    let theirs = TalosApi::new().bootstrapped();
    for (api, context) in [(&ours, running(&ours)), (&theirs, of_talosctl(&theirs))] {
        context.ksail(["cluster", "stop", "-n", "dev"]).expect(0);
        let states = context.docker().containers();
        assert!(states.iter().all(|(_, state)| *state == "exited"));
        let run = context.ksail(["cluster", "info", "-n", "dev"]);
        assert!(run.stdout.contains("Stopped"), "{}", run.raw());
        context.ksail(["cluster", "start", "-n", "dev"]).expect(0);
        let states = context.docker().containers();
        assert!(states.iter().all(|(_, state)| *state == "running"));
        assert!(api.count("Bootstrap") <= 1);
    }
}

#[test]
fn a_cluster_of_talosctl_is_taken_over_as_it_is() {
    let api = TalosApi::new().bootstrapped();
    let context = of_talosctl(&api);
    context.docker().forget();
    let run = context.ksail(create(&["--workers=1"])).expect(0);
    assert_eq!(changes(&context), Vec::<String>::new(), "{}", run.raw());
    context.docker().discard(WORKER);
    context.docker().forget();
    let run = context.ksail(create(&["--workers=1"])).expect(0);
    assert_eq!(changes(&context).len(), 3, "{}", run.raw());
    let id = config(&api, FIRST)["cluster"]["id"].clone();
    assert_eq!(config(&api, SECOND)["cluster"]["id"], id);
}
