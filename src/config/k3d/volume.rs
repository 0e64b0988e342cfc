//! Volumes as Docker writes them: `[SOURCE:]DESTINATION[:OPTIONS]`.

use std::path::{Path, PathBuf};

use super::destination;
use super::variable::refuse_bare;
use crate::config::notation::Refusal;
use crate::config::path::absolute;

/// What the Engine takes for the options of a mount.
const OPTIONS: &[&str] = &[
    "ro",
    "rw",
    "z",
    "Z",
    "nocopy",
    "private",
    "rprivate",
    "shared",
    "rshared",
    "slave",
    "rslave",
    "consistent",
    "cached",
    "delegated",
];

/// A volume of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolumeSpec {
    /// What is mounted.
    pub source: VolumeSource,
    /// Absolute path in the node.
    pub destination: String,
    /// Options of the mount in the Engine's words.
    pub options: Vec<String>,
}

/// What a volume mounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VolumeSource {
    /// A volume of the node's own.
    Anonymous,
    /// A named volume of the Engine.
    Named(String),
    /// Absolute path on the host.
    Path(PathBuf),
}

impl VolumeSpec {
    /// Reads a volume. Relative host paths are taken from `directory`.
    pub fn parse(text: &str, directory: &Path) -> Result<Self, Refusal> {
        refuse_bare(text)?;
        let parts: Vec<&str> = text.split(':').collect();
        let (source, destination, options) = match parts.as_slice() {
            [destination] => (None, *destination, None),
            [destination, options] if destination.starts_with('/') && all_options(options) => {
                (None, *destination, Some(*options))
            }
            [source, destination] => (Some(*source), *destination, None),
            [source, destination, options] => (Some(*source), *destination, Some(*options)),
            _ => {
                return Err(Refusal::rule(
                    "has more than two `:`; it must be `[SOURCE:]DESTINATION[:OPTIONS]`",
                ));
            }
        };
        Ok(Self {
            source: match source {
                None => VolumeSource::Anonymous,
                Some(source) => read_source(source, directory)?,
            },
            destination: destination::resolve(destination)?,
            options: options.map(read_options).transpose()?.unwrap_or_default(),
        })
    }

    /// The `SOURCE:DESTINATION[:OPTIONS]` of the Engine; `None` for an anonymous volume.
    pub fn bind(&self) -> Option<String> {
        let source = match &self.source {
            VolumeSource::Anonymous => return None,
            VolumeSource::Named(name) => name.clone(),
            VolumeSource::Path(path) => path.display().to_string(),
        };
        let bind = format!("{source}:{}", self.destination);
        if self.options.is_empty() {
            return Some(bind);
        }
        Some(format!("{bind}:{}", self.options.join(",")))
    }
}

/// A path if it holds a slash or is one of dots, else the name of a volume.
fn read_source(text: &str, directory: &Path) -> Result<VolumeSource, Refusal> {
    if text.is_empty() {
        return Err(Refusal::rule("has nothing before its first `:`"));
    }
    if text == "~" || text.starts_with("~/") {
        let why = "begins with `~`, which only shells know; write `${HOME}`";
        return Err(Refusal::rule(why));
    }
    if text.contains('/') || matches!(text, "." | "..") {
        return Ok(VolumeSource::Path(absolute(text, directory)));
    }
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    let starts_well = text.starts_with(|c: char| c.is_ascii_alphanumeric());
    if text.len() < 2 || !starts_well || !text.chars().all(fits) {
        return Err(Refusal::rule(format!(
            "has the source `{text}`, which is neither a path with a `/` nor a possible name of a volume"
        )));
    }
    Ok(VolumeSource::Named(text.to_owned()))
}

fn all_options(text: &str) -> bool {
    text.split(',').all(|option| OPTIONS.contains(&option))
}

fn read_options(text: &str) -> Result<Vec<String>, Refusal> {
    let unknown = text.split(',').find(|option| !OPTIONS.contains(option));
    match unknown {
        None => Ok(text.split(',').map(str::to_owned).collect()),
        Some(option) => Err(Refusal::rule(format!(
            "has the unknown mount option `{option}`"
        ))),
    }
}
