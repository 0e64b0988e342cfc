//! Bases in repositories, fetched by the real `git`: submodules, and what SSH is asked for.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::support::context::Context;

fn git(folder: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
        .args(["-c", "protocol.file.allow=always"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
}

/// A repository with these files, and another one as its submodule `vendor`.
fn repository(root: &Path, name: &str, files: &[(&str, &str)], vendor: Option<&str>) {
    let folder = root.join(name);
    for (path, text) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    git(&folder, &["init", "-q", "-b", "main"]);
    if let Some(other) = vendor {
        let url = format!("file://{}/{other}", root.display());
        git(&folder, &["submodule", "--quiet", "add", &url, "vendor"]);
    }
    git(&folder, &["add", "-A"]);
    git(&folder, &["commit", "-qm", "all"]);
}

fn map(name: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n")
}

/// `app`, whose base is in its submodule, which has a base in a submodule of its own.
fn repositories() -> TempDir {
    let root = TempDir::new().unwrap();
    let named = |text: &'static str| ("base/kustomization.yaml", text);
    let inner = [named("resources: [m.yaml]"), ("base/m.yaml", &map("inner"))];
    repository(root.path(), "inner", &inner, None);
    let outer = [
        named("resources: [m.yaml, ../vendor/base]"),
        ("base/m.yaml", &map("outer")),
    ];
    repository(root.path(), "outer", &outer, Some("inner"));
    let app = [("prod/kustomization.yaml", "resources: [../vendor/base]")];
    repository(root.path(), "app", &app, Some("outer"));
    root
}

fn context(resource: &str) -> Context {
    Context::new().file(
        "k8s/kustomization.yaml",
        format!("namePrefix: my-\nresources: ['{resource}']\n"),
    )
}

/// `git` fetches submodules from paths only where it is told that this is safe.
fn with_paths_allowed(context: Context) -> Context {
    context
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "protocol.file.allow")
        .env("GIT_CONFIG_VALUE_0", "always")
}

#[test]
fn submodules_are_fetched_with_those_below_them() {
    let root = repositories();
    let url = format!("file://{}/app//prod?ref=main", root.path().display());
    let context = with_paths_allowed(context(&url));
    let run = context.ksail(["workload", "build", "-k", "k8s"]);
    assert_eq!(run.code, Some(0), "{run}");
    let names: Vec<&str> = run.stdout.lines().filter(|l| l.contains("name:")).collect();
    assert_eq!(names, ["  name: my-inner", "  name: my-outer"], "{run}");
}

#[test]
fn submodules_are_left_out_on_request_and_what_git_says_of_them_is_told() {
    let root = repositories();
    let url = format!("file://{}/app//prod?ref=main", root.path().display());
    let refused = context(&url).ksail(["workload", "build", "-k", "k8s"]);
    assert_eq!(refused.code, Some(64), "{refused}");
    for said in ["transport 'file' not allowed", "`submodules=false`"] {
        assert!(refused.stderr.contains(said), "{refused}");
    }
    assert!(
        refused.stderr.contains("k8s/kustomization.yaml:2:13"),
        "{refused}"
    );

    let context = with_paths_allowed(context(&format!("{url}&submodules=false")));
    let without = context.ksail(["workload", "build", "-k", "k8s"]);
    assert_eq!(without.code, Some(64), "{without}");
    assert!(without.stderr.contains("../vendor/base"), "{without}");
}

#[test]
fn repositories_behind_ssh_are_asked_for_in_its_way() {
    let root = repositories();
    // It stands for the program and the host: it writes down what it is asked for and runs the command here.
    let ssh = root.path().join("ssh");
    let script =
        "#!/bin/sh\nfor last; do :; done\necho \"$@\" >>\"$0.log\"\nexec sh -c \"$last\"\n";
    std::fs::write(&ssh, script).unwrap();
    let path = format!("{}/inner", root.path().display());
    for (url, host) in [
        (
            format!("ssh://git@example.test{path}//base?ref=main"),
            "git@example.test",
        ),
        (
            format!("git@example.test:{path}//base?ref=main"),
            "git@example.test",
        ),
    ] {
        let command = format!("sh {}", ssh.display());
        let context = context(&url).env("GIT_SSH_COMMAND", command);
        let run = context.ksail(["workload", "build", "-k", "k8s"]);
        assert_eq!(run.code, Some(0), "{run}");
        assert!(run.stdout.contains("name: my-inner"), "{run}");
        let log = ssh.with_file_name("ssh.log");
        let asked = std::fs::read_to_string(&log).unwrap();
        let wanted = format!("{host} git-upload-pack '{path}'");
        assert!(asked.contains(&wanted), "{asked}");
        std::fs::remove_file(log).unwrap();
    }
}
