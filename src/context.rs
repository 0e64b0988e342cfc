//! What a command may use: environment, events, signals, output, and the Engine on first use.

use std::io::{BufRead, Write};
use std::path::PathBuf;

use crate::cli::global::Global;
use crate::docker::Engine;
use crate::docker::address::{self, Disk};
use crate::env::EnvMap;
use crate::error::Error;
use crate::exec::event::Events;
use crate::exec::interrupt::Interrupt;

/// Input and output of the process, injected so that tests can replace them.
pub struct Io<'a> {
    /// Standard input.
    pub stdin: &'a mut (dyn BufRead + Send),
    /// Standard output: results only.
    pub stdout: &'a mut (dyn Write + Send),
    /// Standard error: everything else.
    pub stderr: &'a mut (dyn Write + Send),
    /// Standard input and error are terminals: somebody can be asked.
    pub interactive: bool,
}

/// What one command may use.
pub struct Context<'a> {
    /// Global flags.
    pub global: &'a Global,
    /// The environment.
    pub env: &'a EnvMap,
    /// Working directory.
    pub cwd: PathBuf,
    /// Where to report progress.
    pub events: Events,
    /// Signals.
    pub interrupt: Interrupt,
    /// Standard input.
    pub stdin: &'a mut (dyn BufRead + Send),
    /// Standard output.
    pub stdout: &'a mut (dyn Write + Send),
    /// Somebody can be asked.
    pub interactive: bool,
}

impl Context<'_> {
    /// Connects to the Engine of flags and environment.
    pub async fn engine(&self) -> Result<Engine, Error> {
        let address = address::resolve(self.global.docker_host.as_deref(), self.env, &Disk)?;
        Ok(Engine::connect(address).await?)
    }

    /// Writes a result to standard output.
    pub fn print(&mut self, text: &str) -> Result<(), Error> {
        self.stdout
            .write_all(text.as_bytes())
            .and_then(|()| self.stdout.flush())
            .map_err(Error::Output)
    }

    /// Asks for consent unless `--yes` or `agreed`.
    pub fn consent(&mut self, question: &str, agreed: bool) -> Result<bool, Error> {
        if agreed || self.global.yes {
            return Ok(true);
        }
        crate::ui::prompt::consent(
            question,
            self.interactive,
            self.stdin,
            &mut std::io::stderr().lock(),
        )
    }
}
