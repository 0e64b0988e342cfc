//! Which URLs mean a folder of a repository, and how they say so.
//!
//! The rules are those of kustomize, which has grown them over years: forms of one host are made equal, the repository
//! ends at `_git/NAME`, `//`, `.git` or after two parts, and a query names the reference.

use std::time::Duration;

use crate::text::parse_duration;

/// How long one call of `git` may take.
const PATIENCE: Duration = Duration::from_secs(27);
/// Repositories without a marker have this many parts: owner and name.
const PARTS: usize = 2;

/// A folder of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::workload::gather) struct Address {
    /// As it was written.
    pub raw: String,
    /// What `git` gets.
    pub repository: String,
    /// Path of the folder in it; empty for its root.
    pub path: String,
    /// Branch, tag or commit; empty for the default.
    pub reference: String,
    /// Whether submodules are fetched too.
    pub submodules: bool,
    /// How long one call of `git` may take.
    pub patience: Duration,
}

impl Address {
    /// Reads a URL; `None` if it means something else.
    pub(in crate::workload::gather) fn parse(raw: &str) -> Option<Self> {
        if raw.starts_with('/') {
            return None;
        }
        let (url, query) = raw.split_once('?').unwrap_or((raw, ""));
        let (host, rest) = host(url)?;
        let (repository, path) = split(&rest, host.starts_with("file://"))?;
        if repository.is_empty() || leaves(path) {
            return None;
        }
        let mut address = Self {
            raw: raw.to_owned(),
            repository: format!("{host}{repository}"),
            path: path.trim_start_matches('/').to_owned(),
            reference: String::new(),
            submodules: true,
            patience: PATIENCE,
        };
        address.read_query(query);
        Some(address)
    }

    fn read_query(&mut self, query: &str) {
        let Some(pairs) = pairs(query) else { return };
        let first = |name: &str| {
            let found = pairs.iter().find(|(key, _)| key == name);
            found.map_or("", |(_, value)| value.as_str())
        };
        self.reference = match (first("ref"), first("version")) {
            ("", version) => version.to_owned(),
            (reference, _) => reference.to_owned(),
        };
        let timeout = first("timeout");
        let patience = match timeout.parse::<u64>() {
            Ok(seconds) => Some(Duration::from_secs(seconds)),
            Err(_) => parse_duration(timeout).ok(),
        };
        if let Some(patience) = patience.filter(|patience| !patience.is_zero()) {
            self.patience = patience;
        }
        match first("submodules") {
            "0" | "f" | "F" | "false" | "FALSE" | "False" => self.submodules = false,
            _ => {}
        }
    }

    /// Whether the URL looks like that of a file rather than that of a repository.
    pub(in crate::workload::gather) fn looks_like_file(&self) -> bool {
        let url = self.raw.split('?').next().unwrap_or_default();
        let endings = [".yaml", ".yml", ".json"];
        endings.iter().any(|ending| url.ends_with(ending))
    }

    /// Whether the URL says that it is one of a repository.
    pub(in crate::workload::gather) fn is_marked(&self) -> bool {
        let rest = self.raw.split("://").nth(1).unwrap_or(&self.raw);
        let marks = [
            "//",
            ".git",
            "_git/",
            "?ref=",
            "&ref=",
            "?version=",
            "&version=",
        ];
        marks.iter().any(|mark| rest.contains(mark)) || is_github(&rest.to_ascii_lowercase())
    }

    /// The repository for messages: without a password.
    pub(in crate::workload::gather) fn shown(&self) -> String {
        without_password(&self.repository)
    }
}

/// A URL without the password in it.
pub(in crate::workload::gather) fn without_password(url: &str) -> String {
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), url),
    };
    let end = rest.find('/').unwrap_or(rest.len());
    match rest[..end].rsplit_once('@') {
        Some((user, host)) if !scheme.is_empty() && user.contains(':') => {
            let name = user.split(':').next().unwrap_or_default();
            format!("{scheme}{name}:…@{host}{}", &rest[end..])
        }
        _ => url.to_owned(),
    }
}

