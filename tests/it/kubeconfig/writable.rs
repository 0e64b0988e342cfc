//! The check that comes before anything is created.

use std::path::Path;
use std::time::{Duration, SystemTime};

use ksail::error::Hint;
use ksail::kubeconfig::Names;
use tempfile::TempDir;

use super::{access, names, one};

#[tokio::test]
async fn a_file_that_can_be_written_is_not_touched() {
    let root = TempDir::new().unwrap();
    let path = root.path().join("a/b/config");
    let folder = path.parent().unwrap();
    one(&path)
        .check_writable(&Names::same("kind-a"))
        .await
        .unwrap();
    assert!(names(folder).is_empty());
    one(&path).add(&access("kind-a"), true).await.unwrap();
    let seen = || {
        let changed = std::fs::metadata(&path).unwrap().modified().unwrap();
        (std::fs::read_to_string(&path).unwrap(), changed)
    };
    let before = seen();
    one(&path)
        .check_writable(&Names::same("kind-a"))
        .await
        .unwrap();
    assert_eq!(seen(), before);
    assert_eq!(names(folder), ["config"]);
}

#[tokio::test]
async fn it_is_found_whatever_a_write_would_run_into() {
    const UPDATE: &str = "cannot update the kubeconfig";
    const OTHER: &str = "name another file with --kubeconfig or KUBECONFIG";

    let root = TempDir::new().unwrap();
    let at = |name: &str| root.path().join(name);
    for file in ["file", "blocked", "left.lock"] {
        std::fs::write(at(file), "").unwrap();
    }
    std::fs::write(at("list"), "- a\n").unwrap();
    let temporary = format!(".blocked.{}.tmp", std::process::id());
    for folder in ["folder", &temporary] {
        std::fs::create_dir(at(folder)).unwrap();
    }
    let lock = std::fs::File::open(at("left.lock")).unwrap();
    let long_ago = SystemTime::now() - Duration::from_mins(5);
    lock.set_modified(long_ago).unwrap();
    let before = names(root.path());

    for (name, message, cause, hint) in [
        (
            "folder",
            UPDATE,
            "cannot write `[ROOT]/folder`: is a directory",
            OTHER,
        ),
        (
            "file/below/config",
            UPDATE,
            "cannot write `[ROOT]/file/below/config`: Not a directory (os error 20)",
            OTHER,
        ),
        (
            "blocked",
            UPDATE,
            "cannot write `[ROOT]/blocked`: File exists (os error 17)",
            OTHER,
        ),
        (
            "list",
            "cannot understand the kubeconfig `[ROOT]/list`",
            "[ROOT]/list:1:1: a mapping is expected",
            "repair the file, or use another one with --kubeconfig",
        ),
        (
            "left",
            "the kubeconfig `[ROOT]/left` is locked by a program that is gone",
            "",
            "if no kubectl or kind is running, remove it: rm [ROOT]/left.lock",
        ),
    ] {
        let expected = [message, cause, hint].map(str::to_owned);
        assert_eq!(refusal(root.path(), name).await, expected, "{name}");
    }
    assert_eq!(names(root.path()), before);
}

/// Message, causes and hint of what the check says of this file.
async fn refusal(root: &Path, name: &str) -> [String; 3] {
    let path = root.join(name);
    let error = one(&path)
        .check_writable(&Names::same("kind-a"))
        .await
        .unwrap_err();
    let mut causes = Vec::new();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        causes.push(error.to_string());
        cause = error.source();
    }
    let hint = error.hint().unwrap_or_default().into_owned();
    let root = root.display().to_string();
    [error.to_string(), causes.join(": "), hint].map(|text| text.replace(&root, "[ROOT]"))
}
