//! Flags that every command takes.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

/// Global flags.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub struct Global {
    /// Project file (`ksail.yaml`) or Kind configuration; `-` reads standard input
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Docker Engine to use, e.g. `unix:///var/run/docker.sock`, `tcp://host:2376`, `ssh://user@host`
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub docker_host: Option<String>,
    /// Write a CPU profile of this run: pprof protobuf, or a flame graph if FILE ends in `.svg`
    #[arg(long, global = true, value_name = "FILE")]
    pub cpuprofile: Option<PathBuf>,
    /// Write when each step ran and what it waited for: Chrome trace-event JSON
    #[arg(long, global = true, value_name = "FILE")]
    pub trace: Option<PathBuf>,
    /// Print how long each step took
    #[arg(long, global = true)]
    pub timings: bool,
    /// How to show progress
    #[arg(long, global = true, value_enum, default_value_t = Progress::Auto, value_name = "WHEN")]
    pub progress: Progress,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t = When::Auto, value_name = "WHEN")]
    pub color: When,
    /// Answer yes to every question
    #[arg(short, long, global = true)]
    pub yes: bool,
    /// Show every step
    #[arg(short, long, global = true, action = ArgAction::SetTrue, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Show errors only
    #[arg(short, long, global = true)]
    pub quiet: bool,
}

/// Values of `--progress`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Progress {
    /// Live on a terminal, lines elsewhere
    Auto,
    /// A live display
    Live,
    /// Plain lines
    Lines,
    /// No progress: only warnings, errors and the result
    None,
}

/// Values of `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}
