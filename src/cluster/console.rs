//! Reads a node's console: its last lines, for error messages, and what its setup says.

use std::collections::VecDeque;

use super::distribution::{Distribution, Signal};
use crate::text::plain;

/// Lines kept for an error message.
const KEPT: usize = 25;

/// Splits a byte stream into lines and keeps the last of them.
#[derive(Debug, Default)]
pub struct Console {
    partial: Vec<u8>,
    last: VecDeque<String>,
    explained: Vec<String>,
}

impl Console {
    /// Takes in a chunk and returns the signals in it.
    pub fn feed(&mut self, chunk: &[u8], distribution: &dyn Distribution) -> Vec<Signal> {
        let mut signals = Vec::new();
        self.partial.extend_from_slice(chunk);
        while let Some(end) = self.partial.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.partial.drain(..=end).collect();
            let line = plain(&String::from_utf8_lossy(&line)).trim_end().to_owned();
            let line = without_password(line, distribution);
            if line.is_empty() {
                continue;
            }
            match distribution.signal(&line) {
                Some(Signal::Explained(line)) => self.explained.push(line),
                Some(signal) => signals.push(signal),
                None => {}
            }
            if self.last.len() == KEPT {
                self.last.pop_front();
            }
            self.last.push_back(line);
        }
        signals
    }

    /// What a whole log says: its last lines, and what keeps the node from going on if it says so.
    pub fn read(lines: &[String], distribution: &dyn Distribution) -> (Self, Option<String>) {
        let mut console = Self::default();
        let mut signals = Vec::new();
        for line in lines {
            signals.extend(console.feed(format!("{line}\n").as_bytes(), distribution));
        }
        let stuck = signals.into_iter().find_map(|signal| match signal {
            Signal::Stuck(why) => Some(why),
            _ => None,
        });
        (console, stuck)
    }

    /// The lines with which the node explained a failure.
    pub fn explanation(&self) -> Vec<String> {
        self.explained.clone()
    }

    /// The last lines of the console.
    pub fn tail(&self) -> Vec<String> {
        self.last.iter().cloned().collect()
    }
}

/// Nodes are given the password of the cluster, and some may complain about it in so many words.
fn without_password(line: String, distribution: &dyn Distribution) -> String {
    match distribution.gate() {
        Some(gate) if !gate.password.expose().is_empty() => {
            line.replace(gate.password.expose(), "***")
        }
        _ => line,
    }
}
