//! Where sops looks for identities of age: variables, files, commands.

use std::path::{Path, PathBuf};

use crate::env::EnvMap;
use crate::fsx;
use crate::secret::Secret;

use super::age::{self, Identity, Parsed, Public};
use super::ask::Ask;
use super::command;

/// Everything that was found, each identity with the source it came from.
#[derive(Default)]
pub(super) struct Sources {
    found: Vec<Found>,
    identities: Vec<Vec<Identity>>,
    programs: Vec<Program>,
    post_quantum: bool,
}

/// A source, and what it yielded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The variable or file.
    pub source: String,
    /// Public halves of its identities.
    pub identities: Vec<Public>,
    /// Why some or all of it could not be used; never quotes it.
    pub problems: Vec<String>,
}

/// A command that prints identities for the recipient it is given in its environment.
pub(super) struct Program {
    pub(super) variable: &'static str,
    command: String,
    ssh: bool,
}

impl Program {
    pub(super) fn run(&self, recipient: &str, ask: &Ask) -> Parsed {
        let output = match command::run(&self.command, Some(recipient)) {
            Ok(output) => output,
            Err(reason) => return (Vec::new(), vec![reason]),
        };
        if self.ssh {
            return one(age::parse_ssh(output.expose(), self.variable, ask));
        }
        age::parse(output.expose(), self.variable, ask)
    }
}

fn one(identity: Result<Identity, String>) -> Parsed {
    match identity {
        Ok(identity) => (vec![identity], Vec::new()),
        Err(reason) => (Vec::new(), vec![reason]),
    }
}

impl Sources {
    /// Reads every source the environment names, and the default files that exist. Commands are not run yet.
    pub(super) fn discover(env: &EnvMap, ask: &Ask) -> Self {
        let mut sources = Self::default();
        let home = env.get("HOME").map(PathBuf::from);
        if let Some(path) = env.get("SOPS_AGE_SSH_PRIVATE_KEY_FILE") {
            sources.add_ssh_file("SOPS_AGE_SSH_PRIVATE_KEY_FILE", Path::new(path), ask);
        }
        sources.add_program(env, "SOPS_AGE_SSH_PRIVATE_KEY_CMD", true);
        for name in ["id_ed25519", "id_rsa"] {
            if let Some(path) = home.as_ref().map(|home| home.join(".ssh").join(name))
                && fsx::is_file(&path)
            {
                sources.add_ssh_file(&path.display().to_string(), &path, ask);
            }
        }
        if let Some(text) = env.get("SOPS_AGE_KEY") {
            sources.add_text("SOPS_AGE_KEY", text.as_bytes(), ask);
        }
        if let Some(path) = env.get("SOPS_AGE_KEY_FILE") {
            sources.add_file("SOPS_AGE_KEY_FILE", Path::new(path), ask);
        }
        if let Some(path) = default_file(env)
            && fsx::is_file(&path)
        {
            sources.add_file(&path.display().to_string(), &path, ask);
        }
        sources.add_program(env, "SOPS_AGE_KEY_CMD", false);
        sources
    }

    /// Adds what a source yielded.
    pub(super) fn add(&mut self, source: &str, (identities, problems): Parsed) {
        self.found.push(Found {
            source: source.to_owned(),
            identities: identities.iter().map(|key| key.public.clone()).collect(),
            problems,
        });
        self.identities.push(identities);
    }

    fn add_text(&mut self, source: &str, text: &[u8], ask: &Ask) {
        let marker = b"AGE-SECRET-KEY-PQ-1";
        self.post_quantum |= text.windows(marker.len()).any(|window| window == marker);
        self.add(source, age::parse(text, source, ask));
    }

    fn add_file(&mut self, source: &str, path: &Path, ask: &Ask) {
        match read(path) {
            Ok(bytes) => self.add_text(source, bytes.expose(), ask),
            Err(reason) => self.add(source, (Vec::new(), vec![reason])),
        }
    }

    fn add_ssh_file(&mut self, source: &str, path: &Path, ask: &Ask) {
        let name = path.display().to_string();
        let identity = read(path).and_then(|bytes| age::parse_ssh(bytes.expose(), &name, ask));
        self.add(source, one(identity));
    }

    fn add_program(&mut self, env: &EnvMap, variable: &'static str, ssh: bool) {
        if let Some(command) = env.get(variable) {
            self.programs.push(Program {
                variable,
                command: command.to_owned(),
                ssh,
            });
        }
    }

    pub(super) fn found(&self) -> &[Found] {
        &self.found
    }

    pub(super) fn identities(&self) -> impl Iterator<Item = &Identity> + Clone {
        self.identities.iter().flatten()
    }

    pub(super) fn programs(&self) -> &[Program] {
        &self.programs
    }

    /// Whether there are identities that only `sops` can use.
    pub(super) fn has_post_quantum(&self) -> bool {
        self.post_quantum || !self.programs.is_empty()
    }

    /// Everything that could not be used, with its source.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (found, identities) in self.found.iter().zip(&self.identities) {
            let late = identities.iter().filter_map(|key| key.trouble.reason());
            let all = found.problems.iter().cloned().chain(late);
            problems.extend(all.map(|reason| format!("`{}`: {reason}", found.source)));
        }
        problems
    }
}

fn read(path: &Path) -> Result<Secret<Vec<u8>>, String> {
    fsx::read(path)
        .map(Secret::new)
        .map_err(|error| format!("{error}: {}", error.source))
}

/// `sops/age/keys.txt` in the configuration directory of the user.
pub fn default_file(env: &EnvMap) -> Option<PathBuf> {
    let home = || env.get("HOME").map(PathBuf::from);
    let directory = if cfg!(windows) {
        PathBuf::from(env.get("APPDATA")?)
    } else {
        match env.get("XDG_CONFIG_HOME") {
            Some(directory) => PathBuf::from(directory),
            None if cfg!(target_os = "macos") => home()?.join("Library/Application Support"),
            None => home()?.join(".config"),
        }
    };
    Some(directory.join("sops/age/keys.txt"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_file_follows_the_configuration_directory() {
        let env = EnvMap::from_iter([("XDG_CONFIG_HOME", "/x")]);
        assert_eq!(default_file(&env), Some("/x/sops/age/keys.txt".into()));
        assert_eq!(default_file(&EnvMap::default()), None);
    }

    #[test]
    fn a_broken_source_is_a_reason_not_a_failure() {
        let env = EnvMap::from_iter([
            ("SOPS_AGE_KEY_FILE", "/nonexistent/keys"),
            ("SOPS_AGE_KEY", "nonsense"),
        ]);
        let sources = Sources::discover(&env, &Ask::nobody());
        assert_eq!(sources.identities().count(), 0);
        let problems = sources.problems();
        assert_eq!(problems[0], "`SOPS_AGE_KEY`: line 1 is no age identity");
        assert!(problems[1].starts_with("`SOPS_AGE_KEY_FILE`: cannot read `/nonexistent/keys`"));
    }
}
