//! Programs as tests see them: what they write while they run, how they end, and signals to them.

use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;

/// Runs a program to its end; one that needs longer than `patience` is killed and fails the test.
#[track_caller]
pub(crate) fn run_for(command: Command, patience: Duration) -> Ended {
    Running::start(command).end_within(patience)
}

/// A program that has not ended yet.
pub(crate) struct Running {
    line: String,
    id: u32,
    begun: Instant,
    status: Receiver<Option<i32>>,
    stdout: JoinHandle<String>,
    stderr: Arc<Log>,
    reader: JoinHandle<()>,
}

/// Text that grows, and a way to wait for it.
#[derive(Default)]
struct Log {
    text: Mutex<(String, bool)>,
    grown: Condvar,
}

impl Log {
    fn push(&self, bytes: &[u8], end: bool) {
        let mut text = self.text.lock().unwrap();
        text.0.push_str(&String::from_utf8_lossy(bytes));
        text.1 |= end;
        self.grown.notify_all();
    }
}

impl Running {
    /// Starts a program with nothing on its standard input.
    #[track_caller]
    pub(crate) fn start(mut command: Command) -> Self {
        let words: Vec<String> = std::iter::once(command.get_program())
            .chain(command.get_args())
            .map(|word| word.to_string_lossy().into_owned())
            .collect();
        let line = words.join(" ");
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .unwrap_or_else(|error| panic!("cannot run `{line}`: {error}"));
        let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let stdout = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            out.read_to_end(&mut bytes).unwrap();
            String::from_utf8_lossy(&bytes).into_owned()
        });
        let stderr = Arc::new(Log::default());
        let log = Arc::clone(&stderr);
        let reader = std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(length @ 1..) = err.read(&mut bytes) {
                log.push(&bytes[..length], false);
            }
            log.push(&[], true);
        });
        let id = child.id();
        let (sender, status) = mpsc::channel();
        std::thread::spawn(move || {
            let code = child.wait().unwrap().code();
            // A test that has failed no longer listens.
            let _ = sender.send(code);
        });
        Self {
            line,
            id,
            begun: Instant::now(),
            status,
            stdout,
            stderr,
            reader,
        }
    }

    /// Waits until standard error contains `text`.
    #[track_caller]
    pub(crate) fn await_stderr(&self, text: &str, patience: Duration) {
        let guard = self.stderr.text.lock().unwrap();
        let waits = |state: &mut (String, bool)| !state.1 && !state.0.contains(text);
        let (state, _) = self
            .stderr
            .grown
            .wait_timeout_while(guard, patience, waits)
            .unwrap();
        let found = state.0.contains(text);
        assert!(
            found,
            "`{}` did not write `{text}` within {patience:?}, but\n{}",
            self.line, state.0
        );
    }

    /// Sends a signal; a program that has ended by itself is fine here, the test looks at how.
    pub(crate) fn signal(&self, name: &str) {
        Command::new("kill")
            .args(["-s", name, &self.id.to_string()])
            .output()
            .unwrap();
    }

    /// Waits for the end and collects what was written.
    #[track_caller]
    pub(crate) fn end_within(self, patience: Duration) -> Ended {
        let status = self.status.recv_timeout(patience);
        if status.is_err() {
            self.signal("KILL");
        }
        let took = self.begun.elapsed();
        let stdout = self.stdout.join().unwrap();
        self.reader.join().unwrap();
        let stderr = self.stderr.text.lock().unwrap().0.clone();
        let ended = Ended {
            line: self.line,
            code: status.ok().flatten(),
            stdout,
            stderr,
            took,
        };
        assert!(
            status.is_ok(),
            "no end within {patience:?}\n{}",
            ended.raw()
        );
        ended
    }
}

/// What a program left behind.
pub(crate) struct Ended {
    line: String,
    /// Exit code; `None` if a signal ended it.
    pub(crate) code: Option<i32>,
    /// All of standard output.
    pub(crate) stdout: String,
    /// All of standard error.
    pub(crate) stderr: String,
    /// From start to end.
    pub(crate) took: Duration,
}

impl Ended {
    /// Fails the test, with everything the program wrote, unless it ended with this code.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(
            self.code,
            Some(code),
            "unexpected exit code\n{}",
            self.raw()
        );
        self
    }

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

    /// Everything, for messages.
    pub(crate) fn raw(&self) -> String {
        format!(
            "$ {}\n--- exit code {:?} after {:.1?}\n--- stdout\n{}--- stderr\n{}",
            self.line, self.code, self.took, self.stdout, self.stderr
        )
    }
}
