//! Talos: its formats, its machine configuration and its API, with stock talosctl and real nodes.

mod api;
mod config;
mod formats;
mod samples;
mod versions;
