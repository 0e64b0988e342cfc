//! The one table of `ksail.yaml`: every field that we read, what it holds, and its default.

use std::time::Duration;

use super::error::{Error, Problem};
use super::fields::Cell;
use super::name;
use super::published::{self, PublishedPort};
use crate::text::parse_duration;

/// The `apiVersion` that we read.
pub const API_VERSION: &str = "ksail.io/v1alpha1";

/// Nodes of one role at most. No machine runs as many; a typing error should not try to.
pub const MAX_NODES: u32 = 999;

/// A field that can be set in `ksail.yaml` and by a variable.
#[derive(Debug)]
pub struct Field {
    /// Full path in the file.
    pub path: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Its default as the documentation shows it.
    pub default: &'static str,
    /// What it means, as a fragment.
    pub help: &'static str,
}

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A cluster name.
    Name,
    /// Any text that is not empty.
    Text,
    /// A path; in a file it is relative to the file's directory.
    Path,
    /// A whole number from zero on.
    Count,
    /// A duration in Go's notation.
    Duration,
    /// One of these words.
    Word(&'static [Word]),
    /// Ports that the host publishes.
    Ports,
}

/// A word of a [`Kind::Word`] field.
#[derive(Debug)]
pub struct Word {
    /// The word as KSail spells it; any case is accepted.
    pub text: &'static str,
    /// Whether we know what to do with it.
    pub support: Support,
}

/// Whether we support something that KSail has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// Yes; the value is the same as this word.
    Yes(&'static str),
    /// Not in this version.
    NotYet,
    /// Never: not about local clusters.
    OutOfScope,
}

/// The value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// Of a name, text, path or word.
    Text(String),
    /// Of a count.
    Count(u32),
    /// Of a duration.
    Duration(Duration),
    /// Of a list of ports.
    Ports(Vec<PublishedPort>),
}

const fn word(text: &'static str, support: Support) -> Word {
    Word { text, support }
}

const DISTRIBUTIONS: &[Word] = &[
    word("Vanilla", Support::Yes("Vanilla")),
    word("Kind", Support::Yes("Vanilla")),
    word("K3s", Support::Yes("K3s")),
    word("K3d", Support::Yes("K3s")),
    word("Talos", Support::Yes("Talos")),
    word("VCluster", Support::OutOfScope),
    word("KWOK", Support::OutOfScope),
    word("EKS", Support::OutOfScope),
    word("GKE", Support::OutOfScope),
    word("AKS", Support::OutOfScope),
];

const PROVIDERS: &[Word] = &[
    word("Docker", Support::Yes("Docker")),
    word("Hetzner", Support::OutOfScope),
    word("Omni", Support::OutOfScope),
    word("AWS", Support::OutOfScope),
    word("GCP", Support::OutOfScope),
    word("Azure", Support::OutOfScope),
    word("Kubernetes", Support::OutOfScope),
];

/// Of things that a distribution brings along or not. What it does not bring we do not install.
const BUNDLED: &[Word] = &[
    word("Default", Support::Yes("Default")),
    word("Disabled", Support::Yes(DISABLED)),
    word("Enabled", Support::NotYet),
];
/// The word that takes away what a distribution brings along.
pub const DISABLED: &str = "Disabled";

