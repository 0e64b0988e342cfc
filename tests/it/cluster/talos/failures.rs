//! What can go wrong while machines become a cluster: recognised at once, explained, and taken back.

use std::time::{Duration, Instant};

use super::{PLANE, WORKER, assert_gone, bundle, create, engine, world};
use crate::support::context::{Context, Run};
use crate::support::engine::{Engine, Script};
use crate::support::talosapi::{Code, Effect, TalosApi};

/// A machine whose console says this.
fn says(api: &TalosApi, lines: &[&str]) -> Script {
    Script {
        logs: lines.iter().map(|line| (*line).to_owned()).collect(),
        ..api.script()
    }
}

/// A creation of a pair that fails; it must not take long and leave nothing.
#[track_caller]
fn fails(engine: Engine) -> Run {
    let context = Context::new().engine(engine);
    let run = context.ksail(create(&["--workers=1", "--quiet"])).expect(1);
    assert!(run.took < Duration::from_secs(5), "{}", run.raw());
    assert_eq!(run.stderr.matches("error: ").count(), 1, "{}", run.raw());
    assert_gone(&context);
    run
}

#[track_caller]
fn says_so(run: &Run, parts: &[&str]) {
    for part in parts {
        assert!(run.stderr.contains(part), "{part}: {}", run.raw());
    }
}

#[test]
fn a_machine_that_does_not_let_us() {
    let refusal = Effect::Refuse(Code::PermissionDenied, "not authorized");
    let api = TalosApi::new().fault("Bootstrap", usize::MAX, refusal);
    let run = fails(engine(&api));
    says_so(&run, &["not authorized"]);
    assert_eq!(api.count("Bootstrap"), 1);
}

#[test]
fn a_machine_that_is_somebody_else() {
    let other = bundle();
    let api = TalosApi::new().impostor(&other.os.certificate, other.os.key.expose());
    let run = fails(engine(&api));
    says_so(&run, &["certificate"]);
    assert_eq!(api.count("Bootstrap"), 0);
}

#[test]
fn a_configuration_that_a_machine_refuses() {
    let api = TalosApi::new().not_yet(usize::MAX);
    let line = "[talos] 2026/11/21 12:00:00 failed to validate config acquired via platform container: unknown keys found during decoding: machine: bogus: true";
    for name in [PLANE, WORKER] {
        let run = fails(engine(&api).script(name, says(&api, &["[talos] booting", line])));
        says_so(
            &run,
            &[
                &format!(
                    "error: node `{name}` cannot go on: it refuses its configuration: unknown keys found during decoding: machine: bogus: true\n"
                ),
                "hint: correct the patches in `talos/` and of `--config-patch`\n",
            ],
        );
    }
}

#[test]
fn images_that_cannot_be_pulled() {
    let api = TalosApi::new().not_yet(usize::MAX);
    let line =
        "[talos] 2026/11/21 12:00:00 pulling image registry.k8s.io/etcd:v3.6.12: starting...";
    let run = fails(engine(&api).script(PLANE, says(&api, &[line; 3])));
    says_so(
        &run,
        &[
            "error: node `dev-controlplane-1` cannot go on: it cannot pull `registry.k8s.io/etcd:v3.6.12`\n",
            "hint: name a registry that machines reach with `--registry-mirror REGISTRY=URL`",
        ],
    );
}

#[test]
fn a_machine_that_dies() {
    for name in [PLANE, WORKER] {
        let api = TalosApi::new().not_yet(usize::MAX);
        let script = Script {
            dies: Some((Duration::from_millis(50), 137)),
            ..says(&api, &["[talos] out of memory"])
        };
        let run = fails(engine(&api).script(name, script));
        let error = format!("error: node `{name}` stopped\n  | [talos] out of memory\n");
        says_so(&run, &[&error]);
    }
}

#[test]
fn a_machine_that_dies_before_its_node_is_ready() {
    let api = TalosApi::new().by_hand();
    let script = Script {
        dies: Some((Duration::from_millis(700), 1)),
        ..says(&api, &["[talos] panic"])
    };
    let run = fails(engine(&api).script(WORKER, script));
    says_so(
        &run,
        &["error: node `dev-worker-1` stopped\n  | [talos] panic\n"],
    );
}

#[test]
fn a_port_that_somebody_took_is_chosen_again() {
    let api = TalosApi::new();
    let taken = "driver failed programming external connectivity on endpoint dev-controlplane-1 (4f2d): Bind for 127.0.0.1:40000 failed: port is already allocated";
    let engine = engine(&api).fail("/dev-controlplane-1/start", 1, 500, taken);
    let context = Context::new().engine(engine);
    let run = context.ksail(create(&["--workers=1"])).expect(0);
    says_so(&run, &["port was taken meanwhile; trying another"]);
    assert_eq!(context.docker().containers().len(), 2);
    assert_eq!(context.docker().networks(), ["dev"]);
}

#[test]
fn a_range_that_somebody_took_is_chosen_again() {
    let api = TalosApi::new();
    let overlap = "Pool overlaps with other one on this address space";
    let refused = || engine(&api).fail("POST /networks/create", 1, 403, overlap);
    let context = Context::new().engine(refused());
    let run = context.ksail(["cluster", "create", "-d", "Talos", "-n", "dev"]);
    let run = run.expect(0);
    says_so(&run, &["the network's address range was taken meanwhile"]);
    // One that somebody chose is not replaced by another.
    let context = Context::new().engine(refused());
    let run = context.ksail(create(&["--subnet=10.9.0.0/24"])).expect(1);
    says_so(
        &run,
        &["the subnet of network `dev` overlaps with another network"],
    );
    assert_gone(&context);
}

/// Waits until something has happened.
#[track_caller]
fn until(what: impl Fn() -> bool) {
    let begun = Instant::now();
    while !what() {
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "it never happens"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn an_interrupted_bootstrap_leaves_nothing() {
    let api = TalosApi::new().not_yet(usize::MAX);
    let context = world(&api);
    let running = context.spawn(create(&["--workers=1"]));
    until(|| api.count("Bootstrap") > 1);
    running.interrupt();
    let run = running.wait().expect(130);
    says_so(&run, &["what had been created was removed"]);
    assert_gone(&context);
}

#[test]
fn an_interrupted_wait_for_nodes_leaves_nothing() {
    let api = TalosApi::new().by_hand();
    let context = world(&api);
    let running = context.spawn(create(&["--workers=1"]));
    running.await_stderr("apply the manifests of dev-controlplane-1");
    running.interrupt();
    let run = running.wait().expect(130);
    says_so(&run, &["what had been created was removed"]);
    assert_gone(&context);
}
