//! The program: arguments → command → report → exit code. Nothing here ends the process, so that a profile, a lock or
//! a temporary file is dropped on every way out.

use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use clap::Parser;
use clap::error::ErrorKind;

use crate::cli::{Cli, Command};
use crate::commands;
use crate::context::{Context, Io};
use crate::env::EnvMap;
use crate::error::Error;
use crate::exec::event::Events;
use crate::exec::interrupt::Interrupt;
use crate::exec::record::Record;
use crate::exit::Exit;
use crate::profile;
use crate::ui::{display, error_view, live};

/// Runs one command line.
pub fn run(argv: impl IntoIterator<Item = OsString>, env: &EnvMap, io: Io<'_>) -> Exit {
    let argv: Vec<OsString> = argv.into_iter().collect();
    let cli = match Cli::try_parse_from(&argv) {
        Ok(cli) => cli,
        Err(error) => return usage(&error, &mut *io.stdout, &mut *io.stderr),
    };
    let color = display::resolve(&cli.global, env, std::io::stderr().is_terminal()).color;
    let Io {
        stdin,
        stdout,
        stderr,
        interactive,
    } = io;
    let mut profiled = || -> Result<Exit, Error> {
        let arguments: Vec<String> = argv
            .iter()
            .map(|argument| argument.to_string_lossy().into_owned())
            .collect();
        let guard = cli
            .global
            .cpuprofile
            .as_deref()
            .map(|path| profile::Cpu::start(path, &arguments))
            .transpose()?;
        let trace = cli
            .global
            .trace
            .as_deref()
            .map(|path| profile::Trace::start(path, &arguments))
            .transpose()?;
        let record = trace.as_ref().map(profile::Trace::record);
        let io = Io {
            stdin: &mut *stdin,
            stdout: &mut *stdout,
            stderr: &mut *stderr,
            interactive,
        };
        let result = catch_unwind(AssertUnwindSafe(|| dispatch(&cli, env, io, record)));
        let written = guard.map_or(Ok(()), profile::Guard::finish);
        let traced = trace.map_or(Ok(()), profile::Trace::finish);
        let exit = result.unwrap_or_else(|panic| resume_unwind(panic))?;
        written.and(traced)?;
        Ok(exit)
    };
    match profiled() {
        Ok(exit) => exit,
        Err(Error::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => Exit::Done,
        Err(error) => {
            // Nobody is left to tell if stderr is closed.
            drop(stderr.write_all(error_view::render(&error, color).as_bytes()));
            error.exit()
        }
    }
}

/// Help and version go to standard output, everything else is a usage error.
fn usage(error: &clap::Error, stdout: &mut dyn Write, stderr: &mut dyn Write) -> Exit {
    let text = error.render();
    let shown = |terminal| {
        if terminal {
            text.ansi().to_string()
        } else {
            text.to_string()
        }
    };
    // Nobody is left to tell if the stream is closed.
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        drop(stdout.write_all(shown(std::io::stdout().is_terminal()).as_bytes()));
        Exit::Done
    } else {
        drop(stderr.write_all(shown(std::io::stderr().is_terminal()).as_bytes()));
        Exit::Usage
    }
}

/// Commands that neither wait nor connect run without a runtime.
fn dispatch(cli: &Cli, env: &EnvMap, io: Io<'_>, record: Option<Record>) -> Result<Exit, Error> {
    if let Command::Completion(args) = &cli.command {
        commands::completion::run(args, io.stdout)?;
        return Ok(Exit::Done);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(Error::Output)?;
    let outcome = runtime.block_on(supervised(cli, env, io, record));
    // Forced exits may leave blocking reads behind; they must not hold up the process.
    runtime.shutdown_background();
    outcome
}

/// Runs the command beside its reporter, and both beside the signal listener.
async fn supervised(
    cli: &Cli,
    env: &EnvMap,
    io: Io<'_>,
    record: Option<Record>,
) -> Result<Exit, Error> {
    let (events, receiver) = Events::channel();
    let events = events.recorded(record);
    let interrupt = Interrupt::default();
    let display = display::resolve(&cli.global, env, std::io::stderr().is_terminal());
    let cwd = crate::fsx::current_dir()?;
    let context = Context {
        global: &cli.global,
        env,
        cwd,
        events,
        interrupt: interrupt.clone(),
        stdin: io.stdin,
        stdout: io.stdout,
        interactive: io.interactive,
    };
    // The command owns the only sender: when it ends, the reporter drains the stream and ends too.
    let work = interrupt.guard(interruptible(&cli.command, context));
    let (result, ()) = tokio::join!(work, live::show(receiver, display, io.stderr));
    result.unwrap_or(Err(Error::Interrupted(Some(
        "stopped at once; `ksail cluster delete` removes what is left".into(),
    ))))
}

/// Commands that change nothing, or everything in one step, just stop at the first signal; the others see to it
/// themselves.
async fn interruptible(command: &Command, context: Context<'_>) -> Result<Exit, Error> {
    let stop = context.interrupt.stop.clone();
    let handled = commands::handles_interrupts(command);
    tokio::select! {
        biased;
        result = commands::run(command, context) => result,
        () = stop.cancelled(), if !handled => Err(Error::Interrupted(None)),
    }
}
