//! Talos: its formats, its machine configuration and its API, with stock talosctl and real nodes; whole clusters, and what goes wrong with them.
//! `KSAIL_TEST_TALOS_IMAGE` names another image than the testbed's.

mod api;
mod config;
mod create;
mod faults;
mod formats;
mod interrupts;
mod peer;
mod samples;
mod versions;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::support::world::World;
use crate::support::{run_for, talos_image};

/// What this machine's nodes need to know besides their secrets, as a flag of ksail and talosctl alike; `fast` as well
/// makes talosctl's clusters come up sooner.
#[track_caller]
fn patch(world: &World, arguments: &[&str]) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("testbed/talos/patch.sh");
    let mut command = Command::new(script);
    command.args(arguments);
    let patch = run_for(command, Duration::from_mins(1)).expect(0);
    let file = world.file("patch.yaml", &patch.stdout);
    format!("--config-patch=@{file}")
}

/// Arguments of a creation of the image under test.
fn create(name: &str, more: &[&str]) -> Vec<String> {
    let image = format!("--image={}", talos_image());
    let command = ["cluster", "create", "--distribution=Talos", "--yes"];
    let named = ["--name", name, image.as_str()];
    let all = command.iter().chain(&named).chain(more);
    all.map(|argument| (*argument).to_owned()).collect()
}

/// Arguments of another command of `ksail cluster`.
fn cluster<'a>(command: &'a str, name: &'a str) -> Vec<&'a str> {
    let mut arguments = vec!["cluster", command, "--distribution=Talos", "--name", name];
    if matches!(command, "delete" | "stop") {
        arguments.push("--yes");
    }
    arguments
}

/// Neither the kubeconfig nor the talosconfig has anything of a cluster.
#[track_caller]
fn unknown(world: &World, name: &str) {
    for file in [world.kubeconfig(), world.talosconfig()] {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(!text.contains(name), "{}\n{text}", file.display());
    }
}
