//! CPU profiles of `ksail` itself, for `--cpuprofile`. Nothing here runs unless one is asked for.

mod command;
mod cpu;
mod encode;

pub use cpu::{Cpu, Error, Guard};
