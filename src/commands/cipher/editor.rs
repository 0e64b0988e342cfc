//! The user's editor, and the private file it works on.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::error::Error;
use super::mounts;
use crate::context::Context;
use crate::env::EnvMap;
use crate::error;
use crate::fsx;
use crate::sops;

/// A file that only this user can read, in a directory of its own that goes with it.
pub(super) struct Private {
    directory: PathBuf,
    file: PathBuf,
}

impl Private {
    /// Creates the directory where nothing reaches a disk; `name` is what the editor sees.
    pub(super) fn create(
        name: &Path,
        allow_disk: bool,
        env: &EnvMap,
    ) -> Result<Self, error::Error> {
        let place = place(env)
            .or_else(|| allow_disk.then(std::env::temp_dir))
            .ok_or(Error::NoMemory)?;
        let directory = fsx::create_private_temporary(&place, "ksail-edit-")?;
        let name = name.file_name().unwrap_or(name.as_os_str());
        Ok(Self {
            file: directory.join(name),
            directory,
        })
    }

    /// Where the file is.
    pub(super) fn path(&self) -> &Path {
        &self.file
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        // Nobody could be told, and what stays behind is readable by this user only.
        drop(fsx::remove_tree(&self.directory));
    }
}

/// The first directory that lies in memory.
fn place(env: &EnvMap) -> Option<PathBuf> {
    let mounts = fsx::read_to_string(Path::new("/proc/self/mountinfo")).ok()?;
    let runtime = env.get("XDG_RUNTIME_DIR").map(PathBuf::from);
    runtime
        .into_iter()
        .chain(["/dev/shm".into(), "/run/shm".into()])
        .find(|place| {
            let place = fsx::canonical(place);
            place.is_ok_and(|place| fsx::is_dir(&place) && mounts::in_memory(&mounts, &place))
        })
}

/// Runs the editor on a file and waits for it. Signals are its business until it ends.
pub(super) async fn edit(path: &Path, context: &Context<'_>) -> Result<(), Error> {
    let words = words(context.env)?;
    let (program, arguments) = words
        .split_first()
        .ok_or_else(|| Error::Editor("the command is empty".to_owned()))?;
    let status = tokio::process::Command::new(program)
        .args(arguments)
        .arg(path)
        .current_dir(&context.cwd)
        .stdin(Stdio::inherit())
        .stdout(Stdio::inherit())
        .stderr(Stdio::inherit())
        .status()
        .await
        .map_err(|error| Error::Editor(format!("cannot run `{program}`: {error}")))?;
    if status.success() {
        Ok(())
    } else {
        Err(Error::Editor(format!("`{program}` ended with {status}")))
    }
}

fn words(env: &EnvMap) -> Result<Vec<String>, Error> {
    for variable in ["SOPS_EDITOR", "EDITOR"] {
        if let Some(command) = env.get(variable) {
            return sops::split_command(command)
                .ok_or_else(|| Error::Editor(format!("`{variable}` has an open quote")));
        }
    }
    let path = env.get("PATH").unwrap_or_default();
    ["vim", "nano", "vi"]
        .into_iter()
        .find(|name| std::env::split_paths(path).any(|folder| fsx::is_file(&folder.join(name))))
        .map(|name| vec![name.to_owned()])
        .ok_or_else(|| {
            Error::Editor(
                "neither `SOPS_EDITOR` nor `EDITOR` is set, and there is no vim, nano or vi".into(),
            )
        })
}
