//! The `workload` commands against a fake API server.

mod applying;
mod awaiting;
mod budget;
mod building;
mod deleting;
mod depending;
mod diffing;
mod faults;
mod kustomizing;
mod listing;
mod owning;
mod pruning;
mod reporting;
mod stopping;
mod surviving;
mod validating;
mod waiting;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Parser;
use ksail::cli::workload::Workload;
use ksail::commands::workload_context::{Consent, Project, WorkloadContext};
use ksail::commands::{
    workload_apply, workload_build, workload_delete, workload_diff, workload_images,
    workload_status, workload_validate, workload_wait,
};
use ksail::env::EnvMap;
use ksail::exec::event::{Event, Events};
use ksail::exit::Exit;
use ksail::workload::Error;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::support::apiserver::{ApiServer, Effect};

#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Workload,
}

/// What a run left behind.
struct Run {
    exit: Exit,
    stdout: String,
    /// Warnings, notes and what was waited for, one per line.
    events: String,
    error: Option<Error>,
}

impl Run {
    fn error(&self) -> String {
        self.error
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default()
    }
}

/// A project directory and a server.
struct World {
    directory: TempDir,
    server: ApiServer,
    env: EnvMap,
    /// The user agreed in advance.
    agreed: bool,
    /// The applyset of the project, if the project has a name.
    applyset: Option<String>,
    /// What of the manifests the project wants to be built, if not all.
    kustomization: Option<PathBuf>,
}

impl World {
    fn new(server: ApiServer) -> Self {
        let directory = tempfile::tempdir().unwrap();
        server.kubeconfig(directory.path());
        Self {
            directory,
            server,
            env: EnvMap::default(),
            agreed: true,
            applyset: None,
            kustomization: None,
        }
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn file(self, name: &str, text: &str) -> Self {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    /// Runs `ksail workload apply` on the directory `k8s` of a project with the context `fake`.
    async fn apply(&self, arguments: &[&str]) -> Run {
        self.run("apply", arguments, b"").await
    }

    async fn run(&self, command: &str, arguments: &[&str], stdin: &[u8]) -> Run {
        self.run_until(command, arguments, stdin, CancellationToken::new())
            .await
    }

    async fn run_until(
        &self,
        command: &str,
        arguments: &[&str],
        mut stdin: &[u8],
        cancel: CancellationToken,
    ) -> Run {
        let cli = Cli::try_parse_from(["ksail", command].iter().chain(arguments)).unwrap();
        let (events, mut receiver) = Events::channel();
        let mut stdout = Vec::new();
        let mut context = WorkloadContext {
            stdin: &mut stdin,
            stdout: &mut stdout,
            events: &events,
            env: &self.env,
            cwd: self.path(),
            project: Project {
                source_directory: Some("k8s".into()),
                kustomization: self.kustomization.clone(),
                context: Some("fake".into()),
                applyset: self.applyset.clone(),
                kubeconfig: Some(self.path().join("kubeconfig")),
            },
            cancel,
            consent: Consent {
                given: self.agreed,
                interactive: false,
            },
        };
        let result = match cli.command {
            Workload::Apply(args) => {
                let run = workload_apply::run(&args, &mut context);
                tokio::time::timeout(Duration::from_secs(30), run)
                    .await
                    .expect("the run hangs")
            }
            Workload::Delete(args) => {
                let run = workload_delete::run(&args, &mut context);
                tokio::time::timeout(Duration::from_secs(30), run)
                    .await
                    .expect("the run hangs")
            }
            Workload::Build(args) => workload_build::run(&args, &mut context).await,
            Workload::Validate(args) => workload_validate::run(&args, &mut context).await,
            Workload::Images(args) => workload_images::run(&args, &mut context).await,
            Workload::Diff(args) => workload_diff::run(&args, false, &mut context).await,
            Workload::Wait(args) => {
                let run = workload_wait::run(&args, &mut context);
                tokio::time::timeout(Duration::from_secs(30), run)
                    .await
                    .expect("the run hangs")
            }
            Workload::Status(args) => workload_status::run(&args, &mut context).await,
            Workload::Push(_) | Workload::Gen(_) | Workload::Cipher(_) => {
                unreachable!("these have tests of their own")
            }
        };
        drop(context);
        drop(events);
        let mut lines = Vec::new();
        while let Some(event) = receiver.recv().await {
            match event {
                Event::Warned(text) => lines.push(format!("warning: {text}\n")),
                Event::Erred(text) => lines.push(format!("error: {text}\n")),
                Event::Noted(text) => lines.push(format!("note: {text}\n")),
                Event::Waiting(step, text) => lines.push(format!("{step}: {text}\n")),
                Event::Planned(_)
                | Event::Started(_)
                | Event::Finished(..)
                | Event::Computed(..) => {}
            }
        }
        Run {
            exit: result.as_ref().map_or_else(Error::exit, |exit| *exit),
            stdout: String::from_utf8(stdout).unwrap(),
            events: lines.concat(),
            error: result.err(),
        }
    }
}

fn config_map(name: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  key: value\n"
    )
}

fn deployment(name: &str) -> String {
    format!(
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\nspec:\n  replicas: 2\n  \
         selector:\n    matchLabels:\n      app: {name}\n"
    )
}

fn definition() -> &'static str {
    "---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: things.x.io\n\
     spec:\n  group: x.io\n  scope: Namespaced\n  names: {kind: Thing, plural: things}\n  \
     versions: [{name: v1, served: true}]\n"
}

fn thing(name: &str) -> String {
    format!("---\napiVersion: x.io/v1\nkind: Thing\nmetadata:\n  name: {name}\n")
}
