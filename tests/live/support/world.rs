//! A place to run programs in: own home, own kubeconfig, nothing of the developer's machine but its Engine.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use super::process::{Ended, Running};
use super::proxy::Proxy;
use super::{engine_socket, peers};

/// Longer than any single run of any program takes, also on a busy machine.
const PATIENCE: Duration = Duration::from_mins(6);

/// An isolated world.
pub(crate) struct World {
    root: TempDir,
    engine: PathBuf,
}

impl World {
    /// Empty home, empty working directory, no kubeconfig yet, the machine's Engine.
    pub(crate) fn new() -> Self {
        let root = TempDir::with_prefix("ksail-live").unwrap();
        for name in ["home", "work"] {
            std::fs::create_dir(root.path().join(name)).unwrap();
        }
        Self {
            root,
            engine: engine_socket(),
        }
    }

    /// The kubeconfig that `KUBECONFIG` names.
    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.root.path().join("kubeconfig")
    }

    /// The talosconfig of its home.
    pub(crate) fn talosconfig(&self) -> PathBuf {
        self.root.path().join("home/.talos/config")
    }

    /// Path of a file or folder of this world.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join("work").join(name)
    }

    /// Writes a file into the working directory and returns its path as text.
    pub(crate) fn file(&self, name: &str, content: &str) -> String {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    }

    /// Starts `ksail` and returns at once.
    #[track_caller]
    pub(crate) fn start<S: AsRef<str>>(&self, arguments: impl IntoIterator<Item = S>) -> Running {
        self.start_through(&self.engine, arguments)
    }

    /// Runs `ksail` to its end.
    #[track_caller]
    pub(crate) fn ksail<S: AsRef<str>>(&self, arguments: impl IntoIterator<Item = S>) -> Ended {
        self.start(arguments).end_within(PATIENCE)
    }

    /// Runs `ksail` to its end, with `proxy` between it and the Engine.
    #[track_caller]
    pub(crate) fn ksail_through<S: AsRef<str>>(
        &self,
        proxy: &Proxy,
        arguments: impl IntoIterator<Item = S>,
    ) -> Ended {
        self.start_through(proxy.socket(), arguments)
            .end_within(PATIENCE)
    }

    fn start_through<S: AsRef<str>>(
        &self,
        engine: &Path,
        arguments: impl IntoIterator<Item = S>,
    ) -> Running {
        Running::start(self.command(Path::new(env!("CARGO_BIN_EXE_ksail")), engine, arguments))
    }

    /// Runs stock kind to its end.
    #[track_caller]
    pub(crate) fn kind<S: AsRef<str>>(&self, arguments: impl IntoIterator<Item = S>) -> Ended {
        self.peer("kind", arguments)
    }

    /// Runs stock k3d to its end.
    #[track_caller]
    pub(crate) fn k3d<S: AsRef<str>>(&self, arguments: impl IntoIterator<Item = S>) -> Ended {
        self.peer("k3d", arguments)
    }

    /// Runs stock talosctl to its end.
    #[track_caller]
    pub(crate) fn talosctl<S: AsRef<str>>(&self, arguments: impl IntoIterator<Item = S>) -> Ended {
        self.peer("talosctl", arguments)
    }

    /// Runs a program of the peers' folder to its end.
    #[track_caller]
    pub(crate) fn peer<S: AsRef<str>>(
        &self,
        program: &str,
        arguments: impl IntoIterator<Item = S>,
    ) -> Ended {
        let command = self.command(&peers().join(program), &self.engine, arguments);
        Running::start(command).end_within(PATIENCE)
    }

    /// Runs a program of the peers' folder to its end, with a variable that is `true`.
    #[track_caller]
    pub(crate) fn peer_with<S: AsRef<str>>(
        &self,
        program: &str,
        variable: &str,
        arguments: impl IntoIterator<Item = S>,
    ) -> Ended {
        let mut command = self.command(&peers().join(program), &self.engine, arguments);
        command.env(variable, "true");
        Running::start(command).end_within(PATIENCE)
    }

    fn command<S: AsRef<str>>(
        &self,
        program: &Path,
        engine: &Path,
        arguments: impl IntoIterator<Item = S>,
    ) -> Command {
        let mut command = Command::new(program);
        command
            .args(
                arguments
                    .into_iter()
                    .map(|argument| argument.as_ref().to_owned()),
            )
            .env_clear()
            .env("PATH", std::env::var("PATH").unwrap())
            .env("HOME", self.root.path().join("home"))
            .env("KUBECONFIG", self.kubeconfig())
            .env("DOCKER_HOST", format!("unix://{}", engine.display()))
            .env("TZ", "UTC")
            .current_dir(self.root.path().join("work"));
        command
    }
}
