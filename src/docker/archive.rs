//! Tar archives for and from containers, built in memory: their contents may be private keys.

use std::io::{self, Read};

use crate::cluster::model::{FileContent, FileSpec};

/// Modification time of every uploaded file (2026-01-01). A constant makes archives reproducible, and anything but the
/// epoch keeps systemd from taking a unit file for one that is missing.
const MODIFIED: u64 = 1_767_225_600;

/// One archive with all files, relative to `root`, which all of them are below. Parent directories have no entries: existing ones keep owner and mode,
/// missing ones are made by the Engine (root, 0755).
pub(super) fn pack(root: &str, files: &[FileSpec]) -> io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    for file in files {
        let path = file.path.strip_prefix(root).unwrap_or(&file.path);
        let path = path.trim_start_matches('/');
        let mut header = tar::Header::new_gnu();
        header.set_mode(file.mode);
        header.set_mtime(MODIFIED);
        header.set_uid(0);
        header.set_gid(0);
        match &file.content {
            FileContent::Bytes(bytes) => {
                header.set_entry_type(tar::EntryType::Regular);
                header.set_size(bytes.len() as u64);
                archive.append_data(&mut header, path, bytes.as_slice())?;
            }
            FileContent::Symlink(target) => {
                header.set_entry_type(tar::EntryType::Symlink);
                header.set_size(0);
                archive.append_link(&mut header, path, target)?;
            }
        }
    }
    archive.into_inner()
}

/// Regular files of an archive with their paths in it.
pub(super) fn unpack(bytes: &[u8]) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    for entry in tar::Archive::new(bytes).entries()? {
        let mut entry = entry?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content)?;
        files.push((path, content));
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(bytes: &[u8]) -> Vec<(String, u32, u64, u64, Option<String>)> {
        tar::Archive::new(bytes)
            .entries()
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let link = entry.link_name().unwrap();
                (
                    entry.path().unwrap().display().to_string(),
                    entry.header().mode().unwrap(),
                    entry.header().uid().unwrap(),
                    entry.header().mtime().unwrap(),
                    link.map(|target| target.display().to_string()),
                )
            })
            .collect()
    }

    #[test]
    fn files_keep_mode_and_links_and_bring_no_directories() {
        let long = format!("/etc/{}/x", "d".repeat(150));
        let files = [
            FileSpec::file("/etc/kubernetes/pki/ca.key", 0o600, "key"),
            FileSpec::symlink("/etc/localtime", "/usr/share/zoneinfo/UTC"),
            FileSpec::file(long.clone(), 0o755, "long"),
        ];
        let packed = pack("/", &files).unwrap();
        let expected = [
            ("etc/kubernetes/pki/ca.key".to_owned(), 0o600, None),
            (
                "etc/localtime".to_owned(),
                0o777,
                Some("/usr/share/zoneinfo/UTC".to_owned()),
            ),
            (long[1..].to_owned(), 0o755, None),
        ]
        .map(|(path, mode, link)| (path, mode, 0, MODIFIED, link));
        assert_eq!(entries(&packed), expected);
        assert_eq!(packed, pack("/", &files).unwrap());

        let files = unpack(&packed).unwrap();
        assert_eq!(
            files[0],
            ("etc/kubernetes/pki/ca.key".to_owned(), b"key".to_vec())
        );
        assert_eq!(files.len(), 2);
    }

    #[test]
    fn a_truncated_archive_is_an_error() {
        let packed = pack("/", &[FileSpec::file("/a", 0o644, vec![7; 4000])]).unwrap();
        assert!(unpack(&packed[..2000]).is_err());
    }
}
