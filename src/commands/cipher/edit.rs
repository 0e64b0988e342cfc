//! `ksail workload cipher edit`

use super::creation::{self, Flags};
use super::decrypt::mac_check;
use super::editor::{self, Private};
use super::files::{self, Job};
use crate::cli::workload::cipher::Edit;
use crate::context::Context;
use crate::error::{self, Error};
use crate::exit::Exit;
use crate::fsx;
use crate::secret::Secret;
use crate::sops::{self, File, Keyring, Style};
use crate::text;

/// Lets the user edit a file.
pub(super) async fn run(args: &Edit, mut context: Context<'_>) -> Result<Exit, Error> {
    let job = files::job(Some(&args.file), &args.types, &context.cwd);
    let config = creation::find(&args.types, &context)?;
    let style = creation::style(&args.types, config.as_ref());
    let keys = Keyring::discover(context.env);
    let path = context.cwd.join(&args.file);
    let exists = fsx::exists(&path);
    let mut file = if exists {
        let bytes = fsx::read(&path)?;
        File::open(&bytes, job.input, &keys, mac_check(args.ignore_mac))
    } else {
        let flags = Flags::new(&args.recipients, &args.rules, context.env)?;
        let rule = flags.rule(&job.named, config.as_ref())?;
        let example = sops::example(job.input);
        File::create(example, job.input, &rule, &keys, &now())
    }
    .map_err(|error| job.failed(error))?;

    let shown = if args.show_master_keys {
        file.clear_with_metadata(job.output, style)
    } else {
        file.clear(job.output, style)
    }
    .map_err(|error| job.failed(error))?;
    let private = Private::create(&job.named, args.allow_disk, context.env)?;
    fsx::write_private(private.path(), shown.expose())?;
    loop {
        editor::edit(private.path(), &context).await?;
        let edited = Secret::new(fsx::read(private.path())?);
        if edited == shown {
            context.events.note(format!("{}: not changed", job.name));
            return Ok(Exit::Done);
        }
        let taken = if args.show_master_keys {
            file.replace_with_metadata(edited.expose(), job.output)
        } else {
            file.replace(edited.expose(), job.output)
        };
        match taken {
            Ok(()) => break,
            Err(fault) => again(&job, fault, &mut context)?,
        }
    }
    seal(file, &job, style, &path, exists)?;
    context.events.note(format!("{}: encrypted", job.name));
    Ok(Exit::Done)
}

fn seal(
    file: File,
    job: &Job,
    style: Style,
    path: &std::path::Path,
    exists: bool,
) -> Result<(), Error> {
    let sealed = file
        .seal(job.output, style, &now())
        .map_err(|error| job.failed(error))?;
    if exists {
        fsx::rewrite_atomic(path, &sealed)?;
    } else {
        fsx::write_atomic(path, &sealed, 0o644)?;
    }
    Ok(())
}

/// Says what is wrong with the edited text and waits until the user wants to see it again.
fn again(job: &Job, fault: sops::Error, context: &mut Context<'_>) -> Result<(), Error> {
    let fault = Error::from(job.failed(fault));
    if !context.interactive {
        return Err(fault);
    }
    context.events.error(error::chain(&fault));
    context
        .events
        .note("press enter to return to the editor, or interrupt to give up");
    let mut line = String::new();
    match context.stdin.read_line(&mut line) {
        Ok(read) if read > 0 && !context.interrupt.stop.is_cancelled() => Ok(()),
        _ => Err(fault),
    }
}

fn now() -> String {
    text::rfc3339(time::OffsetDateTime::now_utc())
}
