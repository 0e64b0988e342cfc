//! `ksail completion`

use std::io::Write;

use clap::CommandFactory;

use crate::cli::{Cli, Completion};
use crate::error::Error;

/// Writes the script to `stdout`.
pub fn run(args: &Completion, stdout: &mut dyn Write) -> Result<(), Error> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "ksail", &mut script);
    stdout.write_all(&script).map_err(Error::Output)
}
