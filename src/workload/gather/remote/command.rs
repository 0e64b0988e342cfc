//! Runs a program and waits for it, but not forever.

use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// No program prints more that is of use.
const MAX_OUTPUT: u64 = 256 << 20;

/// Why a program did not do what it should.
#[derive(Debug)]
pub(in crate::workload::gather) enum Failure {
    /// There is no such program.
    Missing,
    /// It cannot be run.
    Io(std::io::Error),
    /// It took longer than this.
    TimedOut(Duration),
    /// It said no, in these words.
    Refused(String),
}

/// What the program prints, if it succeeds. It gets no input, and no shell is involved.
pub(in crate::workload::gather) fn run(
    command: &mut Command,
    patience: Option<Duration>,
) -> Result<Vec<u8>, Failure> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Failure::Missing,
        _ => Failure::Io(error),
    })?;
    let (done, waiting) = mpsc::channel();
    let (printed, said) = (child.stdout.take(), child.stderr.take());
    // Both at the same time: a program may wait until somebody reads one of them.
    let errors = thread::spawn(move || read(said));
    thread::spawn(move || {
        let printed = read(printed);
        let said = errors.join().unwrap_or_default();
        drop(done.send((printed, said)));
    });
    let ended = match patience {
        Some(patience) => waiting.recv_timeout(patience),
        None => waiting.recv().map_err(|_| RecvTimeoutError::Disconnected),
    };
    let (printed, said) = match (ended, patience) {
        (Err(RecvTimeoutError::Timeout), Some(patience)) => {
            drop(child.kill());
            drop(child.wait());
            return Err(Failure::TimedOut(patience));
        }
        (ended, _) => ended.unwrap_or_default(),
    };
    let status = child.wait().map_err(Failure::Io)?;
    if status.success() {
        return Ok(printed);
    }
    let said = String::from_utf8_lossy(&said);
    let said = said.trim();
    Err(Failure::Refused(match said {
        "" => format!("it ended with {status}"),
        said => said.to_owned(),
    }))
}

fn read(stream: Option<impl Read>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(stream) = stream {
        // What was read before a failure is what there is.
        drop(stream.take(MAX_OUTPUT).read_to_end(&mut bytes));
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn programs_are_waited_for_but_not_forever() {
        assert_eq!(run(&mut shell("echo a"), None).unwrap(), b"a\n");
        let refused = run(&mut shell("echo no >&2; exit 3"), None).unwrap_err();
        assert!(matches!(refused, Failure::Refused(said) if said == "no"));
        let slow = run(&mut shell("exec sleep 60"), Some(Duration::from_millis(50)));
        assert!(matches!(slow.unwrap_err(), Failure::TimedOut(_)));
        let missing = run(&mut Command::new("/nonexistent/x"), None).unwrap_err();
        assert!(matches!(missing, Failure::Missing));
    }
}
