//! Runs `sops keyservice` on a socket that only this user reaches.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::env::EnvMap;
use crate::fsx;

/// Longest path of a socket that every system takes.
const LONGEST: usize = 100;

/// A running key service; it ends, and its socket is gone, when this is dropped.
pub(super) struct Server {
    process: Child,
    directory: PathBuf,
}

impl Server {
    /// Starts the `sops` that `PATH` names. The socket need not be there yet when this returns.
    ///
    /// # Errors
    ///
    /// Why not, as one fragment.
    pub(super) fn start(env: &EnvMap) -> Result<Self, String> {
        let program = find(env).ok_or("`sops` is not installed")?;
        let directory = private_directory(env)?;
        let started = Command::new(&program)
            .args(["keyservice", "--network", "unix", "--address"])
            .arg(socket(&directory))
            .envs(env.iter())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        match started {
            Ok(process) => Ok(Self { process, directory }),
            Err(error) => {
                drop(fsx::remove_dir(&directory));
                Err(format!("cannot run `{}`: {error}", program.display()))
            }
        }
    }

    /// The address of its socket.
    pub(super) fn address(&self) -> String {
        format!("unix://{}", socket(&self.directory).display())
    }

    /// Why it will never answer, if it has ended already.
    pub(super) fn ended(&mut self) -> Option<String> {
        let status = self.process.try_wait().ok().flatten()?;
        Some(format!("`sops keyservice` ended with {status}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing left to do.
        drop(self.process.kill());
        drop(self.process.wait());
        drop(fsx::remove_optional(&socket(&self.directory)));
        drop(fsx::remove_dir(&self.directory));
    }
}

fn socket(directory: &Path) -> PathBuf {
    directory.join("keys")
}

/// The program that a shell would run.
fn find(env: &EnvMap) -> Option<PathBuf> {
    let name = if cfg!(windows) { "sops.exe" } else { "sops" };
    std::env::split_paths(env.get("PATH")?)
        .map(|directory| directory.join(name))
        .find(|path| fsx::is_file(path))
}

/// A new directory for this user alone.
fn private_directory(env: &EnvMap) -> Result<PathBuf, String> {
    let candidates = [env.get("XDG_RUNTIME_DIR"), env.get("TMPDIR"), Some("/tmp")];
    let name = format!("ksail-{}-{:016x}", std::process::id(), random());
    let path = candidates
        .into_iter()
        .flatten()
        .map(|parent| Path::new(parent).join(&name))
        .find(|path| {
            let fits = socket(path).as_os_str().len() <= LONGEST;
            fits && path.parent().is_some_and(fsx::is_dir)
        })
        .ok_or("there is no directory for its socket")?;
    fsx::create_private_dir(&path).map_err(|error| format!("{error}: {}", error.source))?;
    Ok(path)
}

fn random() -> u64 {
    use aes_gcm::aead::OsRng;
    use aes_gcm::aead::rand_core::RngCore;
    OsRng.next_u64()
}
