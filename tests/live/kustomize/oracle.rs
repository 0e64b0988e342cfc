//! kustomize itself, as a program of the testbed that answers in JSON lines.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use super::case::Case;
use crate::support::peer;

/// What a build comes to.
pub(super) type Outcome = Result<Vec<Value>, String>;

/// A running kustomize.
pub(super) struct Oracle {
    program: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Oracle {
    /// Starts it.
    pub(super) fn start() -> Self {
        let mut program = Command::new(peer("kustomize-oracle"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let input = program.stdin.take().unwrap();
        let output = BufReader::new(program.stdout.take().unwrap());
        Self {
            program,
            input,
            output,
        }
    }

    /// What kustomize makes of a case.
    pub(super) fn build(&mut self, case: &Case) -> Outcome {
        let question = json!({"files": case.texts(), "target": case.target, "legacy": case.legacy});
        writeln!(self.input, "{question}").unwrap();
        self.input.flush().unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let mut answer: Value = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("kustomize ended ({error}) with {case}"));
        match answer["error"].as_str() {
            Some(why) => Err(why.to_owned()),
            None => Ok(answer["objects"]
                .as_array_mut()
                .map(std::mem::take)
                .unwrap_or_default()),
        }
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}
