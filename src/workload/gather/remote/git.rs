//! The calls of `git`.

use std::path::Path;
use std::process::Command;

use super::super::place::Refusal;
use super::address::Address;
use super::command::{Failure, run};
use crate::fsx;
use crate::text::{Took, plain};

/// Variables that would make `git` work on another repository; set when a hook runs this program.
const FOREIGN: [&str; 7] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_PREFIX",
];

/// A repository of our own in an empty folder, which knows the one at the address as `origin`.
pub(super) struct Clone<'c> {
    folder: &'c Path,
    address: &'c Address,
}

impl<'c> Clone<'c> {
    /// Makes the repository.
    pub(super) fn new(folder: &'c Path, address: &'c Address) -> Result<Self, Refusal> {
        let clone = Self { folder, address };
        clone.git(&["init", "-q", "--template="])?;
        // Not as an argument: the URL may hold a token, and all users of a machine see arguments.
        let path = folder.join(".git").join("config");
        let failed = |error: fsx::Error| Refusal::new(format!("cannot be fetched: {error}"));
        let mut config = fsx::read(&path).map_err(failed)?;
        let url = address
            .repository
            .replace('\\', "\\\\")
            .replace('"', "\\\"");
        config.extend_from_slice(format!("[remote \"origin\"]\n\turl = \"{url}\"\n").as_bytes());
        fsx::write_atomic(&path, &config, 0o600).map_err(failed)?;
        Ok(clone)
    }

    /// The commit that a reference means at the moment. Where several could be meant, the order is that of `git`.
    pub(super) fn resolve(&self) -> Result<String, Refusal> {
        let reference = match self.address.reference.as_str() {
            "" => "HEAD",
            reference => reference,
        };
        let printed = self.git(&[
            "ls-remote",
            "--",
            "origin",
            reference,
            &format!("{reference}^{{}}"),
        ])?;
        let printed = String::from_utf8_lossy(&printed).into_owned();
        let find = |name: &str| {
            let mut lines = printed.lines().filter_map(|line| line.split_once('\t'));
            lines
                .find(|(_, found)| *found == name)
                .map(|(commit, _)| commit)
        };
        let places = ["", "refs/", "refs/tags/", "refs/heads/", "refs/remotes/"];
        let commit = places.iter().find_map(|place| {
            // What a tag with a message stands for comes behind it.
            find(&format!("{place}{reference}^{{}}"))
                .or_else(|| find(&format!("{place}{reference}")))
        });
        match commit {
            Some(commit) if is_commit(commit) => Ok(commit.to_owned()),
            _ => {
                let what = format!("has no branch or tag `{reference}`");
                let abbreviated = reference.len() >= 7 && is_hex(reference);
                Err(if abbreviated {
                    Refusal::new(what).with_hint("write out the whole commit")
                } else {
                    Refusal::new(what)
                })
            }
        }
    }

    /// Fetches what the reference means and puts its files into the folder. Returns the commit.
    pub(super) fn fetch(&self) -> Result<String, Refusal> {
        let reference = match self.address.reference.as_str() {
            "" => "HEAD",
            reference => reference,
        };
        self.git(&[
            "fetch",
            "-q",
            "--depth=1",
            "--no-tags",
            "--",
            "origin",
            reference,
        ])?;
        let printed = self.git(&["rev-parse", "--verify", "FETCH_HEAD^{commit}"])?;
        let commit = String::from_utf8_lossy(&printed).trim().to_owned();
        self.git(&["checkout", "-q", "--detach", &commit])?;
        if self.address.submodules && fsx::exists(&self.folder.join(".gitmodules")) {
            self.git(&["submodule", "--quiet", "update", "--init", "--recursive"])
                .map_err(|refusal| {
                    refusal.with_hint("without its submodules: `submodules=false` in the URL")
                })?;
        }
        Ok(commit)
    }

    fn git(&self, arguments: &[&str]) -> Result<Vec<u8>, Refusal> {
        let mut command = Command::new("git");
        command
            .args(arguments)
            .current_dir(self.folder)
            .env("GIT_TERMINAL_PROMPT", "0");
        for name in FOREIGN {
            command.env_remove(name);
        }
        run(&mut command, Some(self.address.patience)).map_err(|failure| match failure {
            Failure::Missing => {
                Refusal::new("is in a repository, and there is no `git` to fetch it")
                    .with_hint("install git")
            }
            Failure::Io(error) => {
                Refusal::new(format!("cannot be fetched: `git` does not run: {error}"))
            }
            Failure::TimedOut(after) => {
                Refusal::new(format!("was not fetched within {}", Took(after)))
                    .with_hint("allow more time with `timeout` in the URL: `?timeout=2m`")
            }
            Failure::Refused(said) => {
                Refusal::new(format!("cannot be fetched: {}", self.cleaned(&said)))
            }
        })
    }

    /// What `git` said in one line, without what opens the repository.
    fn cleaned(&self, said: &str) -> String {
        let said = said.replace(&self.address.repository, &self.address.shown());
        let lines: Vec<String> = said.lines().map(|line| plain(line.trim())).collect();
        let text = lines.join("; ");
        text.chars().take(500).collect()
    }
}

/// Whether a reference is a commit in full, which means the same forever.
pub(super) fn is_commit(reference: &str) -> bool {
    matches!(reference.len(), 40 | 64) && is_hex(reference)
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
