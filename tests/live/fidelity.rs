//! The testbed's own proof: stock kind, k3d and talosctl, with the same images, make clusters that work.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::support::run_for;

#[test]
#[ignore = "needs docker (make testbed)"]
fn stock_kind_works_on_the_testbed() {
    passes("testbed/verify.sh");
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn stock_k3d_works_on_the_testbed() {
    passes("testbed/verify-k3s.sh");
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn stock_talosctl_works_on_the_testbed() {
    passes("testbed/verify-talos.sh");
}

fn passes(script: &str) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(script);
    let proof = run_for(Command::new(script), Duration::from_mins(12)).expect(0);
    eprintln!("{}", proof.stderr);
}
