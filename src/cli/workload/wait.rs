//! `ksail workload wait`

use std::time::Duration;

use clap::{Args, ValueEnum};

use super::{Pace, Server, Sources};
use crate::k8s::goal::Goal;
use crate::text::parse_duration;

/// `ksail workload wait`
#[derive(Debug, Clone, Args)]
pub struct Wait {
    /// What to read.
    #[command(flatten)]
    pub sources: Sources,
    /// Objects of the cluster instead, also as `TYPE NAME…`; types are named as in kubectl
    #[arg(value_name = "TYPE/NAME", conflicts_with = "filenames")]
    pub names: Vec<String>,
    /// Where they are.
    #[command(flatten)]
    pub server: Server,
    /// How fast.
    #[command(flatten)]
    pub pace: Pace,
    /// What to wait for: `ready`, `create`, `delete`, `condition=NAME[=VALUE]` or `jsonpath=EXPRESSION[=VALUE]`; several are
    /// waited for one after the other [default: ready]
    #[arg(long = "for", value_name = "GOAL")]
    pub goals: Vec<Goal>,
    /// All objects of the TYPE with these labels
    #[arg(short = 'l', long, value_name = "LABELS", conflicts_with = "filenames")]
    pub selector: Option<String>,
    /// All objects of the TYPE
    #[arg(long, conflicts_with_all = ["filenames", "selector"])]
    pub all: bool,
    /// How long to wait; 0 looks once
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = parse_duration)]
    pub timeout: Duration,
    /// Form of the result [default: a line for each object that got there]
    #[arg(short, long, value_enum, value_name = "FORMAT")]
    pub output: Option<WaitOutput>,
}

/// Values of `--output`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WaitOutput {
    /// Names of the objects
    Name,
    /// One JSON document with all results
    Json,
}
