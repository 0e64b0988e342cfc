//! Files are replaced in one step, and errors say which.

use super::*;

#[test]
fn atomic_write_replaces_and_leaves_no_temporary_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("config");
    write_atomic(&path, b"one", 0o600).unwrap();
    write_atomic(&path, b"two", 0o600).unwrap();
    assert_eq!(read(&path).unwrap(), b"two");
    assert_eq!(entries(dir.path()).unwrap(), [path]);
}

#[test]
fn atomic_write_follows_a_link() {
    let dir = tempfile::tempdir().unwrap();
    let (real, link) = (dir.path().join("real"), dir.path().join("link"));
    write_atomic(&real, b"one", 0o600).unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    write_atomic(&link, b"two", 0o600).unwrap();
    assert!(link.is_symlink());
    assert_eq!(read(&real).unwrap(), b"two");
}

#[test]
fn rewriting_keeps_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file");
    write_atomic(&path, b"one", 0o600).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o664)).unwrap();
    rewrite_atomic(&path, b"two").unwrap();
    assert_eq!(read(&path).unwrap(), b"two");
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o664);
}

#[test]
fn private_directories_and_files_are_for_one_user() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let first = create_private_temporary(dir.path(), "x-").unwrap();
    let second = create_private_temporary(dir.path(), "x-").unwrap();
    assert_ne!(first, second);
    let file = first.join("file");
    write_private(&file, b"one").unwrap();
    assert!(write_private(&file, b"two").is_err());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&first), mode(&file)), (0o700, 0o600));
    remove_tree(&first).unwrap();
    assert!(!exists(&first));
}

#[test]
fn a_rehearsal_leaves_everything_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("config");
    rehearse_write(&path, b"one", 0o600).unwrap();
    assert!(entries(dir.path()).unwrap().is_empty());
    write_atomic(&path, b"one", 0o600).unwrap();
    rehearse_write(&path, b"two", 0o600).unwrap();
    assert_eq!(read(&path).unwrap(), b"one");
    assert_eq!(entries(dir.path()).unwrap(), [path]);
    let nowhere = dir.path().join("missing/config");
    let error = rehearse_write(&nowhere, b"one", 0o600).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
}

#[test]
fn only_regular_files_are_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    for (path, expected) in [
        (dir.path(), "is a directory"),
        (&socket, "not a regular file"),
    ] {
        for attempt in [write_atomic, rehearse_write] {
            let error = attempt(path, b"one", 0o600).unwrap_err();
            assert_eq!(error.source.to_string(), expected);
        }
    }
    assert_eq!(entries(dir.path()).unwrap(), [socket]);
}

#[test]
fn errors_name_verb_and_path() {
    let error = read(Path::new("/nonexistent/x")).unwrap_err();
    assert_eq!(error.to_string(), "cannot read `/nonexistent/x`");
}
