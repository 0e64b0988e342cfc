//! `ksail cluster create`, as far as it goes without an API server.

use std::time::Duration;

use super::{engine, left, says};
use crate::support::context::Context;
use crate::support::engine::Engine;

#[test]
fn a_dry_run_shows_the_plan_and_changes_nothing() {
    let context = Context::new().engine(engine());
    let run = context
        .ksail(["cluster", "create", "--workers=1", "--dry-run"])
        .expect(0);
    let steps: Vec<&str> = run.stdout.lines().map(str::trim_start).collect();
    assert_eq!(
        steps,
        [
            "1  would create container kind-control-plane",
            "1  would create container kind-worker",
            "2  would read the node image of kind-control-plane",
            "3  would upload configuration to kind-control-plane",
            "3  would upload configuration to kind-worker",
            "4  would start kind-control-plane",
            "4  would start kind-worker",
            "5  would set up kind-control-plane",
            "5  would set up kind-worker",
            "5  would register nodes",
            "6  would install network and storage",
            "7  would write kubeconfig context kind-kind",
            "7  would wait for the API server",
            "7  would wait for nodes",
            "7  would wait for system deployments",
        ]
    );
    let calls = context.docker().requests();
    assert!(
        calls.iter().all(|call| call.starts_with("GET ")),
        "{calls:?}"
    );
    assert_eq!(
        calls.len(),
        5,
        "version, info, containers, network, image: {calls:?}"
    );
    assert!(!context.home().join(".kube").exists());
}

#[test]
fn what_is_missing_is_pulled_and_created_first() {
    let context = Context::new().engine(Engine::empty());
    let run = context.ksail(["cluster", "create", "--dry-run"]).expect(0);
    let first: Vec<&str> = run
        .stdout
        .lines()
        .map(str::trim_start)
        .filter(|line| line.starts_with('1'))
        .collect();
    assert_eq!(
        first,
        [
            "1  would create network kind",
            "1  would pull image kindest/node:v1.36.4"
        ]
    );
}

#[test]
fn a_node_that_cannot_be_set_up_says_why_and_everything_is_removed() {
    let script = says(&[
        "Welcome to \u{1b}[1mDebian\u{1b}[0m",
        "ksail-bootstrap: setting up the control plane with kubeadm",
        "ksail-bootstrap: | error: unknown field \"x\"",
        "ksail-bootstrap: failed: kubeadm init",
    ]);
    let context = Context::new().engine(engine().script("kind-control-plane", script));
    let run = context
        .ksail(["cluster", "create", "--workers=2"])
        .expect(1);
    let error = &run.stderr[run.stderr.find("error:").unwrap()..];
    assert_eq!(
        error,
        "error: node `kind-control-plane` could not be set up: kubeadm init failed\n  \
         | error: unknown field \"x\"\n\
         hint: run again with `--retain` to keep the node and look at `/kind/ksail/bootstrap.log` in it\n"
    );
    assert_eq!(left(&context), Vec::<String>::new());
}

#[test]
fn a_node_that_dies_shows_its_last_lines() {
    let mut script = says(&["Failed to create inotify object: Too many open files"]);
    script.dies = Some((Duration::from_millis(50), 255));
    let context = Context::new().engine(engine().script("kind-control-plane", script));
    let run = context.ksail(["cluster", "create"]).expect(1);
    let stderr = &run.stderr;
    assert!(
        stderr.contains("error: node `kind-control-plane` stopped\n"),
        "{}",
        run.raw()
    );
    assert!(
        stderr.contains("  | Failed to create inotify object: Too many open files\n"),
        "{}",
        run.raw()
    );
    assert!(
        stderr.contains("hint: raise the host's limits: `sysctl fs.inotify"),
        "{}",
        run.raw()
    );
    assert_eq!(left(&context), Vec::<String>::new());
}

#[test]
fn retain_keeps_the_nodes() {
    let script = says(&["ksail-bootstrap: failed: kubeadm init"]);
    let context = Context::new().engine(engine().script("kind-control-plane", script));
    context.ksail(["cluster", "create", "--retain"]).expect(1);
    assert_eq!(left(&context), ["kind-control-plane"]);
}

#[test]
fn an_engine_that_goes_away_is_reported_as_such() {
    let context = Context::new().engine(engine().die("/start", 1));
    let run = context.ksail(["cluster", "create"]).expect(1);
    assert!(
        run.stderr.contains("error: the Docker Engine went away"),
        "{}",
        run.raw()
    );
    assert!(
        run.stderr.contains("run `ksail cluster delete` later"),
        "{}",
        run.raw()
    );
}

#[test]
fn an_interrupt_removes_what_was_created() {
    let context = Context::new().engine(engine());
    let running = context.spawn(["cluster", "create", "--workers=1"]);
    running.await_stderr("✔ start kind-control-plane");
    running.interrupt();
    let run = running.wait().expect(130);
    assert!(
        run.stderr
            .contains("error: interrupted: what had been created was removed\n"),
        "{}",
        run.raw()
    );
    assert_eq!(left(&context), Vec::<String>::new());
}

#[test]
fn a_deadline_ends_every_wait() {
    let context = Context::new().engine(engine());
    let run = context
        .ksail(["cluster", "create", "--timeout=300ms"])
        .expect(4);
    assert!(run.stderr.contains("error: timed out: "), "{}", run.raw());
    assert_eq!(
        left(&context),
        Vec::<String>::new(),
        "nothing of use was there yet"
    );
}
