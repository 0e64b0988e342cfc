//! `ksail project init`: checks everything, then writes the files of a new project.

use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};

use crate::cli::project::Init;
use crate::cluster::family::{self, FAMILIES};
use crate::config::scaffold::{Draft, Scaffold};
use crate::config::schema::{self, CONTROL_PLANES, DISTRIBUTION, NAME, Setting, WORKERS};
use crate::config::{Format, Nodes, Problem};
use crate::error::Hint;
use crate::exec::event::Events;
use crate::fsx;
use crate::settings::{self, Origin, Sourced, Wanted};
use crate::text::List;

/// Files of a project are for everyone to read.
const MODE: u32 = 0o644;

/// A project that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A flag has a value that its field does not take.
    #[error("{flag}: {problem}")]
    Flag {
        /// The flag.
        flag: &'static str,
        /// What is wrong.
        problem: Problem,
    },
    /// Files would be overwritten.
    #[error("{0} already exist; nothing was written")]
    Exist(List),
    /// One file would be overwritten.
    #[error("{0} already exists; nothing was written")]
    Exists(List),
    /// A cluster of these settings cannot be.
    #[error(transparent)]
    Settings(#[from] settings::Error),
    /// The file system refused.
    #[error(transparent)]
    File(#[from] fsx::Error),
}

impl Hint for Error {
    fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Error::Flag { problem, .. } => problem.hint(),
            Error::Exist(_) | Error::Exists(_) => {
                Some("use `--force` to replace, or `--output` for another directory".into())
            }
            Error::Settings(error) => error.hint(),
            Error::File(error) => error.hint(),
        }
    }
}

/// Writes the project below `cwd` and says what it wrote.
pub fn run(args: &Init, cwd: &Path, events: &Events) -> Result<(), Error> {
    let format = check(args)?;
    let directory = cwd.join(&args.output);
    let drafts = Scaffold {
        name: args.name.as_deref(),
        format,
        nodes: Nodes {
            control_planes: args.control_planes,
            workers: args.workers,
        },
        source_directory: &args.source_directory,
        sample: args.with_sample,
    }
    .files();
    let exists = |draft: &&Draft| {
        let path = directory.join(&draft.path);
        fsx::is_file(&path) || fsx::is_dir(&path)
    };
    let existing: Vec<&Draft> = drafts.iter().filter(exists).collect();
    if !existing.is_empty() && !args.force {
        let names = existing.iter().map(|draft| {
            let path = args.output.join(&draft.path);
            let named = path.components().filter(|part| *part != Component::CurDir);
            named.collect::<PathBuf>().display().to_string()
        });
        let list = List::and(names);
        return Err(if existing.len() == 1 {
            Error::Exists(list)
        } else {
            Error::Exist(list)
        });
    }
    fsx::create_dirs(&directory.join(&args.source_directory))?;
    for draft in &drafts {
        let verb = if existing.contains(&draft) {
            "replaced"
        } else {
            "generated"
        };
        let path = directory.join(&draft.path);
        if let Some(folder) = path.parent() {
            fsx::create_dirs(folder)?;
        }
        fsx::write_atomic(&path, draft.text.as_bytes(), MODE)?;
        events.note(format!("{verb} `{}`", draft.path.display()));
    }
    Ok(())
}

/// Everything that would make the new files unusable.
fn check(args: &Init) -> Result<&'static Format, Error> {
    let refuse = |flag, problem| Err(Error::Flag { flag, problem });
    let rule = |field: &str, why: String| Problem::Rule {
        field: field.to_owned(),
        why,
    };
    let family = match DISTRIBUTION.parse(&args.distribution) {
        Ok(Setting::Text(word)) => family::named(&word).unwrap_or(FAMILIES[0]),
        Ok(_) => FAMILIES[0],
        Err(problem) => return refuse("--distribution", problem),
    };
    if let Some(name) = &args.name
        && let Err(problem) = NAME.parse(name)
    {
        return refuse("--name", problem);
    }
    for (flag, field, count) in [
        ("--workers", &WORKERS, args.workers),
        ("--control-planes", &CONTROL_PLANES, args.control_planes),
    ] {
        if let Err(problem) = field.parse(&count.to_string()) {
            return refuse(flag, problem);
        }
    }
    if args.control_planes == 0 {
        let why = "must be at least 1".to_owned();
        return refuse("--control-planes", rule(CONTROL_PLANES.path, why));
    }
    // What `create` would refuse is refused here.
    let from = |flag| Origin::Flag(flag);
    let name = args.name.as_deref().unwrap_or(family.default_name());
    let name = Sourced::new(name.to_owned(), from("--name"));
    family
        .check_name(&name.value)
        .map_err(|why| settings::Error::name(&name, why))?;
    let wanted = Wanted {
        control_planes: Some(Sourced::new(args.control_planes, from("--control-planes"))),
        workers: Some(Sourced::new(args.workers, from("--workers"))),
        ..Wanted::default()
    };
    family.configure(None, &name, &wanted)?;
    let inside =
        |component: Component<'_>| matches!(component, Component::Normal(_) | Component::CurDir);
    let source = Path::new(&args.source_directory);
    if args.source_directory.is_empty() || !source.components().all(inside) {
        let why = "must be a directory inside the project".to_owned();
        return refuse(
            "--source-directory",
            rule(schema::SOURCE_DIRECTORY.path, why),
        );
    }
    Ok(family.format())
}

#[cfg(test)]
mod tests;
