//! `ksail`: local Kubernetes clusters and encrypted manifest pipelines, straight through the Docker Engine API.

pub mod cli;
pub mod cluster;
pub mod commands;
pub mod config;
pub mod context;
pub mod docker;
pub mod env;
pub mod error;
pub mod exec;
pub mod exit;
pub mod fsx;
pub mod k8s;
pub mod kubeconfig;
pub mod oci;
pub mod pem;
pub mod profile;
mod program;
pub mod secret;
pub mod settings;
pub mod sops;
pub mod talos;
pub mod talosconfig;
pub mod text;
pub mod ui;
pub mod userfile;
pub mod workload;
pub mod yaml;

pub use program::run;
