//! Which files a command works on, and what becomes of the results.

use std::path::{Path, PathBuf};

use super::error::{Error, Failed, Fault};
use crate::cli::workload::cipher::{self, Destination, Types};
use crate::context::Context;
use crate::error;
use crate::exit::Exit;
use crate::fsx;
use crate::secret::Secret;
use crate::sops::{self, Format};
use crate::workload::build::parallel;

/// One file to work on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Job {
    /// Where it is; standard input if unset.
    pub(super) path: Option<PathBuf>,
    /// What messages call it.
    pub(super) name: String,
    /// What formats and creation rules go by, absolute.
    pub(super) named: PathBuf,
    /// Format of the input.
    pub(super) input: Format,
    /// Format of the output.
    pub(super) output: Format,
}

impl Job {
    /// A fault of this file's content.
    pub(super) fn failed(&self, source: sops::Error) -> Fault {
        Fault::Content(Failed::new(self.name.clone(), source))
    }
}

/// Whether several files may be printed one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Several {
    /// They may.
    Printed,
    /// Only in place.
    InPlace,
}

/// The files of a command line.
pub(super) fn jobs(
    destination: &Destination,
    types: &Types,
    cwd: &Path,
    several: Several,
) -> Result<Vec<Job>, error::Error> {
    let stdin = destination.files.is_empty() || destination.files == [Path::new("-")];
    if stdin && destination.in_place {
        return Err(error::Error::usage(
            "standard input cannot be replaced in place",
            "name files, or leave out `--in-place`",
        ));
    }
    if !stdin && destination.files.iter().any(|file| file == Path::new("-")) {
        return Err(error::Error::usage(
            "standard input and files do not go together",
            "name either files or `-`",
        ));
    }
    let many = destination.files.len() > 1;
    if many
        && !destination.in_place
        && (several == Several::InPlace || destination.output.is_some())
    {
        return Err(error::Error::usage(
            "several files can only be written in place",
            "pass `--in-place`, or one file",
        ));
    }
    if many && types.filename_override.is_some() {
        return Err(error::Error::usage(
            "`--filename-override` is for one file",
            "pass one file, or standard input",
        ));
    }
    if stdin {
        return Ok(vec![job(None, types, cwd)]);
    }
    let files = destination.files.iter();
    Ok(files.map(|file| job(Some(file), types, cwd)).collect())
}

/// One file of a command line.
pub(super) fn job(path: Option<&PathBuf>, types: &Types, cwd: &Path) -> Job {
    let name = path.map_or_else(|| "<stdin>".to_owned(), |path| path.display().to_string());
    let named = types.filename_override.as_ref().or(path);
    let named = named.map_or_else(|| cwd.join("stdin"), |path| cwd.join(path));
    let format = |flag: Option<cipher::Format>| flag.map_or_else(|| Format::of_path(&named), known);
    Job {
        path: path.map(|path| cwd.join(path)),
        name,
        input: format(types.input_type),
        output: format(types.output_type),
        named,
    }
}

fn known(flag: cipher::Format) -> Format {
    match flag {
        cipher::Format::Yaml => Format::Yaml,
        cipher::Format::Json => Format::Json,
        cipher::Format::Dotenv => Format::Dotenv,
        cipher::Format::Ini => Format::Ini,
        cipher::Format::Binary => Format::Binary,
    }
}

/// Does the work on all files in parallel and writes what it yields. Files that fail do not keep the others from being
/// done. `mode` is for new files.
pub(super) async fn process<F>(
    jobs: Vec<Job>,
    destination: &Destination,
    mode: u32,
    context: &mut Context<'_>,
    work: F,
) -> Result<Exit, error::Error>
where
    F: Fn(&Job, &[u8]) -> Result<Secret<Vec<u8>>, Fault> + Send + Sync + 'static,
{
    let stdin = match jobs.as_slice() {
        [Job { path: None, .. }] => {
            let mut bytes = Vec::new();
            let read = std::io::Read::read_to_end(context.stdin, &mut bytes);
            let bytes = Secret::new(bytes);
            read.map_err(|source| {
                error::Error::File(fsx::Error {
                    verb: "read",
                    path: "<stdin>".into(),
                    source,
                })
            })?;
            bytes
        }
        _ => Secret::default(),
    };
    let in_place = destination.in_place;
    let total = jobs.len();
    let one = move |job: Job| -> Result<Secret<Vec<u8>>, Fault> {
        let bytes = match &job.path {
            Some(path) => Secret::new(fsx::read(path)?),
            None => stdin.clone(),
        };
        let result = work(&job, bytes.expose())?;
        match &job.path {
            Some(path) if in_place => {
                fsx::rewrite_atomic(path, result.expose())?;
                Ok(Secret::default())
            }
            _ => Ok(result),
        }
    };
    // Computing, and programs that are asked for keys, must not keep the signal listener from listening.
    let results = tokio::task::spawn_blocking(move || parallel::map(jobs, one));
    let results = results
        .await
        .map_err(|error| match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => error::Error::Interrupted(None),
        })?;
    let mut failed = 0;
    for result in results {
        match result {
            Err(fault) if total == 1 => return Err(fault.into()),
            Err(fault) => {
                failed += 1;
                let error = error::Error::from(fault);
                context.events.error(error::chain(&error));
            }
            Ok(_) if in_place => {}
            Ok(result) => write(result.expose(), destination, mode, context)?,
        }
    }
    if failed > 0 {
        return Err(Error::Some { failed, total }.into());
    }
    Ok(Exit::Done)
}

fn write(
    bytes: &[u8],
    destination: &Destination,
    mode: u32,
    context: &mut Context<'_>,
) -> Result<(), error::Error> {
    let Some(path) = &destination.output else {
        let written = context.stdout.write_all(bytes);
        let written = written.and_then(|()| context.stdout.flush());
        return written.map_err(error::Error::Output);
    };
    let path = context.cwd.join(path);
    if !fsx::exists(&path) {
        fsx::write_atomic(&path, bytes, mode)?;
    } else if fsx::is_file(&path) {
        fsx::rewrite_atomic(&path, bytes)?;
    } else {
        fsx::create(&path)?.write(bytes)?;
    }
    Ok(())
}
