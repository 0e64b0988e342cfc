//! The testbed's own proof: stock kind, with the same image, makes clusters that work.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::support::run_for;

#[test]
#[ignore = "needs docker (make testbed)"]
fn stock_kind_works_on_the_testbed() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("testbed/verify.sh");
    let proof = run_for(Command::new(script), Duration::from_mins(12)).expect(0);
    eprintln!("{}", proof.stderr);
}
