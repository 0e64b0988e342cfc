//! From the parsed command to the function that runs it.

use crate::cli::Command;
use crate::cli::cluster::Cluster;
use crate::cli::project::Project;
use crate::cli::workload::{Cipher, Workload};
use crate::context::Context;
use crate::error::Error;
use crate::exit::Exit;

/// Whether the command itself brings an interrupted run to a good end.
pub fn handles_interrupts(command: &Command) -> bool {
    match command {
        Command::Cluster(
            Cluster::Create(_) | Cluster::Start(_) | Cluster::Stop(_) | Cluster::Delete(_),
        )
        | Command::Workload(Workload::Apply(_) | Workload::Delete(_)) => true,
        // The signal is for the editor.
        Command::Workload(Workload::Cipher(group)) => matches!(**group, Cipher::Edit(_)),
        _ => false,
    }
}

/// Runs a command that may wait or connect.
pub async fn run(command: &Command, context: Context<'_>) -> Result<Exit, Error> {
    match command {
        Command::Cluster(Cluster::Create(args)) => super::cluster_create::run(args, context).await,
        Command::Cluster(Cluster::Start(args)) => super::cluster_start::run(args, context).await,
        Command::Cluster(Cluster::Stop(args)) => super::cluster_stop::run(args, context).await,
        Command::Cluster(Cluster::Delete(args)) => super::cluster_delete::run(args, context).await,
        Command::Cluster(Cluster::List(args)) => super::cluster_list::run(args, context).await,
        Command::Cluster(Cluster::Info(args)) => super::cluster_info::run(args, context).await,
        Command::Cluster(Cluster::Talosconfig(args)) => {
            super::cluster_machines::talosconfig(args, context).await
        }
        Command::Cluster(Cluster::Secrets(args)) => {
            super::cluster_machines::secrets(args, context).await
        }
        Command::Cluster(Cluster::Kubeconfig(args)) => {
            super::cluster_kubeconfig::run(args, context).await
        }
        Command::Cluster(Cluster::Switch(args)) => super::cluster_switch::run(args, context).await,
        Command::Workload(Workload::Apply(args)) => {
            super::workload_apply::command(args, context).await
        }
        Command::Workload(Workload::Delete(args)) => {
            super::workload_delete::command(args, context).await
        }
        Command::Workload(Workload::Build(args)) => {
            super::workload_build::command(args, context).await
        }
        Command::Workload(Workload::Diff(args)) => {
            super::workload_diff::command(args, context).await
        }
        Command::Workload(Workload::Wait(args)) => {
            super::workload_wait::command(args, context).await
        }
        Command::Workload(Workload::Status(args)) => {
            super::workload_status::command(args, context).await
        }
        Command::Workload(Workload::Validate(args)) => {
            super::workload_validate::command(args, context).await
        }
        Command::Workload(Workload::Images(args)) => {
            super::workload_images::command(args, context).await
        }
        Command::Workload(Workload::Push(args)) => {
            super::workload_push::command(args, context).await
        }
        Command::Workload(Workload::Gen(args)) => super::workload_generate::run(args, context),
        Command::Workload(Workload::Cipher(group)) => super::cipher::run(group, context).await,
        Command::Project(Project::Init(args)) => {
            super::project_init::run(args, &context.cwd, &context.events)?;
            Ok(Exit::Done)
        }
        Command::Completion(args) => {
            super::completion::run(args, context.stdout)?;
            Ok(Exit::Done)
        }
    }
}
