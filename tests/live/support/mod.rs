//! What live tests stand on: the real Engine, the real programs, and a place of their own to run them in.
//!
//! What is missing on the machine is a failure with the remedy in it, never a reason to skip.

pub(crate) mod cluster;
pub(crate) mod disk;
pub(crate) mod kubectl;
pub(crate) mod proxy;
pub(crate) mod registry;
pub(crate) mod shared;
pub(crate) mod world;

#[path = "../../support/process.rs"]
pub(crate) mod process;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use process::{Ended, Running};
use serde_json::Value;

/// Node image of all clusters.
pub(crate) const IMAGE: &str = "kindest/node:v1.36.4";
/// Node image of all K3s clusters, or what `KSAIL_TEST_K3S_IMAGE` names instead.
pub(crate) fn k3s_image() -> String {
    std::env::var("KSAIL_TEST_K3S_IMAGE").unwrap_or_else(|_| "rancher/k3s:v1.36.4-k3s1".into())
}

/// Node image of all Talos clusters, or what `KSAIL_TEST_TALOS_IMAGE` names instead.
pub(crate) fn talos_image() -> String {
    let image = std::env::var("KSAIL_TEST_TALOS_IMAGE");
    image.unwrap_or_else(|_| "ghcr.io/siderolabs/talos:v1.13.9".into())
}

/// Image in every node whose one program answers HTTP requests and makes them.
pub(crate) const ECHO: &str = "ksail-testbed/echo:v1";

/// Socket of the Engine that tests use: that of `DOCKER_HOST`, else the usual one.
pub(crate) fn engine_socket() -> PathBuf {
    let host = std::env::var("DOCKER_HOST").unwrap_or_default();
    match host.strip_prefix("unix://") {
        Some(path) => path.into(),
        None if host.is_empty() => "/var/run/docker.sock".into(),
        None => panic!("live tests need an Engine on a unix socket, not `{host}`"),
    }
}

/// Folder with stock kind, k3d, kubectl and talosctl, and what reads artifacts as Flux does: `KSAIL_PEERS`, else what the
/// testbed builds.
pub(crate) fn peers() -> &'static Path {
    for program in [
        "kind",
        "k3d",
        "kubectl",
        "readers",
        "talosctl",
        "sops",
        "kustomize",
        "kustomize-oracle",
        "flux-pull",
    ] {
        peer(program);
    }
    peers_folder()
}

/// One program of the peers' folder.
pub(crate) fn peer(program: &str) -> PathBuf {
    let path = peers_folder().join(program);
    assert!(
        path.exists(),
        "there is no {}: run testbed/peers.sh",
        path.display()
    );
    path
}

fn peers_folder() -> &'static Path {
    static PEERS: OnceLock<PathBuf> = OnceLock::new();
    PEERS.get_or_init(|| std::env::var_os("KSAIL_PEERS").map_or_else(build_peers, PathBuf::from))
}

fn build_peers() -> PathBuf {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("testbed/peers.sh");
    let built = run_for(Command::new(script), Duration::from_mins(15));
    built.expect(0).stdout.trim().into()
}

/// The Docker client, as an observer that shares no code with ksail.
#[track_caller]
pub(crate) fn docker<S: AsRef<str>>(arguments: impl IntoIterator<Item = S>) -> Ended {
    let mut command = Command::new("docker");
    command.args(
        arguments
            .into_iter()
            .map(|argument| argument.as_ref().to_owned()),
    );
    run_for(command, Duration::from_mins(3))
}

/// Runs a program to its end.
#[track_caller]
pub(crate) fn run_for(command: Command, patience: Duration) -> Ended {
    Running::start(command).end_within(patience)
}

impl Ended {
    /// Fails the test unless standard error contains each of `parts`.
    #[track_caller]
    pub(crate) fn explains(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(
                self.stderr.contains(part),
                "stderr does not say `{part}`\n{}",
                self.raw()
            );
        }
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{}", self.raw()))
    }

    /// The lines of standard output.
    pub(crate) fn lines(&self) -> Vec<&str> {
        self.stdout.lines().collect()
    }
}

/// Asks until there is an answer; fails with the last reason when the time is over.
#[track_caller]
pub(crate) fn eventually<T>(
    patience: Duration,
    mut attempt: impl FnMut() -> Result<T, String>,
) -> T {
    let deadline = Instant::now() + patience;
    loop {
        match attempt() {
            Ok(value) => return value,
            Err(why) => assert!(Instant::now() < deadline, "not within {patience:?}: {why}"),
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}
