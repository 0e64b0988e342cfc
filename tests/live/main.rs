//! Tests that need a real Docker Engine. All of them are ignored unless asked for:
//! `cargo test --test live -- --ignored`.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its world should stop right there"
)]

mod docker;
