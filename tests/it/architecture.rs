//! Guards the layout: reads `src/` and fails on imports that point the wrong way, on oversized files, on `mod.rs` files
//! with logic and on modules that do not say what they are for. No reviewer needs to look for these.

mod paths;
mod rules;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use regex::Regex;

/// Every Rust file below a directory that ships.
fn sources(directory: &Path, found: &mut BTreeMap<PathBuf, String>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.insert(path.clone(), std::fs::read_to_string(&path).unwrap());
        }
    }
}

/// Takes out the files and folders of modules declared for tests only.
fn without_tests(mut files: BTreeMap<PathBuf, String>) -> BTreeMap<PathBuf, String> {
    let declaration = Regex::new(r"#\[cfg\(test\)\]\s*(?:pub(?:\([a-z]+\))? )?mod (\w+);").unwrap();
    let mut hidden = Vec::new();
    for (path, text) in &files {
        let stem = path.file_stem().unwrap();
        let folder = if stem == "mod" || stem == "lib" {
            path.parent().unwrap().to_owned()
        } else {
            path.with_extension("")
        };
        hidden.extend(
            declaration
                .captures_iter(text)
                .map(|found| folder.join(&found[1])),
        );
    }
    files.retain(|path, _| {
        let module = path.with_extension("");
        !hidden.iter().any(|hidden| module.starts_with(hidden))
    });
    files
}

#[test]
fn sources_keep_to_the_layout() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = BTreeMap::new();
    sources(&root, &mut files);
    let files = without_tests(files);
    assert!(files.len() > 20, "only {} files found", files.len());
    let mut problems: Vec<String> = files
        .iter()
        .flat_map(|(file, text)| {
            let name = file.strip_prefix(&root).unwrap().to_str().unwrap();
            rules::check(name, text)
        })
        .collect();
    problems.sort();
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[track_caller]
fn finds(file: &str, text: &str, expected: &str) {
    let problems = rules::check(file, text);
    assert!(
        problems.iter().any(|problem| problem.contains(expected)),
        "`{expected}` is not among {problems:?}"
    );
}

#[track_caller]
fn accepts(file: &str, text: &str) {
    assert_eq!(rules::check(file, text), Vec::<String>::new());
}

#[test]
fn the_guard_sees_imports_in_every_shape() {
    let direct = "//! x\nuse bollard::Docker;\n";
    finds(
        "cluster/diff.rs",
        direct,
        "cluster/diff.rs: `bollard::Docker`",
    );
    finds(
        "lib.rs",
        "//! x\nuse std::{fmt, fs::{self, File}};\n",
        "`std::fs",
    );
    finds(
        "lib.rs",
        "//! x\nfn f() { let x = std::fs::read(p); }\n",
        "`std::fs::read`",
    );
    finds("lib.rs", "//! x\nuse serde_yaml as y;\n", "`serde_yaml`");
    finds(
        "commands/x.rs",
        "//! x\npub use indicatif::{ProgressBar, ProgressStyle};\n",
        "`indicatif::ProgressBar`",
    );
    finds(
        "workload/apply.rs",
        "//! x\nuse kube::Client;\n",
        "`kube::Client`",
    );
    finds(
        "sops/mac.rs",
        "//! x\nuse rops::file::RopsFile;\n",
        "`rops::file::RopsFile`",
    );
    accepts("docker/connect.rs", direct);
    accepts("fsx.rs", "//! x\nuse std::fs;\n");
    accepts(
        "lib.rs",
        "//! x\n// use bollard::Docker;\n/// `std::fs::read`\nconst A: &str = \"std::fs::read\";\n",
    );
    accepts(
        "lib.rs",
        "//! x\nfn f() {}\n#[cfg(test)]\nmod tests {\n use std::fs;\n}\n",
    );
}

#[test]
fn the_guard_keeps_pure_modules_pure() {
    for forbidden in [
        "use tokio::sync::mpsc;",
        "use crate::fsx;",
        "use crate::docker::Engine;",
        "fn f() { let now = std::time::Instant::now(); }",
        "use std::time::SystemTime;\nfn f() { let now = SystemTime::now(); }",
        "use std::net::TcpStream;",
        "fn f() { let x = std::env::var(\"X\"); }",
        "use crate::ui::table;",
    ] {
        let text = format!("//! x\n{forbidden}\n");
        finds("cluster/plan.rs", &text, "cluster/plan.rs: ");
        finds("kubeconfig/merge.rs", &text, "kubeconfig/merge.rs: ");
    }
    accepts(
        "cluster/plan.rs",
        "//! x\nuse std::net::IpAddr;\nuse std::time::Duration;\nuse crate::config::Kind;\n",
    );
    accepts(
        "cluster/plan.rs",
        "//! x\nuse crate::k8s::condition::is_custom;\nuse crate::docker::Error;\n",
    );
    accepts("cluster/perform.rs", "//! x\nuse crate::docker::ops;\n");
    finds(
        "docker/ops.rs",
        "//! x\nuse crate::config::Kind;\n",
        "`crate::config::Kind`",
    );
    finds(
        "ui/live.rs",
        "//! x\nuse crate::docker::Engine;\n",
        "`crate::docker::Engine`",
    );
    finds(
        "exec/run.rs",
        "//! x\nuse crate::workload::object::Object;\n",
        "`crate::workload",
    );
}

#[test]
fn the_guard_keeps_distributions_behind_their_table() {
    let text = "//! x\nuse crate::cluster::k3s::desired;\n";
    for file in [
        "cluster/plan.rs",
        "cluster/kind/files.rs",
        "commands/target.rs",
    ] {
        finds(file, text, "shared layers know no distribution");
    }
    for file in ["cluster/k3s/node.rs", "cluster/family.rs"] {
        accepts(file, text);
    }
}

#[test]
fn the_guard_reads_module_files() {
    accepts(
        "docker/mod.rs",
        "//! x\n\n/// y\npub mod a;\nmod b;\npub use a::{\n    C,\n    D,\n};\n#[cfg(test)]\nmod tests;\n",
    );
    finds(
        "docker/mod.rs",
        "//! x\nmod a;\nfn logic() {}\n",
        "docker/mod.rs: only declares and re-exports",
    );
    finds(
        "docker/a.rs",
        "use std::fmt;\n",
        "docker/a.rs: does not begin with `//!`",
    );
    let long = format!("//! x\n{}", "const A: u8 = 0;\n".repeat(400));
    finds("docker/a.rs", &long, "docker/a.rs: has 401 lines");
}

#[test]
fn test_modules_in_files_are_left_out() {
    let files = [
        ("src/a/mod.rs", "mod b;\n#[cfg(test)]\nmod fixtures;\n"),
        ("src/a/b.rs", "#[cfg(test)]\nmod tests;\n"),
        ("src/a/b/tests.rs", ""),
        ("src/a/b/tests/more.rs", ""),
        ("src/a/fixtures.rs", ""),
    ];
    let files = files.map(|(path, text)| (PathBuf::from(path), text.to_owned()));
    let left: Vec<PathBuf> = without_tests(files.into()).into_keys().collect();
    assert_eq!(left, [PathBuf::from("src/a/b.rs"), "src/a/mod.rs".into()]);
}
