//! What a server said about its kinds, kept in one file per server.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::super::resource::Resource;
use crate::fsx;

/// Changes when the form of the file does. Files of another form are not read.
const FORM: u32 = 2;

/// Both parts of discovery.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pages {
    /// `/api`.
    pub(super) core: Option<Page>,
    /// `/apis`.
    pub(super) groups: Option<Page>,
}

/// What one request found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Page {
    /// `ETag` of the answer; empty if it had none.
    pub(super) tag: String,
    pub(super) kinds: Vec<Kind>,
    /// Group versions without an answer.
    pub(super) stale: Vec<String>,
}

/// One kind.
#[expect(
    clippy::struct_field_names,
    reason = "fields are called as in the discovery API"
)]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kind {
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) plural: String,
    pub(super) singular: String,
    pub(super) short_names: Vec<String>,
    pub(super) namespaced: bool,
}

impl Kind {
    pub(super) fn resource(&self) -> Resource {
        Resource {
            api_version: self.api_version.clone(),
            plural: self.plural.clone(),
            namespaced: self.namespaced,
        }
    }
}

impl From<Kind> for ((String, String), Resource) {
    fn from(kind: Kind) -> Self {
        let resource = kind.resource();
        ((kind.api_version, kind.kind), resource)
    }
}

#[derive(Serialize, Deserialize)]
struct File {
    form: u32,
    /// Guards against two servers whose names are the same in a file name.
    server: String,
    pages: Pages,
}

/// What the file says; nothing if it is missing, broken, of another server or of another form.
pub(super) fn read(directory: &Path, server: &str) -> Pages {
    let Ok(Some(bytes)) = fsx::read_optional(&path(directory, server)) else {
        return Pages::default();
    };
    match serde_json::from_slice::<File>(&bytes) {
        Ok(file) if file.form == FORM && file.server == server => file.pages,
        _ => Pages::default(),
    }
}

/// Replaces the file. A directory that cannot be written only means that the next run asks for everything again.
pub(super) fn write(directory: &Path, server: &str, pages: &Pages) {
    let file = File {
        form: FORM,
        server: server.to_owned(),
        pages: pages.clone(),
    };
    let Ok(bytes) = serde_json::to_vec(&file) else {
        return;
    };
    if fsx::create_dirs_as(directory, 0o700).is_ok() {
        drop(fsx::write_atomic(&path(directory, server), &bytes, 0o600));
    }
}

fn path(directory: &Path, server: &str) -> PathBuf {
    let host = server.split_once("://").map_or(server, |(_, host)| host);
    let name: String = host
        .trim_end_matches('/')
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '.' || c == '-' {
                c
            } else {
                '_'
            }
        })
        .take(200)
        .collect();
    directory.join(format!("{name}.json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages() -> Pages {
        let kind = Kind {
            api_version: "v1".into(),
            kind: "Pod".into(),
            plural: "pods".into(),
            namespaced: true,
            ..Kind::default()
        };
        Pages {
            core: Some(Page {
                tag: "\"a\"".into(),
                kinds: vec![kind],
                stale: Vec::new(),
            }),
            groups: None,
        }
    }

    #[test]
    fn what_was_written_is_read_for_the_same_server_only() {
        let directory = tempfile::tempdir().unwrap();
        let directory = directory.path().join("ksail/discovery");
        write(&directory, "https://127.0.0.1:6443/", &pages());
        assert_eq!(read(&directory, "https://127.0.0.1:6443/"), pages());
        assert_eq!(read(&directory, "http://127.0.0.1:6443/"), Pages::default());
        assert!(fsx::is_file(&directory.join("127.0.0.1_6443.json")));
    }

    #[test]
    fn broken_files_are_as_good_as_none() {
        let directory = tempfile::tempdir().unwrap();
        let (directory, server) = (directory.path(), "https://x");
        for bytes in [
            &b"{"[..],
            b"",
            b"{\"form\":0,\"server\":\"https://x\",\"pages\":{}}",
            b"\xff",
        ] {
            fsx::write_atomic(&path(directory, server), bytes, 0o600).unwrap();
            assert_eq!(read(directory, server), Pages::default());
        }
        write(directory, server, &pages());
        assert_eq!(read(directory, server), pages());
    }
}
