//! Flags that several workload commands share.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

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
    /// Folder or URL of a kustomization to build
    #[arg(
        short,
        long,
        value_name = "DIR|URL",
        conflicts_with_all = ["path", "filenames"]
    )]
    pub kustomize: Option<PathBuf>,
    /// How kustomizations are built.
    #[command(flatten)]
    pub building: Box<Building>,
}

impl Sources {
    /// Whether the command line says what to read.
    pub fn are_named(&self) -> bool {
        self.path.is_some() || !self.filenames.is_empty() || self.kustomize.is_some()
    }
}

/// How kustomizations are built; the flags are those of `kustomize build`.
#[derive(Debug, Clone, Default, Args)]
pub struct Building {
    /// Whether kustomizations may name files outside of their folders
    #[arg(
        long,
        value_enum,
        value_name = "RESTRICTION",
        default_value_t = LoadRestrictor::RootOnly
    )]
    pub load_restrictor: LoadRestrictor,
    /// Order of the objects of a kustomization that asks for none
    #[arg(long, value_enum, value_name = "ORDER", default_value_t = Reorder::Legacy)]
    pub reorder: Reorder,
    /// Give objects of kustomizations the label `app.kubernetes.io/managed-by`
    #[arg(long)]
    pub enable_managedby_label: bool,
    /// Run `helm` for the `helmCharts` of kustomizations
    #[arg(long)]
    pub enable_helm: bool,
    /// The program that `--enable-helm` runs
    #[arg(long, value_name = "PROGRAM", default_value = "helm")]
    pub helm_command: String,
    /// API versions for charts, instead of those that kustomizations name
    #[arg(long, value_name = "VERSION", value_delimiter = ',')]
    pub helm_api_versions: Vec<String>,
    /// Version of Kubernetes for charts, instead of that which kustomizations name
    #[arg(long, value_name = "VERSION")]
    pub helm_kube_version: Option<String>,
    /// Run `helm` with `--debug`
    #[arg(long)]
    pub helm_debug: bool,
}

/// Values of `--reorder`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Reorder {
    /// By kind and name
    #[default]
    Legacy,
    /// As they come
    None,
}

/// Values of `--load-restrictor`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum LoadRestrictor {
    /// Files are in the folder of the kustomization that names them, or below
    #[default]
    #[value(name = "LoadRestrictionsRootOnly")]
    RootOnly,
    /// Files may be anywhere
    #[value(name = "LoadRestrictionsNone")]
    None,
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
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// Namespace of objects that name none [default: that of the context, else `default`]
    #[arg(short, long, value_name = "NAME")]
    pub namespace: Option<String>,
}
