//! Where sources come from, as git knows it. Without git, or outside of its work trees, nothing is known.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

/// git answers at once or is stuck.
const PATIENCE: Duration = Duration::from_secs(10);

/// What git knows of a directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provenance {
    /// URL of the remote `origin`, without user and password.
    pub source: Option<String>,
    /// `BRANCH@sha1:COMMIT`, as Flux writes revisions.
    pub revision: Option<String>,
    /// When the commit was made, RFC 3339 in UTC.
    pub created: Option<String>,
    /// The directory differs from the commit; then revision and time are not told.
    pub changed: bool,
}

/// Asks git.
pub async fn ask_git(directory: &Path) -> Option<Provenance> {
    let commit = git(
        directory,
        &[
            "log",
            "-1",
            "--date=format-local:%Y-%m-%dT%H:%M:%SZ",
            "--format=%H %cd",
        ],
    )
    .await?;
    let (hash, created) = commit.split_once(' ')?;
    let remote = git(directory, &["config", "--get", "remote.origin.url"]).await;
    let changed = git(directory, &["status", "--porcelain", "--", "."]).await;
    let changed = changed.is_none_or(|changed| !changed.is_empty());
    let mut known = Provenance {
        source: remote.map(|url| without_user(&url)),
        changed,
        ..Provenance::default()
    };
    if !changed {
        let algorithm = if hash.len() == 64 { "sha256" } else { "sha1" };
        let mut name = git(directory, &["symbolic-ref", "--short", "-q", "HEAD"]).await;
        if name.is_none() {
            name = git(directory, &["describe", "--tags", "--exact-match", "HEAD"]).await;
        }
        known.revision = Some(match name {
            Some(name) => format!("{name}@{algorithm}:{hash}"),
            None => format!("{algorithm}:{hash}"),
        });
        known.created = Some(created.to_owned());
    }
    Some(known)
}

async fn git(directory: &Path, arguments: &[&str]) -> Option<String> {
    let child = Command::new("git")
        .arg("-C")
        .arg(directory)
        .args(arguments)
        .env("TZ", "UTC")
        .env("LC_ALL", "C")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .ok()?;
    let output = tokio::time::timeout(PATIENCE, child.wait_with_output()).await;
    let output = output.ok()?.ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim_end().to_owned())
}

/// A URL as anybody may see it.
fn without_user(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let host = rest.find('/').unwrap_or(rest.len());
    // The user of ssh is part of the address and no secret.
    match rest[..host].rfind('@') {
        Some(at) if scheme != "ssh" => format!("{scheme}://{}", &rest[at + 1..]),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_and_passwords_are_taken_out_of_urls() {
        for (url, expected) in [
            ("https://me:token@github.com/a/b", "https://github.com/a/b"),
            ("https://github.com/a/b@c", "https://github.com/a/b@c"),
            ("ssh://git@github.com/a/b", "ssh://git@github.com/a/b"),
            ("git@github.com:a/b.git", "git@github.com:a/b.git"),
        ] {
            assert_eq!(without_user(url), expected);
        }
    }
}