/// Scheme, user and host as `git` gets them, and what comes behind.
fn host(url: &str) -> Option<(String, String)> {
    let url = strip(url, "git::").unwrap_or(url);
    let schemes = ["ssh://", "https://", "http://", "file://"];
    let (scheme, rest) = schemes
        .into_iter()
        .find_map(|scheme| Some((scheme, strip(url, scheme)?)))
        .unwrap_or(("", url));
    if scheme == "file://" {
        return Some((scheme.to_owned(), rest.to_owned()));
    }
    let (user, rest) = user(rest);
    let github = is_github(&rest.to_ascii_lowercase());
    let colon_may_end_it = scheme.is_empty() && (!user.is_empty() || github);
    if scheme.is_empty() && !colon_may_end_it {
        return None;
    }
    let slash = rest.find('/');
    let colon = rest.find(':').filter(|at| *at > 0 || slash.is_none());
    let end = match (slash, colon) {
        (None, colon) if colon_may_end_it => colon,
        (Some(slash), Some(colon)) if colon_may_end_it && colon < slash => Some(colon),
        (slash, _) => slash,
    };
    let (host, rest) = match end {
        Some(end) => rest.split_at(end + 1),
        None => (rest, ""),
    };
    let host = match github {
        true if scheme == "ssh://" || !user.is_empty() => format!("{user}github.com:"),
        true => "https://github.com/".to_owned(),
        false if host.is_empty() => return None,
        false => format!("{scheme}{user}{host}"),
    };
    Some((host, rest.to_owned()))
}

/// The rest behind a prefix of any case.
fn strip<'u>(url: &'u str, prefix: &str) -> Option<&'u str> {
    let head = url.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix)
        .then(|| &url[prefix.len()..])
}

/// `USER@` at the beginning.
fn user(url: &str) -> (&str, &str) {
    let is_name = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    match url.split_once('@') {
        Some((name, _)) if is_name(name) => url.split_at(name.len() + 1),
        _ => ("", url),
    }
}

fn is_github(lower: &str) -> bool {
    lower.starts_with("github.com/") || lower.starts_with("github.com:")
}

/// Repository and path.
fn split(rest: &str, takes_all: bool) -> Option<(&str, &str)> {
    if let Some(at) = rest.find("_git/") {
        let name = at + "_git/".len();
        return Some(match rest[name..].find('/') {
            Some(end) => (&rest[..name + end], &rest[name + end + 1..]),
            None => (rest, ""),
        });
    }
    if let Some(at) = rest.find("//") {
        return Some((&rest[..at], &rest[at + 2..]));
    }
    if let Some(at) = rest.find(".git") {
        return Some(rest.split_at(at + ".git".len()));
    }
    if takes_all {
        return Some((rest, ""));
    }
    let mut slashes = rest.match_indices('/').map(|(at, _)| at);
    match (slashes.nth(PARTS - 2), slashes.next()) {
        (Some(_), Some(end)) => Some((&rest[..end], &rest[end + 1..])),
        (Some(_), None) => Some((rest, "")),
        (None, _) => None,
    }
}

/// Whether a path leads out of the repository.
fn leaves(path: &str) -> bool {
    let mut depth = 0_i32;
    for part in path.trim_start_matches('/').split('/') {
        match part {
            "" | "." => {}
            ".." => depth -= 1,
            _ => depth += 1,
        }
        if depth < 0 {
            return true;
        }
    }
    false
}

/// The pairs of a query; `None` if it is malformed.
fn pairs(query: &str) -> Option<Vec<(String, String)>> {
    let parts = query.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            if part.contains(';') {
                None
            } else {
                Some((decoded(key)?, decoded(value)?))
            }
        })
        .collect()
}

/// Text of a query without escapes.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                let digits = std::str::from_utf8(&digits).ok()?;
                u8::from_str_radix(digits, 16).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests;
