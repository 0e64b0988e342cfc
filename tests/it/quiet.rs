//! What reaches standard error, and that `--quiet` leaves errors only.

use serde_json::json;

use crate::support::context::{Context, ksail_snapshot};
use crate::support::engine::Engine;

/// An Engine that gives cause for a warning.
fn cgroup_v1() -> Engine {
    Engine::empty().info(json!({"CgroupVersion": "1"}))
}

const WARNING: &str = "warning: the Engine's host runs cgroup v1: kubelets are told to accept it (`failCgroupV1: false`)\n";

#[test]
fn warnings_are_no_progress_but_quiet_means_errors_only() {
    let context = Context::new().engine(cgroup_v1());
    let dry_run = |flags: &[&str]| {
        let line = ["cluster", "create", "--dry-run"];
        let run = context.ksail(line.iter().chain(flags)).expect(0);
        assert!(run.stdout.contains("would pull image"), "{}", run.raw());
        run.stderr.clone()
    };
    assert_eq!(dry_run(&[]), WARNING);
    assert_eq!(dry_run(&["--progress=none"]), WARNING);
    assert_eq!(dry_run(&["--quiet"]), "");
    assert_eq!(dry_run(&["-q", "--progress=lines"]), "");
}

#[test]
fn a_quiet_run_that_fails_says_why_and_what_is_left() {
    let engine = cgroup_v1()
        .network("kind", "172.18.0.0/16")
        .image("kindest/node:v1.36.4")
        .fail(
            "GET /containers/kind-control-plane/archive",
            0,
            500,
            "broken",
        )
        .fail("DELETE /containers/", 0, 500, "stuck");
    let context = Context::new().engine(engine);
    let run = context.ksail(["cluster", "create", "--quiet"]);
    ksail_snapshot!(run, @r"
    exit: 1
    ----- stderr
    error: not everything could be removed (cannot remove the container `[ID]`: stuck); run `ksail cluster delete` later
    error: cannot read `/kind/version` from the container `kind-control-plane`: broken
    ");
}
