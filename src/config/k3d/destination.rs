//! Where volumes and files go in a node: absolute paths and k3d's names for places of K3s.

use super::variable::refuse_bare;
use crate::config::notation::Refusal;
use crate::text::List;

/// A name for a place of K3s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortcut {
    /// The name.
    pub name: &'static str,
    /// The place.
    pub path: &'static str,
    /// Whether the place is a directory.
    pub directory: bool,
}

const fn shortcut(name: &'static str, path: &'static str, directory: bool) -> Shortcut {
    Shortcut {
        name,
        path,
        directory,
    }
}

/// All names.
pub const SHORTCUTS: [Shortcut; 6] = [
    shortcut("k3s-storage", "/var/lib/rancher/k3s/storage", true),
    shortcut(
        "k3s-manifests",
        "/var/lib/rancher/k3s/server/manifests",
        true,
    ),
    shortcut(
        "k3s-manifests-custom",
        "/var/lib/rancher/k3s/server/manifests/custom",
        true,
    ),
    shortcut(
        "k3s-containerd",
        "/var/lib/rancher/k3s/agent/etc/containerd/config.toml",
        false,
    ),
    shortcut(
        "k3s-containerd-tmpl",
        "/var/lib/rancher/k3s/agent/etc/containerd/config.toml.tmpl",
        false,
    ),
    shortcut(
        "k3s-registry-config",
        "/etc/rancher/k3s/registries.yaml",
        false,
    ),
];

/// The absolute path of a destination.
pub(super) fn resolve(text: &str) -> Result<String, Refusal> {
    let (first, rest) = text.split_once('/').unwrap_or((text, ""));
    let path = if first.is_empty() {
        text.to_owned()
    } else {
        let known = SHORTCUTS.into_iter().find(|known| known.name == first);
        let known = known.ok_or_else(|| {
            let names = List::or(SHORTCUTS.map(|known| known.name));
            Refusal::rule(format!(
                "has the destination `{text}`, which must be an absolute path or begin with {names}"
            ))
        })?;
        if !known.directory && !rest.is_empty() {
            let why = format!("has the destination `{text}`, but `{first}` is a file");
            return Err(Refusal::rule(why));
        }
        format!("{}/{rest}", known.path)
    };
    let parts: Vec<&str> = path
        .split('/')
        .filter(|part| !matches!(*part, "" | "."))
        .collect();
    if parts.contains(&"..") {
        let why = format!("has the destination `{text}`, which must not contain `..`");
        return Err(Refusal::rule(why));
    }
    if parts.is_empty() {
        let why = format!("has the destination `{text}`, which is the root of the node");
        return Err(Refusal::rule(why));
    }
    Ok(format!("/{}", parts.join("/")))
}

/// The absolute path of a file; the name of a directory will not do.
pub(super) fn resolve_file(text: &str) -> Result<String, Refusal> {
    refuse_bare(text)?;
    let is_directory = text.ends_with('/')
        || SHORTCUTS
            .iter()
            .any(|known| known.directory && known.name == text);
    if is_directory {
        let name = text.trim_end_matches('/');
        return Err(Refusal::rule(format!(
            "has the destination `{text}`, which is a directory; add the name of the file, as in `{name}/app.yaml`"
        )));
    }
    resolve(text)
}
