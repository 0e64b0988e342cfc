//! Variables and file values of the fields, looked up in order of precedence.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::Error;
use super::origin::{Origin, Sourced};
use crate::config::refused::REFUSED;
use crate::config::schema::{FIELDS, Field, Setting, variable};
use crate::config::{Project, PublishedPort};
use crate::env::EnvMap;
use crate::text::nearest;

/// Prefixes of variables that can only be meant as settings.
const PREFIXES: [&str; 2] = ["KSAIL_SPEC_", "KSAIL_METADATA_"];

/// Everything below the flags.
pub(super) struct Layers<'a> {
    env: BTreeMap<&'static str, Sourced<Setting>>,
    variables: &'a EnvMap,
    project: &'a Project,
    pub(super) warnings: Vec<String>,
}

impl<'a> Layers<'a> {
    /// Reads the variables of all fields; refuses values that the same field in a file could not have.
    pub(super) fn new(variables: &'a EnvMap, project: &'a Project) -> Result<Self, Error> {
        let mut layers = Self {
            env: BTreeMap::new(),
            variables,
            project,
            warnings: project.warnings.clone(),
        };
        for (name, value) in variables.iter() {
            if !value.is_empty() && PREFIXES.iter().any(|prefix| name.starts_with(prefix)) {
                layers.variable(name, value)?;
            }
        }
        Ok(layers)
    }

    fn variable(&mut self, name: &str, value: &str) -> Result<(), Error> {
        let from = Origin::Env(name.to_owned());
        if let Some(field) = FIELDS.iter().find(|field| field.variable() == name) {
            return match field.parse(value) {
                Ok(setting) => {
                    self.env.insert(field.path, Sourced::new(setting, from));
                    Ok(())
                }
                Err(problem) => Err(Error::value(from, problem)),
            };
        }
        let below = |path: &str| {
            name.strip_prefix(&variable(path))
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
        };
        if let Some(refused) = REFUSED.iter().find(|refused| below(refused.path)) {
            if refused.is_idle_text(value) || value.eq_ignore_ascii_case("false") {
                return Ok(());
            }
            let problem = refused.refuse(&format!(": {value}"));
            return Err(Error::value(from, problem));
        }
        let known: Vec<String> = FIELDS.iter().map(|field| field.variable()).collect();
        let hint = nearest(name, known.iter().map(String::as_str))
            .map(|known| format!("; did you mean `{known}`?"))
            .unwrap_or_default();
        self.warnings.push(format!(
            "the variable `{name}` is no setting of ksail{hint}"
        ));
        Ok(())
    }

    /// The setting of a field below the flags.
    pub(super) fn get(&self, field: &Field) -> Option<Sourced<Setting>> {
        self.in_env(field).or_else(|| self.in_file(field))
    }

    /// The setting of a field in the environment only.
    pub(super) fn in_env(&self, field: &Field) -> Option<Sourced<Setting>> {
        self.env.get(field.path).cloned()
    }

    /// The setting of a field in the file only.
    pub(super) fn in_file(&self, field: &Field) -> Option<Sourced<Setting>> {
        self.project
            .settings
            .get(field)
            .map(|found| Sourced::new(found.value.clone(), Origin::File(found.at.clone())))
    }

    /// A plain variable without a field.
    pub(super) fn env_text(&self, name: &str) -> Option<Sourced<String>> {
        let value = self.variables.get(name)?.to_owned();
        Some(Sourced::new(value, Origin::Env(name.to_owned())))
    }

    pub(super) fn count(&self, field: &Field) -> Option<Sourced<u32>> {
        let found = self.get(field)?;
        match found.value {
            Setting::Count(count) => Some(Sourced::new(count, found.from)),
            Setting::Text(_) | Setting::Duration(_) | Setting::Ports(_) => None,
        }
    }

    pub(super) fn duration(&self, field: &Field) -> Option<Sourced<Duration>> {
        let found = self.get(field)?;
        match found.value {
            Setting::Duration(duration) => Some(Sourced::new(duration, found.from)),
            Setting::Text(_) | Setting::Count(_) | Setting::Ports(_) => None,
        }
    }

    pub(super) fn ports(&self, field: &Field) -> Option<Sourced<Vec<PublishedPort>>> {
        let found = self.get(field)?;
        match found.value {
            Setting::Ports(ports) => Some(Sourced::new(ports, found.from)),
            Setting::Text(_) | Setting::Count(_) | Setting::Duration(_) => None,
        }
    }

    pub(super) fn text(&self, field: &Field) -> Option<Sourced<String>> {
        self.get(field).and_then(into_text)
    }

    /// A path: relative ones in a file are taken from its directory, `~/` is the home directory everywhere.
    pub(super) fn path(&self, field: &Field) -> Option<Sourced<PathBuf>> {
        let found = self.text(field)?;
        let path = self.at_home(Path::new(&found.value));
        let path = match &found.from {
            Origin::File(_) => self.project.directory.join(path),
            Origin::Flag(_) | Origin::Env(_) | Origin::Default => path,
        };
        Some(Sourced::new(path, found.from))
    }

    /// Replaces a leading `~`.
    pub(super) fn at_home(&self, path: &Path) -> PathBuf {
        match (path.strip_prefix("~"), self.variables.get("HOME")) {
            (Ok(rest), Some(home)) => Path::new(home).join(rest),
            _ => path.to_owned(),
        }
    }
}

/// The text of a setting that is one.
pub(super) fn into_text(found: Sourced<Setting>) -> Option<Sourced<String>> {
    match found.value {
        Setting::Text(text) => Some(Sourced::new(text, found.from)),
        Setting::Count(_) | Setting::Duration(_) | Setting::Ports(_) => None,
    }
}
