//! Programs as tests see them: what they write while they run, how they end, and signals to them. Shared by the test
//! binaries, each of which includes this file.

use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

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
    bytes: Mutex<(Vec<u8>, bool)>,
    grown: Condvar,
}

impl Log {
    fn push(&self, bytes: &[u8], end: bool) {
        let mut written = self.bytes.lock().unwrap();
        written.0.extend(bytes);
        written.1 |= end;
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
        let found = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(text);
        let guard = self.stderr.bytes.lock().unwrap();
        let (written, _) = self
            .stderr
            .grown
            .wait_timeout_while(guard, patience, |(bytes, end)| !*end && !found(bytes))
            .unwrap();
        assert!(
            found(&written.0),
            "`{}` did not write `{text}` within {patience:?}, but\n{}",
            self.line,
            String::from_utf8_lossy(&written.0)
        );
    }

    /// Sends a signal; a program that has ended by itself is fine here, the test looks at how.
    pub(crate) fn signal(&self, name: &str) {
        Command::new("kill")
            .args(["-s", name, &self.id.to_string()])
            .output()
            .unwrap();
    }

    /// Waits for the end and collects what was written. Who needs longer than `patience` is killed and fails the test.
    #[track_caller]
    pub(crate) fn end_within(self, patience: Duration) -> Ended {
        let status = self.status.recv_timeout(patience);
        if status.is_err() {
            self.signal("KILL");
        }
        let took = self.begun.elapsed();
        let stdout = self.stdout.join().unwrap();
        self.reader.join().unwrap();
        let stderr = String::from_utf8_lossy(&self.stderr.bytes.lock().unwrap().0).into_owned();
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
    /// The command line.
    pub(crate) line: String,
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

    /// Everything, for messages.
    pub(crate) fn raw(&self) -> String {
        format!(
            "$ {}\n--- exit code {:?} after {:.1?}\n--- stdout\n{}--- stderr\n{}",
            self.line, self.code, self.took, self.stdout, self.stderr
        )
    }
}
