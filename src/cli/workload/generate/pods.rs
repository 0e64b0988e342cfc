//! Kinds that run pods.

use clap::{Args, ValueEnum};

use super::NamespacedName;

/// `deployment`
#[derive(Debug, Clone, Args)]
pub struct Deployment {
    /// Name and namespace.
    #[command(flatten)]
    pub name: NamespacedName,
    /// Image, with a container for each; may be repeated
    #[arg(
        long = "image",
        value_name = "IMAGE,…",
        value_delimiter = ',',
        required = true
    )]
    pub images: Vec<String>,
    /// Port that the first container exposes
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub port: Option<u16>,
    /// Number of pods
    #[arg(short, long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(..=2_147_483_647))]
    pub replicas: u32,
    /// Command of the container, after `--`
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<String>,
}

/// `job`
#[derive(Debug, Clone, Args)]
pub struct Job {
    /// Name and namespace.
    #[command(flatten)]
    pub name: NamespacedName,
    /// Image of the container
    #[arg(long, value_name = "IMAGE")]
    pub image: String,
    /// Command of the container, after `--`
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<String>,
}

/// `cronjob`
#[derive(Debug, Clone, Args)]
pub struct CronJob {
    /// Name and namespace.
    #[command(flatten)]
    pub name: NamespacedName,
    /// Image of the container
    #[arg(long, value_name = "IMAGE")]
    pub image: String,
    /// When it runs, in cron's form
    #[arg(long, value_name = "SCHEDULE")]
    pub schedule: String,
    /// What becomes of containers that ended
    #[arg(long, value_enum, value_name = "POLICY", default_value_t = Restart::OnFailure)]
    pub restart: Restart,
    /// Command of the container, after `--`
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<String>,
}

/// Values of `--restart`, named as in the manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Restart {
    /// They start again if they failed
    #[value(name = "OnFailure")]
    OnFailure,
    /// They never start again
    #[value(name = "Never")]
    Never,
}
