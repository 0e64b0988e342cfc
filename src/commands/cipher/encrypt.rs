//! `ksail workload cipher encrypt`

use std::collections::HashMap;

use super::creation::{self, Flags};
use super::files::{self, Several};
use crate::cli::workload::cipher::Encrypt;
use crate::context::Context;
use crate::error::Error;
use crate::exit::Exit;
use crate::secret::Secret;
use crate::sops::{self, Keyring};
use crate::text;

/// Encrypts files.
pub(super) async fn run(args: &Encrypt, mut context: Context<'_>) -> Result<Exit, Error> {
    let jobs = files::jobs(
        &args.destination,
        &args.types,
        &context.cwd,
        Several::InPlace,
    )?;
    if jobs.iter().any(|job| job.path.is_none()) && args.types.filename_override.is_none() {
        return Err(Error::usage(
            "standard input has no name to find its format and creation rule by",
            "pass `--filename-override`",
        ));
    }
    let config = creation::find(&args.types, &context)?;
    let style = creation::style(&args.types, config.as_ref());
    let flags = Flags::new(&args.recipients, &args.rules, context.env)?;
    // Rules are found before anything is written: a file without one fails the command, not half of it.
    let mut rules = HashMap::new();
    for job in &jobs {
        let rule = flags.rule(&job.named, config.as_ref())?;
        rules.insert(job.named.clone(), rule);
    }
    let now = text::rfc3339(time::OffsetDateTime::now_utc());
    let keys = Keyring::discover(context.env);
    files::process(
        jobs,
        &args.destination,
        0o644,
        &mut context,
        move |job, bytes| {
            let rule = rules.get(&job.named).cloned().unwrap_or_default();
            sops::File::create(bytes, job.input, &rule, &keys, &now)
                .and_then(|file| file.seal(job.output, style, &now))
                .map(Secret::new)
                .map_err(|error| job.failed(error))
        },
    )
    .await
}
