//! Who may use what. File names are relative to `src/`.

use super::paths;

const MAX_LINES: usize = 400;

/// Crates and modules with few users: everyone else goes through those.
const RESERVED: &[(&str, &[&str])] = &[
    ("bollard", &["docker/"]),
    ("rops", &["sops/engine.rs"]),
    ("kube", &["k8s/"]),
    ("tonic", &["talos/", "sops/keyservice/"]),
    ("tonic_prost", &["talos/", "sops/keyservice/"]),
    ("prost", &["talos/", "sops/keyservice/"]),
    ("rpassword", &["sops/terminal.rs"]),
    ("indicatif", &["ui/live.rs"]),
    ("serde_yaml", &["yaml/emit.rs"]),
    ("std::fs", &["fsx.rs", "fsx/replace.rs"]),
    ("tokio::fs", &[]),
];

/// Data in, data out.
const PURE: &[&str] = &[
    "cli/",
    "settings",
    "config/",
    "cluster/",
    "workload/build",
    "workload/decrypt",
    "workload/depends",
    "workload/replace",
    "workload/perform/policy",
    "workload/perform/outcome",
    "workload/object",
    "workload/order",
    "workload/plan",
    "workload/prune",
    "workload/validate",
    "workload/images",
    "workload/pack/archive",
    "workload/pack/ignored",
    "workload/generate/",
    "workload/gather/mentions",
    "workload/gather/source",
    "workload/gather/helm/arguments",
    "workload/gather/helm/values",
    "workload/gather/remote/address",
    "oci/reference",
    "oci/artifact",
    "oci/challenge",
    "workload/diff/",
    "workload/named",
    "workload/status",
    "sops/",
    "kubeconfig/model",
    "kubeconfig/merge",
    "talosconfig/model",
    "talosconfig/merge",
    "userfile/document",
    "userfile/error",
    "k8s/condition",
    "k8s/goal",
    "k8s/jsonpath",
    "k8s/wait/progress",
    "k8s/inventory",
    "k8s/resource",
    "k8s/error",
    "k8s/refusal",
    "exec/event",
    "exec/limits",
    "exec/flow/",
    "exec/outcome",
    "ui/display",
    "ui/plan_view",
    "ui/diff_view",
    "ui/table",
    "ui/error_view",
    "talos/status",
    "talos/message",
    "talos/archive",
    "docker/body",
    "docker/archive",
    "docker/refusal",
    "profile/command",
    "profile/timeline",
    "yaml/",
    "exit.rs",
    "error.rs",
    "secret.rs",
    "pem.rs",
    "text.rs",
    "text/",
    "cluster/desired/",
    "cluster/bootstrap/",
    "config/kind",
    "config/schema",
];

/// Neighbours of pure files that have effects.
const EFFECTFUL: &[&str] = &[
    "config/discover",
    "config/folder",
    "cluster/perform",
    "workload/diff/live",
    "sops/keyring",
    "sops/keyservice",
    "sops/sources",
    "sops/terminal",
    "sops/command",
];

/// What pure files may not touch.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::env",
    "std::process::Command",
    "std::net::TcpStream",
    "std::net::TcpListener",
    "std::net::UdpSocket",
    "std::net::ToSocketAddrs",
    "std::thread",
    "Instant::now",
    "SystemTime::now",
    "jiff::Timestamp::now",
    "Timestamp::now",
    "tokio",
    "EnvMap::read",
];

/// One-way streets: files below the first may not use the second.
const ONE_WAY: &[(&str, &[&str])] = &[
    (
        "docker/",
        &[
            "crate::config",
            "crate::ui",
            "crate::cli",
            "crate::commands",
            "crate::k8s",
            "crate::talos",
            "crate::workload",
        ],
    ),
    (
        "k8s/",
        &[
            "crate::config",
            "crate::ui",
            "crate::cli",
            "crate::commands",
            "crate::docker",
            "crate::talos",
        ],
    ),
    (
        "talos/",
        &[
            "crate::config",
            "crate::ui",
            "crate::cli",
            "crate::commands",
            "crate::docker",
            "crate::k8s",
            "crate::cluster",
            "crate::workload",
        ],
    ),
    (
        "oci/",
        &[
            "crate::config",
            "crate::ui",
            "crate::cli",
            "crate::commands",
            "crate::docker",
            "crate::k8s",
            "crate::talos",
            "crate::cluster",
            "crate::workload",
        ],
    ),
    (
        "ui/",
        &[
            "crate::docker",
            "crate::k8s",
            "crate::talos",
            "crate::commands",
            "crate::fsx",
        ],
    ),
    (
        "exec/",
        &[
            "crate::docker",
            "crate::k8s",
            "crate::talos",
            "crate::cluster",
            "crate::workload",
            "crate::ui",
            "crate::commands",
        ],
    ),
    (
        "cluster/",
        &[
            "crate::ui",
            "crate::commands",
            "crate::workload",
            "crate::cli",
        ],
    ),
    (
        "workload/",
        &[
            "crate::ui",
            "crate::commands",
            "crate::docker",
            "crate::cluster",
            "crate::cli",
        ],
    ),
    (
        "sops/",
        &[
            "crate::ui",
            "crate::commands",
            "crate::docker",
            "crate::k8s",
            "crate::workload",
            "crate::cluster",
        ],
    ),
    (
        "kubeconfig/",
        &[
            "crate::ui",
            "crate::commands",
            "crate::docker",
            "crate::k8s",
            "crate::config",
        ],
    ),
    (
        "talosconfig/",
        &[
            "crate::ui",
            "crate::commands",
            "crate::docker",
            "crate::k8s",
            "crate::talos",
            "crate::config",
            "crate::cluster",
        ],
    ),
    (
        "userfile/",
        &[
            "crate::ui",
            "crate::commands",
            "crate::docker",
            "crate::k8s",
            "crate::talos",
            "crate::config",
            "crate::cluster",
        ],
    ),
];

