//! The `ksail` program: a stub around [`ksail::run`].

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use ksail::context::Io;
use ksail::env::EnvMap;

/// Trees of manifests are millions of small pieces that several threads make and free, for which the C library takes nearly
/// twice as long as this one, and that of static binaries longer still.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let io = Io {
        stdin: &mut io::BufReader::new(io::stdin()),
        stdout: &mut io::stdout(),
        stderr: &mut io::stderr(),
        interactive: io::stdin().is_terminal() && io::stderr().is_terminal(),
    };
    ksail::run(std::env::args_os(), &EnvMap::read(), io).into()
}
