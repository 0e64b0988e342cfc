//! Waits that take too long say what was missing.

use super::{FIRST, PLANE, SECOND, WORKER, assert_gone, create, world};
use crate::support::talosapi::{READY, TalosApi};

#[test]
fn a_machine_that_never_begins() {
    let api = TalosApi::new().not_yet(usize::MAX);
    let context = world(&api);
    let run = context.ksail(create(&["--timeout=1s"])).expect(4);
    assert!(
        run.stderr
            .contains("error: timed out: dev-controlplane-1 to take the bootstrap; last seen: ")
            && run.stderr.contains("bootstrap is not available yet"),
        "{}",
        run.raw()
    );
    assert_gone(&context);
}

#[test]
fn machines_that_never_become_nodes() {
    let api = TalosApi::new().by_hand();
    let context = world(&api);
    let running = context.spawn(create(&["--workers=1", "--timeout=3s"]));
    running.await_stderr("apply the manifests of dev-controlplane-1");
    api.machine(FIRST, READY);
    api.machine(
        SECOND,
        "stage: booting\nstatus:\n    ready: false\n    unmetConditions:\n        - name: nodeReady\n          reason: node is not ready\n",
    );
    api.kubernetes().member(PLANE);
    let run = running.wait().expect(4);
    assert!(
        run.stderr.contains(
            "error: timed out: wait for nodes; last seen: dev-worker-1 to register; dev-worker-1: booting; nodeReady: node is not ready\n"
        ),
        "{}",
        run.raw()
    );
    // It is kept, and needed no more than time.
    assert_eq!(context.docker().containers().len(), 2);
    api.kubernetes().member(WORKER);
    context.ksail(create(&["--workers=1"])).expect(0);
}