/// Distributions, which only their own folders, the table of them and the command line's flags may name.
const DISTRIBUTIONS: &[&str] = &["kind", "k3s", "talos"];
const TABLES: &[&str] = &["cluster/family.rs", "cli/flags.rs"];

/// Known exceptions: file and path, each with its reason.
const EXCEPTIONS: &[(&str, &str)] = &[
    // The sending half of the event stream is a channel; sending is neither I/O nor waiting.
    ("exec/event.rs", "tokio::sync::mpsc"),
    // A permit is a number until somebody waits for it, which `exec::run` does.
    ("exec/limits.rs", "tokio::sync::Semaphore"),
    // Threads that split pure work and are joined at once; the result does not depend on them.
    ("workload/build/parallel.rs", "std::thread"),
    ("workload/build/parallel.rs", "thread"),
];

/// `mod.rs` files that hold the definitions themselves: of the command line, the roots are.
const DEFINING: &[&str] = &["cli/mod.rs", "cli/workload/mod.rs"];

/// Everything wrong with one file.
pub(super) fn check(file: &str, text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let lines = text.lines().count();
    if lines > MAX_LINES {
        problems.push(format!("{file}: has {lines} lines, more than {MAX_LINES}"));
    }
    if !text.starts_with("//!") {
        problems.push(format!("{file}: does not begin with `//!`"));
    }
    let code = paths::shipped(text);
    let declares = DEFINING.contains(&file);
    if file.ends_with("mod.rs") && !declares && !only_declares(&code) {
        problems.push(format!(
            "{file}: only declares and re-exports is the rule for `mod.rs`"
        ));
    }
    let mut used = paths::mentioned(&code);
    used.sort();
    used.dedup();
    for path in used {
        if EXCEPTIONS
            .iter()
            .any(|(known, rule)| *known == file && within(&path, rule))
        {
            continue;
        }
        if let Some(why) = forbidden(file, &path) {
            problems.push(format!("{file}: `{path}`: {why}"));
        }
    }
    problems
}

fn within(path: &str, rule: &str) -> bool {
    path.strip_prefix(rule)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Whether a path ends in, or begins with, the rule: `std::time::Instant::now` and `Instant::now` are the same.
fn touches(path: &str, rule: &str) -> bool {
    within(path, rule) || path.ends_with(&format!("::{rule}"))
}

fn starts_with_any(file: &str, prefixes: &[&str]) -> bool {
    prefixes.iter().any(|prefix| file.starts_with(prefix))
}

fn forbidden(file: &str, path: &str) -> Option<String> {
    for (reserved, users) in RESERVED {
        if within(path, reserved) && !starts_with_any(file, users) {
            return Some(format!("`{reserved}` is for {users:?} only"));
        }
    }
    for distribution in DISTRIBUTIONS {
        let own = file.starts_with(&format!("cluster/{distribution}/"));
        let named = within(path, &format!("crate::cluster::{distribution}"));
        if named && !own && !TABLES.contains(&file) {
            return Some("shared layers know no distribution".to_owned());
        }
    }
    for (from, to) in ONE_WAY {
        if file.starts_with(from) && to.iter().any(|to| within(path, to)) {
            return Some(format!("`{from}` must not depend on it"));
        }
    }
    if is_pure(file) && has_effects(file, path) {
        return Some("this file is pure".to_owned());
    }
    None
}

fn is_pure(file: &str) -> bool {
    starts_with_any(file, PURE) && !starts_with_any(file, EFFECTFUL)
}

/// Whether what a path names can do more than compute.
fn has_effects(file: &str, path: &str) -> bool {
    let Some(inside) = path.strip_prefix("crate::") else {
        return IMPURE.iter().any(|rule| touches(path, rule));
    };
    let module = inside.replace("::", "/");
    // An error is data, whoever made it; pure modules may live in any folder, and folders may use themselves.
    let own = file.split('/').next() == module.split('/').next();
    if path.ends_with("::Error") || is_pure(&module) || own {
        return false;
    }
    [
        "ui", "k8s", "docker", "talos", "oci", "commands", "fsx", "profile",
    ]
    .iter()
    .any(|layer| module.split('/').next() == Some(layer))
}

/// Whether a file has nothing but `mod`, `use` and `const` items, their attributes and white space.
fn only_declares(code: &str) -> bool {
    let mut statement = String::new();
    for line in code.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if statement.is_empty() && line.starts_with("#[") {
            continue;
        }
        statement.push_str(line);
        if line.ends_with(';') {
            let bare = statement.trim_start_matches("pub").trim_start();
            let bare = bare
                .strip_prefix("(crate)")
                .or_else(|| bare.strip_prefix("(super)"))
                .unwrap_or(bare);
            let bare = bare.trim_start();
            let kinds = ["mod ", "use ", "const "];
            if !kinds.iter().any(|kind| bare.starts_with(kind)) {
                return false;
            }
            statement.clear();
        }
    }
    statement.is_empty()
}