/// `metadata.name`
pub const NAME: Field = Field {
    path: "metadata.name",
    kind: Kind::Name,
    default: "the name in the distribution's file, else `kind` or `k3s-default`",
    help: "cluster name",
};
/// `spec.editor`
pub const EDITOR: Field = Field {
    path: "spec.editor",
    kind: Kind::Text,
    default: "`SOPS_EDITOR`, `KUBE_EDITOR`, `EDITOR`, `VISUAL`",
    help: "editor of KSail; no command of this version opens one",
};
/// `spec.cluster.distribution`
pub const DISTRIBUTION: Field = Field {
    path: "spec.cluster.distribution",
    kind: Kind::Word(DISTRIBUTIONS),
    default: "that of the file that exists, else Vanilla",
    help: "Kubernetes distribution; `Vanilla` is Kind, `K3s` is k3d",
};
/// `spec.cluster.distributionConfig`
pub const DISTRIBUTION_CONFIG: Field = Field {
    path: "spec.cluster.distributionConfig",
    kind: Kind::Path,
    default: "kind.yaml, k3d.yaml or talos, if it exists",
    help: "configuration file of the distribution; of Talos a folder of patches",
};
/// `spec.cluster.provider`
pub const PROVIDER: Field = Field {
    path: "spec.cluster.provider",
    kind: Kind::Word(PROVIDERS),
    default: "Docker",
    help: "where nodes run",
};
/// `spec.cluster.connection.kubeconfig`
pub const KUBECONFIG: Field = Field {
    path: "spec.cluster.connection.kubeconfig",
    kind: Kind::Path,
    default: "`KUBECONFIG`, else `~/.kube/config`",
    help: "kubeconfig to write and read",
};
/// `spec.cluster.connection.context`
pub const CONTEXT: Field = Field {
    path: "spec.cluster.connection.context",
    kind: Kind::Text,
    default: "kind-NAME or k3d-NAME",
    help: "kubeconfig context",
};
/// `spec.cluster.connection.timeout`
pub const TIMEOUT: Field = Field {
    path: "spec.cluster.connection.timeout",
    kind: Kind::Duration,
    default: "that of the command",
    help: "how long to wait for the cluster",
};
/// `spec.cluster.controlPlanes`
pub const CONTROL_PLANES: Field = Field {
    path: "spec.cluster.controlPlanes",
    kind: Kind::Count,
    default: "1, or as many as the distribution's file says",
    help: "number of control-plane nodes",
};
/// `spec.cluster.workers`
pub const WORKERS: Field = Field {
    path: "spec.cluster.workers",
    kind: Kind::Count,
    default: "0, or as many as the distribution's file says",
    help: "number of worker nodes",
};
/// `spec.cluster.csi`
pub const CSI: Field = Field {
    path: "spec.cluster.csi",
    kind: Kind::Word(BUNDLED),
    default: "Default",
    help: "`Disabled` takes K3s's local-path storage away; elsewhere there is nothing to disable",
};
/// `spec.cluster.metricsServer`
pub const METRICS_SERVER: Field = Field {
    path: "spec.cluster.metricsServer",
    kind: Kind::Word(BUNDLED),
    default: "Default",
    help: "`Disabled` takes K3s's metrics server away; elsewhere there is nothing to disable",
};
/// `spec.cluster.loadBalancer`
pub const LOAD_BALANCER: Field = Field {
    path: "spec.cluster.loadBalancer",
    kind: Kind::Word(BUNDLED),
    default: "Default",
    help: "`Disabled` takes K3s's load balancer for Services away; elsewhere there is nothing to disable",
};
/// `spec.cluster.kubernetesVersion`
pub const KUBERNETES_VERSION: Field = Field {
    path: "spec.cluster.kubernetesVersion",
    kind: Kind::Text,
    default: "that of the node image",
    help: "version of Kubernetes; of Talos clusters only, elsewhere the node image decides",
};
/// `spec.cluster.talos.version`
pub const TALOS_VERSION: Field = Field {
    path: "spec.cluster.talos.version",
    kind: Kind::Text,
    default: "the one this version of ksail is made for",
    help: "version of Talos, the tag of its node image",
};
/// `spec.cluster.talos.config`
pub const TALOS_CONFIG: Field = Field {
    path: "spec.cluster.talos.config",
    kind: Kind::Path,
    default: "`TALOSCONFIG`, else `~/.talos/config`",
    help: "talosconfig to write",
};
/// `spec.cluster.talos.extraPortMappings`
pub const TALOS_PORTS: Field = Field {
    path: "spec.cluster.talos.extraPortMappings",
    kind: Kind::Ports,
    default: "none",
    help: "ports of control planes that the host publishes: a list of `containerPort`, `hostPort`, `protocol`",
};
/// `spec.workload.sourceDirectory`
pub const SOURCE_DIRECTORY: Field = Field {
    path: "spec.workload.sourceDirectory",
    kind: Kind::Path,
    default: "k8s",
    help: "directory of the manifests",
};
/// `spec.workload.kustomizationFile`
pub const KUSTOMIZATION_FILE: Field = Field {
    path: "spec.workload.kustomizationFile",
    kind: Kind::Text,
    default: "none",
    help: "kustomization to build, relative to the source directory: its folder or file",
};

