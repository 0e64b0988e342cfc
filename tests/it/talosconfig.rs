//! Talosconfig files on a real disk: which one, permissions, locks, failures that must leave the file alone.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use ksail::env::EnvMap;
use ksail::error::Hint;
use ksail::secret::Secret;
use ksail::talosconfig::{Access, Error, Files, Ours};
use ksail::userfile;
use tempfile::TempDir;

fn access(name: &str) -> Access {
    Access {
        name: name.into(),
        endpoints: vec!["127.0.0.1:50000".into()],
        nodes: vec!["10.5.0.2".into()],
        authority: "ca".into(),
        certificate: "crt".into(),
        key: Secret::new("key".into()),
    }
}

fn ours(name: &str) -> Ours<'_> {
    Ours {
        name,
        authority: Some("ca"),
    }
}

fn files(variables: &[(&str, &Path)]) -> Files {
    let variables = variables
        .iter()
        .map(|(name, path)| (*name, path.to_str().unwrap()));
    Files::find(None, &variables.collect::<EnvMap>()).unwrap()
}

fn one(path: &Path) -> Files {
    files(&[("TALOSCONFIG", path)])
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn the_default_file_and_its_directory_are_made_private() {
    let home = TempDir::new().unwrap();
    let files = files(&[("HOME", home.path())]);
    files.check_writable("dev").await.unwrap();
    let path = files.add(&access("dev"), true).await.unwrap();
    assert_eq!(path, home.path().join(".talos/config"));
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    assert_eq!(files.current_context().unwrap().as_deref(), Some("dev"));
    let changed = files.remove(ours("dev")).await.unwrap();
    assert_eq!(changed, std::slice::from_ref(&path));
    // talosctl does not read a file without text.
    let left = std::fs::read_to_string(&path).unwrap();
    assert_eq!(left, "context: \"\"\ncontexts: {}\n");
    assert!(files.remove(ours("dev")).await.unwrap().is_empty());
    assert_eq!(
        std::fs::read_dir(path.parent().unwrap()).unwrap().count(),
        1
    );
}

#[tokio::test]
async fn the_file_is_the_one_that_talosctl_uses() {
    let root = TempDir::new().unwrap();
    let [home, talos, named] = ["home", "talos", "named"].map(|name| root.path().join(name));
    let all = files(&[
        ("HOME", &home),
        ("TALOS_HOME", &talos),
        ("TALOSCONFIG", &named),
    ]);
    assert_eq!(all.paths(), [named.clone(), talos.join("config")]);
    assert_eq!(all.target(), named);
    std::fs::create_dir(&talos).unwrap();
    std::fs::write(talos.join("config"), "").unwrap();
    assert_eq!(all.target(), talos.join("config"), "the first that exists");
    all.add(&access("dev"), true).await.unwrap();
    assert_eq!(all.switch("prod").await.unwrap(), None);
    all.add(&access("prod"), false).await.unwrap();
    assert_eq!(all.current_context().unwrap().as_deref(), Some("dev"));
    let switched = all.switch("prod").await.unwrap();
    assert_eq!(switched, Some(talos.join("config")));
    let relative = files(&[("HOME", &home), ("TALOS_HOME", Path::new("talos"))]);
    assert_eq!(relative.paths(), [home.join(".talos/config")]);
    let error = Files::find(None, &EnvMap::default()).unwrap_err();
    assert_eq!(error.to_string(), "cannot tell where the talosconfig is");
    assert_eq!(error.hint().unwrap(), "set HOME or TALOSCONFIG");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn changes_at_the_same_time_all_arrive() {
    let root = TempDir::new().unwrap();
    let path = root.path().join("config");
    let tasks: Vec<_> = (0..12)
        .map(|number| {
            let path = path.clone();
            tokio::spawn(async move {
                let name = format!("c{number}");
                one(&path).add(&access(&name), true).await.unwrap();
                if number % 2 == 0 {
                    one(&path).remove(ours(&name)).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let text = std::fs::read_to_string(&path).unwrap();
    let found = (0..12).filter(|number| text.contains(&format!("  c{number}:\n")));
    assert_eq!(found.collect::<Vec<_>>(), [1, 3, 5, 7, 9, 11]);
    assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn what_cannot_be_changed_is_left_alone_and_named() {
    let root = TempDir::new().unwrap();
    let at = |name: &str| root.path().join(name);
    let broken = "context: dev\ncontexts:\n  dev: [\n";
    std::fs::write(at("broken"), broken).unwrap();
    std::fs::create_dir(at("folder")).unwrap();
    let lock = std::fs::File::create(at("left.lock")).unwrap();
    lock.set_modified(SystemTime::now() - Duration::from_mins(5))
        .unwrap();
    let error = async |name: &str| {
        let checked = one(&at(name)).check_writable("dev").await.unwrap_err();
        let error = one(&at(name)).add(&access("dev"), true).await.unwrap_err();
        assert_eq!(checked.to_string(), error.to_string());
        error
    };

    let malformed = error("broken").await;
    let Error::File(userfile::Error::Malformed { source, .. }) = &malformed else {
        panic!("{malformed:?}")
    };
    let place = format!("{}:3:9: ", at("broken").display());
    assert!(source.to_string().starts_with(&place), "{source}");
    assert_eq!(
        malformed.hint().unwrap(),
        "repair the file, or use another one with TALOSCONFIG"
    );
    assert_eq!(std::fs::read_to_string(at("broken")).unwrap(), broken);

    let folder = error("folder").await;
    assert_eq!(folder.to_string(), "cannot update the talosconfig");
    assert_eq!(folder.hint().unwrap(), "name another file with TALOSCONFIG");

    let left = error("left").await.hint().unwrap();
    let expected = format!(
        "if no ksail is running, remove it: rm {}",
        at("left.lock").display()
    );
    assert_eq!(left, expected);
}
