//! `ksail workload cipher decrypt`

use super::creation;
use super::files::{self, Several};
use crate::cli::workload::cipher::Decrypt;
use crate::context::Context;
use crate::error::Error;
use crate::exit::Exit;
use crate::sops::{self, Keyring, MacCheck};

/// Decrypts files.
pub(super) async fn run(args: &Decrypt, mut context: Context<'_>) -> Result<Exit, Error> {
    let jobs = files::jobs(
        &args.destination,
        &args.types,
        &context.cwd,
        Several::Printed,
    )?;
    let config = creation::find(&args.types, &context)?;
    let style = creation::style(&args.types, config.as_ref());
    let keys = Keyring::discover(context.env);
    let check = mac_check(args.ignore_mac);
    let path = args.extract.clone();
    files::process(
        jobs,
        &args.destination,
        0o600,
        &mut context,
        move |job, bytes| {
            sops::File::open(bytes, job.input, &keys, check)
                .and_then(|file| match &path {
                    Some(path) => file.extract(path, job.output, style),
                    None => file.clear(job.output, style),
                })
                .map_err(|error| job.failed(error))
        },
    )
    .await
}

/// What `--ignore-mac` means.
pub(super) fn mac_check(ignore: bool) -> MacCheck {
    if ignore {
        MacCheck::Ignore
    } else {
        MacCheck::Verify
    }
}
