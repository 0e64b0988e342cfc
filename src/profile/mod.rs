//! Where `ksail` itself spends its time: CPU profiles for `--cpuprofile`, traces for `--trace`. Nothing here runs unless
//! one is asked for.

mod command;
mod cpu;
mod encode;
mod error;
mod timeline;
mod trace;

pub use cpu::{Cpu, Guard};
pub use error::Error;
pub use trace::Trace;

/// The program as profiles and traces name it.
const VERSION: &str = concat!("ksail ", env!("CARGO_PKG_VERSION"));
