//! One file per leaf command: resolve → observe → plan → consent → run → summarise.

pub mod cipher;
pub mod cluster_create;
pub mod cluster_delete;
pub mod cluster_info;
pub mod cluster_kubeconfig;
pub mod cluster_list;
pub mod cluster_machines;
pub mod cluster_start;
pub mod cluster_stop;
pub mod cluster_switch;
pub mod completion;
mod dispatch;
mod host;
pub mod project_init;
mod target;
pub mod workload_apply;
pub mod workload_build;
pub mod workload_context;
pub mod workload_delete;
pub mod workload_diff;
pub mod workload_generate;
pub mod workload_images;
mod workload_kustomize;
mod workload_members;
mod workload_prune;
pub mod workload_push;
mod workload_reading;
pub mod workload_status;
pub mod workload_validate;
pub mod workload_wait;

pub use dispatch::{handles_interrupts, run};
