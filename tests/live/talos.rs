//! Talos: its formats and its API, with stock talosctl and real nodes.

mod api;
mod formats;
