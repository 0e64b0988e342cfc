//! The readers of Kubernetes, as a program of the testbed.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::thread;

use serde::Deserialize;
use serde_json::Value;

use crate::support::peers;

/// What the readers make of one text.
#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    /// All documents, as `kubectl apply` reads them.
    pub(super) kubectl: Reading,
    /// The first document, as sigs.k8s.io/yaml reads it.
    pub(super) sigs: Reading,
    /// Why its strict variant refuses the first document.
    #[serde(default)]
    pub(super) strict: String,
}

/// Documents up to the error, if there is one.
#[derive(Debug, Deserialize)]
pub(super) struct Reading {
    pub(super) documents: Vec<Value>,
    #[serde(default)]
    pub(super) error: String,
}

/// One answer for each text.
pub(super) fn ask(texts: &[String]) -> Vec<Answer> {
    let mut program = Command::new(peers().join("readers"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = program.stdin.take().unwrap();
    let output = BufReader::new(program.stdout.take().unwrap());
    let answers: Vec<Answer> = thread::scope(|scope| {
        scope.spawn(move || {
            for text in texts {
                write!(input, "{}\n{text}", text.len()).unwrap();
            }
        });
        output
            .lines()
            .map(|line| serde_json::from_str(&line.unwrap()).unwrap())
            .collect()
    });
    assert!(program.wait().unwrap().success());
    assert_eq!(answers.len(), texts.len());
    answers
}
