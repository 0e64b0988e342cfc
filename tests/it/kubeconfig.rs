//! Kubeconfig files on a real disk: targets, locks, links, permissions, failures that must leave the file alone.

mod writable;

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use ksail::env::EnvMap;
use ksail::error::Hint;
use ksail::kubeconfig::{Access, Error, Files, Names};
use ksail::secret::Secret;
use ksail::userfile;
use tempfile::TempDir;

fn access(name: &str) -> Access {
    Access {
        names: Names::same(name),
        server: "https://127.0.0.1:1".into(),
        certificate_authority: "ca".into(),
        client_certificate: "cert".into(),
        client_key: Secret::new("key".into()),
    }
}

fn env(home: &Path, kubeconfig: &[&Path]) -> EnvMap {
    let list = std::env::join_paths(kubeconfig).unwrap();
    [
        ("HOME", home.to_str().unwrap()),
        ("KUBECONFIG", list.to_str().unwrap()),
    ]
    .into_iter()
    .collect()
}

fn one(path: &Path) -> Files {
    Files::find(Some(path), &EnvMap::default()).unwrap()
}

fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn the_default_file_is_made_private_and_emptied_again() {
    let home = TempDir::new().unwrap();
    let files = Files::find(None, &env(home.path(), &[])).unwrap();
    let path = files.add(&access("kind-a"), true).await.unwrap();
    assert_eq!(path, home.path().join(".kube/config"));
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(files.current_context().unwrap().as_deref(), Some("kind-a"));
    let changed = files.remove(&Names::same("kind-a")).await.unwrap();
    assert_eq!(changed, std::slice::from_ref(&path));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "");
    assert!(
        files
            .remove(&Names::same("kind-a"))
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(names(path.parent().unwrap()), ["config"]);
}

#[tokio::test]
async fn of_a_list_the_first_existing_file_is_used_else_the_last() {
    let root = TempDir::new().unwrap();
    let [a, b, c] = ["a", "b", "c"].map(|name| root.path().join(name));
    let files = Files::find(None, &env(root.path(), &[&a, &b, &a, &c])).unwrap();
    assert_eq!(files.target(), c);
    std::fs::write(&b, "").unwrap();
    assert_eq!(files.target(), b);
    assert_eq!(files.add(&access("kind-a"), true).await.unwrap(), b);
    one(&c).add(&access("kind-a"), true).await.unwrap();
    assert_eq!(files.remove(&Names::same("kind-a")).await.unwrap(), [b, c]);
    assert!(!a.exists());
}

#[tokio::test]
async fn switching_takes_effect_whichever_file_has_the_context() {
    let root = TempDir::new().unwrap();
    let [a, b] = ["a", "b"].map(|name| root.path().join(name));
    one(&a).add(&access("kind-a"), true).await.unwrap();
    one(&b).add(&access("kind-b"), true).await.unwrap();
    let files = Files::find(None, &env(root.path(), &[&a, &b])).unwrap();
    assert_eq!(files.contexts().unwrap(), ["kind-a", "kind-b"]);
    assert_eq!(files.switch("kind-b").await.unwrap(), a);
    assert_eq!(files.current_context().unwrap().as_deref(), Some("kind-b"));
    let error = files.switch("kind-c").await.unwrap_err();
    assert_eq!(error.to_string(), "there is no context `kind-c`");
    assert!(error.hint().unwrap().starts_with("did you mean"));
}

#[tokio::test]
async fn a_link_survives_and_its_target_changes() {
    let root = TempDir::new().unwrap();
    let (real, link) = (root.path().join("real"), root.path().join("link"));
    std::fs::write(&real, "").unwrap();
    symlink(&real, &link).unwrap();
    one(&link).add(&access("kind-a"), true).await.unwrap();
    assert!(link.is_symlink());
    assert!(std::fs::read_to_string(&real).unwrap().contains("kind-a"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_writers_lose_nothing() {
    let root = TempDir::new().unwrap();
    let path = root.path().join("config");
    let writers = (0..12).map(|number| {
        let files = one(&path);
        tokio::spawn(async move { files.add(&access(&format!("kind-{number:02}")), true).await })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap().unwrap();
    }
    let mut contexts = one(&path).contexts().unwrap();
    contexts.sort();
    let expected: Vec<String> = (0..12).map(|number| format!("kind-{number:02}")).collect();
    assert_eq!(contexts, expected);
    assert_eq!(names(root.path()), ["config"]);
}

#[tokio::test]
async fn a_held_lock_is_waited_for() {
    let root = TempDir::new().unwrap();
    let path = root.path().join("config");
    let lock = root.path().join("config.lock");
    std::fs::write(&lock, "").unwrap();
    let release = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(60));
        std::fs::remove_file(lock).unwrap();
    });
    one(&path).add(&access("kind-a"), true).await.unwrap();
    release.join().unwrap();
}

#[tokio::test]
async fn a_stale_lock_is_named_at_once() {
    let root = TempDir::new().unwrap();
    let lock = root.path().join("config.lock");
    let file = std::fs::File::create(&lock).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_mins(5))
        .unwrap();
    let error = one(&root.path().join("config"))
        .add(&access("kind-a"), true)
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::File(userfile::Error::Stale { .. })),
        "{error:?}"
    );
    let expected = format!(
        "if no kubectl or kind is running, remove it: rm {}",
        lock.display()
    );
    assert_eq!(error.hint().unwrap(), expected);
    assert!(lock.exists());
}

#[tokio::test]
async fn a_file_that_is_no_kubeconfig_is_left_alone() {
    let root = TempDir::new().unwrap();
    let path = root.path().join("config");
    let broken = "apiVersion: v1\nclusters: [\n";
    std::fs::write(&path, broken).unwrap();
    let error = one(&path).add(&access("kind-a"), true).await.unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("config:2:"), "{source}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), broken);
    assert_eq!(names(root.path()), ["config"]);
}

#[tokio::test]
async fn a_write_that_fails_leaves_the_old_file() {
    let root = TempDir::new().unwrap();
    let path = root.path().join("config");
    one(&path).add(&access("kind-a"), true).await.unwrap();
    let before = std::fs::read_to_string(&path).unwrap();
    // The temporary file cannot be made because something else has its name.
    let temporary: PathBuf = root
        .path()
        .join(format!(".config.{}.tmp", std::process::id()));
    std::fs::create_dir(&temporary).unwrap();
    let error = one(&path).add(&access("kind-b"), true).await.unwrap_err();
    assert!(
        matches!(error, Error::File(userfile::Error::File { .. })),
        "{error:?}"
    );
    assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
}

#[test]
fn without_a_home_the_remedy_is_named() {
    let error = Files::find(None, &EnvMap::default()).unwrap_err();
    assert_eq!(error.to_string(), "cannot tell where the kubeconfig is");
    assert!(error.hint().unwrap().contains("--kubeconfig"));
}
