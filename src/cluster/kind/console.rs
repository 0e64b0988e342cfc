//! What the setup inside a node says on its console.

use crate::cluster::distribution::Signal;

const SIGNAL: &str = "ksail-bootstrap: ";

/// Reads one line.
pub(super) fn signal(line: &str) -> Option<Signal> {
    let text = line[line.find(SIGNAL)? + SIGNAL.len()..].trim_end();
    Some(
        match (text.strip_prefix("failed: "), text.strip_prefix("| ")) {
            (Some(step), _) => Signal::Failed(step.to_owned()),
            (None, Some(line)) => Signal::Explained(line.to_owned()),
            (None, None) if text == "complete" => Signal::Complete,
            (None, None) => Signal::Progress(text.to_owned()),
        },
    )
}
