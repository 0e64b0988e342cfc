//! Runs the real `ksail` with nothing of the developer's machine in sight, and shows the result as text to compare.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use super::engine::Engine;
use super::process::{self, Ended};
use super::redact::redacted;

/// How long a run may take before it counts as hung.
const PATIENCE: Duration = Duration::from_mins(1);

/// An isolated world: home, working directory, environment, and optionally an Engine.
pub(crate) struct Context {
    root: TempDir,
    environment: BTreeMap<String, String>,
    engine: Option<Engine>,
    redactions: Vec<(String, String)>,
}

impl Context {
    /// Empty home, empty working directory, and an Engine address where nothing listens.
    pub(crate) fn new() -> Self {
        let root = TempDir::with_prefix("ksail").unwrap();
        for name in ["home", "work"] {
            std::fs::create_dir(root.path().join(name)).unwrap();
        }
        let path = root.path().display();
        let environment = BTreeMap::from(
            [
                ("HOME", format!("{path}/home")),
                ("PATH", std::env::var("PATH").unwrap()),
                ("DOCKER_HOST", format!("unix://{path}/no.sock")),
                ("TERM", "dumb".to_owned()),
                ("TZ", "UTC".to_owned()),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        Self {
            root,
            environment,
            engine: None,
            redactions: Vec::new(),
        }
    }

    /// Lets `ksail` talk to this Engine.
    pub(crate) fn engine(mut self, engine: Engine) -> Self {
        self.environment
            .insert("DOCKER_HOST".to_owned(), engine.host());
        self.engine = Some(engine);
        self
    }

    /// The Engine given to [`Context::engine`].
    pub(crate) fn docker(&self) -> &Engine {
        self.engine.as_ref().expect("this context has no engine")
    }

    /// Sets a variable.
    pub(crate) fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.insert(name.to_owned(), value.into());
        self
    }

    /// Writes a file below the working directory.
    pub(crate) fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        write(&self.work().join(path), content.as_ref());
        self
    }

    /// Writes a file below the home directory.
    pub(crate) fn home_file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        write(&self.home().join(path), content.as_ref());
        self
    }

    /// Replaces a text that differs from run to run in what [`Run`] shows.
    pub(crate) fn redact(mut self, text: impl Into<String>, placeholder: &str) -> Self {
        self.redactions.push((text.into(), placeholder.to_owned()));
        self
    }

    /// The working directory.
    pub(crate) fn work(&self) -> PathBuf {
        self.root.path().join("work")
    }

    /// The home directory.
    pub(crate) fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }

    /// A file below the working directory, as text.
    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.work().join(path)).unwrap()
    }

    /// Runs `ksail` to its end.
    #[track_caller]
    pub(crate) fn ksail<S: AsRef<str>>(&self, arguments: impl IntoIterator<Item = S>) -> Run {
        self.spawn(arguments).wait()
    }

    /// Starts `ksail` and returns at once, for tests that interrupt it.
    pub(crate) fn spawn<S: AsRef<str>>(&self, arguments: impl IntoIterator<Item = S>) -> Running {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ksail"));
        for argument in arguments {
            command.arg(argument.as_ref());
        }
        command
            .env_clear()
            .envs(&self.environment)
            .current_dir(self.work());
        let mut redactions = self.redactions.clone();
        if let Some(engine) = &self.engine {
            redactions.push((engine.host(), "[ENGINE]".to_owned()));
            let directory = engine.directory().display().to_string();
            redactions.push((directory, "[ENGINE_DIRECTORY]".to_owned()));
        }
        for (path, name) in [
            (self.work(), "[WORK]"),
            (self.home(), "[HOME]"),
            (self.root.path().to_owned(), "[ROOT]"),
        ] {
            redactions.push((path.display().to_string(), name.to_owned()));
        }
        Running {
            process: process::Running::start(command),
            redactions,
        }
    }
}

fn write(path: &Path, content: &[u8]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

/// A `ksail` that has not ended yet.
pub(crate) struct Running {
    process: process::Running,
    redactions: Vec<(String, String)>,
}

impl Running {
    /// Presses Ctrl-C.
    pub(crate) fn interrupt(&self) {
        self.process.signal("INT");
    }

    /// Waits until standard error contains `text`.
    #[track_caller]
    pub(crate) fn await_stderr(&self, text: &str) {
        self.process.await_stderr(text, PATIENCE);
    }

    /// Waits for the end and collects what was written.
    #[track_caller]
    pub(crate) fn wait(self) -> Run {
        Run {
            ended: self.process.end_within(PATIENCE),
            redactions: self.redactions,
        }
    }
}

/// What a run of `ksail` left behind, and what to replace in it when it is shown.
pub(crate) struct Run {
    ended: Ended,
    redactions: Vec<(String, String)>,
}

impl Deref for Run {
    type Target = Ended;

    fn deref(&self) -> &Ended {
        &self.ended
    }
}

impl Run {
    /// Fails the test, with everything the run wrote, unless it ended with this code.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        Self {
            ended: self.ended.expect(code),
            ..self
        }
    }
}

impl fmt::Display for Run {
    /// Exit code, stdout and stderr with everything that varies replaced.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self
            .code
            .map_or("signal".to_owned(), |code| code.to_string());
        writeln!(f, "exit: {code}")?;
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            let text = redacted(text, &self.redactions);
            if !text.is_empty() {
                writeln!(f, "----- {name}\n{}", text.trim_end_matches('\n'))?;
            }
        }
        Ok(())
    }
}

/// Compares exit code, stdout and stderr of a [`Run`] with an inline snapshot; on failure the test output also shows
/// what was really written.
macro_rules! ksail_snapshot {
    ($run:expr, @$snapshot:literal) => {{
        let run = &$run;
        eprintln!("{}", run.raw());
        insta::assert_snapshot!(run.to_string(), @$snapshot);
    }};
}
pub(crate) use ksail_snapshot;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_starts_in_its_own_world() {
        let context = Context::new()
            .engine(Engine::empty())
            .env("NO_COLOR", "1")
            .file("ksail.yaml", "")
            .home_file(".kube/config", "")
            .redact(env!("CARGO_PKG_VERSION"), "[VERSION]");
        assert_eq!(context.read("ksail.yaml"), "");
        let run = context.ksail(["--version"]).expect(0);
        assert!(run.to_string().starts_with("exit: 0\n"), "{}", run.raw());
        assert_eq!(context.docker().requests(), Vec::<String>::new());
        let interrupted = context.spawn(["--version"]);
        interrupted.interrupt();
        interrupted.wait();
    }

    #[test]
    fn a_run_is_shown_by_its_exit_code_and_what_it_wrote() {
        let ended = Ended {
            line: "ksail".to_owned(),
            code: Some(1),
            stdout: String::new(),
            stderr: "error: no such file `/tmp/x/ksail.yaml`\n".to_owned(),
            took: Duration::ZERO,
        };
        let run = Run {
            ended,
            redactions: vec![("/tmp/x".to_owned(), "[WORK]".to_owned())],
        };
        crate::support::context::ksail_snapshot!(run, @r"
        exit: 1
        ----- stderr
        error: no such file `[WORK]/ksail.yaml`
        ");
    }
}
