//! Tests against the real Engine. Each is ignored by plain `cargo test`; `make testbed` provides what they need, and
//! `cargo test --test live -- --ignored --test-threads=1` runs them, one cluster at a time.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its world should stop right there"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "tests arrange files, processes and delays themselves; nothing here ships"
)]
#![expect(
    clippy::print_stderr,
    reason = "figures and logs of nodes belong into the test's output"
)]

mod applying;
mod build;
mod create;
mod docker;
mod faults;
mod fidelity;
mod generate;
mod interrupts;
mod k3s;
mod kubeconfig;
mod kustomize;
mod looking;
mod prune;
mod push;
mod readiness;
mod reading;
mod restart;
mod same;
mod sops;
mod sops_keys;
mod standing;
mod support;
mod talos;
mod validate;
mod workload;
