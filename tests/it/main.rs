//! The one integration test binary: the real `ksail` program and library against fakes that speak the wire protocols.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its world should stop right there"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "tests arrange files, processes and delays themselves; nothing here ships"
)]

mod architecture;
mod cipher;
mod cipher_keys;
mod cluster;
mod docker;
mod docs;
mod generate;
mod kubeconfig;
mod kustomize;
mod kustomize_git;
mod profile;
mod push;
mod quiet;
mod reading;
mod support;
mod talos;
mod talosconfig;
mod trace;
mod workload;
