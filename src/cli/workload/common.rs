//! Flags that several workload commands share.

use std::path::PathBuf;

use clap::Args;

/// What to read.
#[derive(Debug, Clone, Default, Args)]
pub struct Sources {
    /// File, directory (recursively: `.yaml`, `.yml`, `.json`), or `-` for standard input; may be repeated
    #[arg(
        short,
        long = "filename",
        value_name = "FILE|DIR|-",
        conflicts_with = "path"
    )]
    pub filenames: Vec<PathBuf>,
    /// The same, for a single one [default: the project's source directory]
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,
}

/// How fast requests may go out.
#[derive(Debug, Clone, Args)]
pub struct Pace {
    /// Requests per second, at most; 0 = any number
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub kube_api_qps: u32,
}

/// Which API server, and where in it.
#[derive(Debug, Clone, Default, Args)]
pub struct Server {
    /// Kubeconfig context [default: that of the project's cluster]
    #[arg(short, long, value_name = "NAME")]
    pub context: Option<String>,
    /// Kubeconfig file [default: `KUBECONFIG`, else `~/.kube/config`]
    #[arg(short, long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// Namespace of objects that name none [default: that of the context, else `default`]
    #[arg(short, long, value_name = "NAME")]
    pub namespace: Option<String>,
}
