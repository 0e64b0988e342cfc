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

    /// The lines with which the node explained a failure.
    pub fn explanation(&self) -> Vec<String> {
        self.explained.clone()
    }

    /// The last lines of the console.
    pub fn tail(&self) -> Vec<String> {
        self.last.iter().cloned().collect()
    }
}
