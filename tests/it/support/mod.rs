//! What tests stand on: an isolated run of the program and a fake Engine.

pub(crate) mod apiserver;
pub(crate) mod context;
pub(crate) mod engine;
mod http;
mod redact;

#[path = "../../support/process.rs"]
mod process;
