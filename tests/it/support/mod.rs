//! What tests stand on: an isolated run of the program and a fake Engine.

pub(crate) mod apiserver;
mod authority;
pub(crate) mod context;
pub(crate) mod engine;
mod http;
mod redact;
pub(crate) mod registry;
pub(crate) mod talosapi;

#[path = "../../support/process.rs"]
mod process;
