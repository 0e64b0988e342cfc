//! ConfigMaps and Secrets.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::NamespacedName;

/// Where values come from.
#[derive(Debug, Clone, Args)]
pub struct Values {
    /// File with a value, `-` for standard input, or a directory with one file for each; the key is the file's name
    /// unless one is named; may be repeated
    #[arg(
        long = "from-file",
        value_name = "[KEY=]FILE|DIR|-,…",
        value_delimiter = ','
    )]
    pub files: Vec<String>,
    /// Value; may be repeated
    #[arg(long = "from-literal", value_name = "KEY=VALUE")]
    pub literals: Vec<String>,
    /// File with lines `NAME=VALUE`, or `-` for standard input; a line `NAME` takes the value of that variable
    #[arg(long = "from-env-file", value_name = "FILE|-,…", value_delimiter = ',', conflicts_with_all = ["files", "literals"])]
    pub env_files: Vec<String>,
    /// Append a hash of the content to the name
    #[arg(long)]
    pub append_hash: bool,
}

/// `configmap`
#[derive(Debug, Clone, Args)]
pub struct ConfigMap {
    /// Name and namespace.
    #[command(flatten)]
    pub name: NamespacedName,
    /// Where values come from.
    #[command(flatten)]
    pub values: Values,
}

/// `secret …`
#[derive(Debug, Clone, Subcommand)]
pub enum Secret {
    /// A Secret of files, literal values or lines of variables
    Generic(Generic),
    /// Credentials for a registry
    DockerRegistry(DockerRegistry),
    /// A certificate and its private key
    Tls(Tls),
}

/// `secret generic`
#[derive(Debug, Clone, Args)]
pub struct Generic {
    /// Name and namespace.
    #[command(flatten)]
    pub name: NamespacedName,
    /// Where values come from.
    #[command(flatten)]
    pub values: Values,
    /// Type of the Secret
    #[arg(
        long = "type",
        value_name = "TYPE",
        default_value = "",
        hide_default_value = true
    )]
    pub kind: String,
}

/// `secret docker-registry`
#[derive(Debug, Clone, Args)]
pub struct DockerRegistry {
    /// Name and namespace.
    #[command(flatten)]
    pub name: NamespacedName,
    /// Address of the registry
    #[arg(long, value_name = "URL", required_unless_present = "files")]
    pub docker_server: Option<String>,
    /// User
    #[arg(long, value_name = "NAME", required_unless_present = "files")]
    pub docker_username: Option<String>,
    /// Password; other users of this machine can see it, unlike the next
    #[arg(long, value_name = "PASSWORD", conflicts_with = "docker_password_stdin",
          required_unless_present_any = ["files", "docker_password_stdin"])]
    pub docker_password: Option<String>,
    /// Read the password from standard input
    #[arg(long)]
    pub docker_password_stdin: bool,
    /// Mail address of the user
    #[arg(long, value_name = "ADDRESS")]
    pub docker_email: Option<String>,
    /// File of the Docker client, as `.dockerconfigjson=FILE`, or `-` for standard input
    #[arg(long = "from-file", value_name = "[KEY=]FILE|-,…", value_delimiter = ',',
          conflicts_with_all = ["docker_server", "docker_username", "docker_password", "docker_password_stdin", "docker_email"])]
    pub files: Vec<String>,
    /// Append a hash of the content to the name
    #[arg(long)]
    pub append_hash: bool,
}

/// `secret tls`
#[derive(Debug, Clone, Args)]
pub struct Tls {
    /// Name and namespace.
    #[command(flatten)]
    pub name: NamespacedName,
    /// PEM file with the certificate and those it was signed with
    #[arg(long, value_name = "FILE")]
    pub cert: PathBuf,
    /// PEM file with the private key
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// Append a hash of the content to the name
    #[arg(long)]
    pub append_hash: bool,
}
