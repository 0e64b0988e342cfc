use std::process::Command;

use super::*;

/// A repository in a folder, and a way to run `git` in it.
struct Repository(tempfile::TempDir);

impl Repository {
    fn new() -> Self {
        let repository = Self(tempfile::tempdir().unwrap());
        repository.git(&["init", "-q", "-b", "main"]);
        repository
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
            .args(["-c", "protocol.file.allow=always"])
            .args(arguments)
            .current_dir(self.0.path())
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Commits a file and returns the commit.
    fn commit(&self, text: &str) -> String {
        fsx::create_dirs(&self.0.path().join("base")).unwrap();
        fsx::write_atomic(&self.0.path().join("base/a"), text.as_bytes(), 0o644).unwrap();
        self.git(&["add", "-A"]);
        self.git(&["commit", "-qm", text]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn address(&self, query: &str) -> Address {
        Address::parse(&format!("file://{}//base{query}", self.0.path().display())).unwrap()
    }
}

fn content(store: &Store, address: &Address) -> Result<String, Refusal> {
    let folder = store.checkout(address)?;
    assert!(!fsx::exists(&folder.join(".git")));
    Ok(fsx::read_to_string(&folder.join("base/a")).unwrap())
}

#[test]
fn references_are_looked_up_in_each_build_and_commits_only_once() {
    let (repository, cache) = (Repository::new(), tempfile::tempdir().unwrap());
    let store = || Store::new(Some(cache.path().join("git")));
    let first = repository.commit("one");
    repository.git(&["tag", "-a", "v1", "-m", "x"]);
    let build = store();
    assert_eq!(content(&build, &repository.address("")).unwrap(), "one");
    let second = repository.commit("two");
    // Within a build nothing moves.
    assert_eq!(content(&build, &repository.address("")).unwrap(), "one");
    for (query, expected) in [
        (String::new(), "two"),
        ("?ref=main".to_owned(), "two"),
        ("?ref=refs/heads/main".to_owned(), "two"),
        ("?ref=v1".to_owned(), "one"),
        (format!("?ref={first}"), "one"),
        (format!("?ref={second}&submodules=false"), "two"),
    ] {
        let address = repository.address(&query);
        assert_eq!(content(&store(), &address).unwrap(), expected, "{query}");
    }
    let left: Vec<String> = fsx::entries(&fsx::entries(&cache.path().join("git")).unwrap()[0])
        .unwrap()
        .iter()
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    let mut expected = vec![
        first.clone(),
        second.clone(),
        format!("{second}-alone"),
        "lock".to_owned(),
    ];
    expected.sort();
    assert_eq!(left, expected);
    // Commits need no repository any more; other references do.
    let gone = repository.address(&format!("?ref={first}"));
    let main = repository.address("?ref=main");
    drop(repository);
    assert_eq!(content(&store(), &gone).unwrap(), "one");
    let refusal = content(&store(), &main).unwrap_err();
    assert!(
        refusal.why.starts_with("cannot be fetched: "),
        "{refusal:?}"
    );
}

#[test]
fn what_nothing_has_used_for_long_is_taken_out_with_the_next_fetch() {
    let (repository, cache) = (Repository::new(), tempfile::tempdir().unwrap());
    let store = || Store::new(Some(cache.path().to_owned()));
    let (old, used) = (repository.commit("one"), repository.commit("two"));
    let at = |commit: &str| repository.address(&format!("?ref={commit}"));
    let path = |commit: &str| store().checkout(&at(commit)).unwrap();
    let (old, used) = (path(&old), path(&used));
    let left = old.with_file_name(".tmp-1-0");
    fsx::create_dirs(&left).unwrap();
    for path in [&old, &used] {
        let before = std::time::SystemTime::now() - std::time::Duration::from_hours(31 * 24);
        fsx::set_modified(path, before).unwrap();
    }
    let commit = used.file_name().unwrap().to_str().unwrap();
    assert_eq!(path(commit), used);
    assert!(fsx::exists(&old) && fsx::exists(&left));
    let new = path(&repository.commit("three"));
    assert!(fsx::exists(&used) && fsx::exists(&new));
    assert!(!fsx::exists(&old) && !fsx::exists(&left));
}

#[test]
fn what_is_not_there_is_told() {
    let (repository, cache) = (Repository::new(), tempfile::tempdir().unwrap());
    let commit = repository.commit("one");
    let store = Store::new(Some(cache.path().to_owned()));
    for (query, expected) in [
        ("?ref=nope".to_owned(), "has no branch or tag `nope`"),
        (
            format!("?ref={}", &commit[..8]),
            &*format!("has no branch or tag `{}`", &commit[..8]),
        ),
        (
            "?ref=--upload-pack=touch%20x".to_owned(),
            "names a reference that can be no branch, tag or commit",
        ),
        (
            "?ref=main:x".to_owned(),
            "names a reference that can be no branch, tag or commit",
        ),
    ] {
        let refusal = content(&store, &repository.address(&query)).unwrap_err();
        assert_eq!(refusal.why, expected);
    }
    let nowhere = Store::new(None).checkout(&repository.address(""));
    assert!(
        nowhere
            .unwrap_err()
            .hint
            .unwrap()
            .contains("XDG_CACHE_HOME")
    );
}

#[test]
fn tokens_are_not_shown() {
    let cache = tempfile::tempdir().unwrap();
    let store = Store::new(Some(cache.path().to_owned()));
    let address = Address::parse("http://u:hunter2@127.0.0.1:1/o/r?ref=main").unwrap();
    let refusal = store.checkout(&address).unwrap_err();
    assert!(refusal.why.contains("127.0.0.1:1"), "{refusal:?}");
    assert!(!refusal.why.contains("hunter2"), "{refusal:?}");
}