/// Every field that we read, in the order of the documentation.
pub const FIELDS: [&Field; 19] = [
    &NAME,
    &EDITOR,
    &DISTRIBUTION,
    &DISTRIBUTION_CONFIG,
    &PROVIDER,
    &KUBECONFIG,
    &CONTEXT,
    &TIMEOUT,
    &CONTROL_PLANES,
    &WORKERS,
    &CSI,
    &METRICS_SERVER,
    &LOAD_BALANCER,
    &KUBERNETES_VERSION,
    &TALOS_VERSION,
    &TALOS_CONFIG,
    &TALOS_PORTS,
    &SOURCE_DIRECTORY,
    &KUSTOMIZATION_FILE,
];

impl Field {
    /// The variable that overrides the field: `KSAIL_SPEC_CLUSTER_WORKERS`.
    pub fn variable(&self) -> String {
        variable(self.path)
    }

    /// Reads the value out of a file.
    pub(crate) fn read(&self, cell: &Cell<'_>) -> Result<Setting, Error> {
        match self.kind {
            Kind::Count => {
                let number = cell.integer(0..=i64::from(MAX_NODES))?;
                Ok(Setting::Count(u32::try_from(number).unwrap_or(MAX_NODES)))
            }
            Kind::Ports => published::read(cell).map(Setting::Ports),
            _ => self
                .parse(&cell.text()?)
                .map_err(|problem| Error::field(cell.at(), problem)),
        }
    }

    /// Reads the value out of a flag or variable.
    pub fn parse(&self, text: &str) -> Result<Setting, Problem> {
        let rule = |why: String| Problem::Rule {
            field: self.path.to_owned(),
            why,
        };
        match self.kind {
            Kind::Text | Kind::Path => Ok(Setting::Text(text.to_owned())),
            Kind::Name => match name::check_metadata(text) {
                Ok(()) => Ok(Setting::Text(text.to_owned())),
                Err(why) => Err(rule(why)),
            },
            Kind::Count => match text.parse() {
                Ok(count @ 0..=MAX_NODES) => Ok(Setting::Count(count)),
                Ok(_) => Err(rule(format!("must be between 0 and {MAX_NODES}"))),
                Err(_) => Err(rule(format!("must be a whole number, not `{text}`"))),
            },
            Kind::Duration => parse_duration(text).map(Setting::Duration).map_err(|_| {
                rule(format!(
                    "must be a duration such as `90s` or `1h30m`, not `{text}`"
                ))
            }),
            Kind::Ports => published::parse(text).map(Setting::Ports).ok_or_else(|| {
                rule(format!(
                    "must be ports such as `8080:80` or `5353:53/udp`, not `{text}`"
                ))
            }),
            Kind::Word(words) => self.word(words, text),
        }
    }

    fn word(&self, words: &[Word], text: &str) -> Result<Setting, Problem> {
        let what = format!("`{}: {text}`", self.path);
        let known = words
            .iter()
            .find(|word| word.text.eq_ignore_ascii_case(text));
        match known.map(|word| word.support) {
            Some(Support::Yes(word)) => Ok(Setting::Text(word.to_owned())),
            Some(Support::NotYet) => Err(Problem::NotYet { what }),
            Some(Support::OutOfScope) => Err(Problem::OutOfScope { what }),
            None => {
                let allowed: Vec<&str> = words
                    .iter()
                    .filter(|word| matches!(word.support, Support::Yes(_)))
                    .map(|word| word.text)
                    .collect();
                Err(Problem::choice(self.path, text, &allowed))
            }
        }
    }
}

/// The variable for a field path.
pub(crate) fn variable(path: &str) -> String {
    format!("KSAIL_{}", path.replace('.', "_").to_uppercase())
}
