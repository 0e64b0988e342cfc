//! The trace: opens its file before any work, records events while the command runs, writes them at its end.

use std::path::Path;
use std::time::Instant;

use super::error::{Error, What};
use super::{VERSION, command, timeline};
use crate::exec::record::Record;
use crate::fsx;

/// A run that is being traced.
#[derive(Debug)]
pub struct Trace {
    output: fsx::Output,
    record: Record,
    command: String,
    begun: Instant,
}

impl Trace {
    /// Opens the file. `arguments` is the command line to mention; values of flags that may carry secrets are masked.
    pub fn start(path: &Path, arguments: &[String]) -> Result<Self, Error> {
        let output = fsx::create(path).map_err(|source| Error::Unwritable(What::Trace, source))?;
        Ok(Self {
            output,
            record: Record::default(),
            command: command::shown(arguments),
            begun: Instant::now(),
        })
    }

    /// What the events of the command are to be recorded in.
    pub fn record(&self) -> Record {
        self.record.clone()
    }

    /// Writes what was recorded until now.
    pub fn finish(self) -> Result<(), Error> {
        let events = self.record.take().into_iter();
        let events: Vec<_> = events
            .map(|(at, event)| (at.saturating_duration_since(self.begun), event))
            .collect();
        let text = timeline::render(&events, self.begun.elapsed(), &self.command, VERSION);
        self.output
            .write(text.as_bytes())
            .map_err(|source| Error::Write(What::Trace, source))
    }
}
