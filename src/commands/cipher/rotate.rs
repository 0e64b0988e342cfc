//! `ksail workload cipher rotate`

use super::creation;
use super::decrypt::mac_check;
use super::files::{self, Several};
use crate::cli::workload::cipher::{Changes, Rotate};
use crate::context::Context;
use crate::error::Error;
use crate::exit::Exit;
use crate::secret::Secret;
use crate::sops::{self, KeyFlags, Keyring, MasterKey};
use crate::text;

/// Encrypts files anew.
pub(super) async fn run(args: &Rotate, mut context: Context<'_>) -> Result<Exit, Error> {
    let jobs = files::jobs(
        &args.destination,
        &args.types,
        &context.cwd,
        Several::InPlace,
    )?;
    let config = creation::find(&args.types, &context)?;
    let style = creation::style(&args.types, config.as_ref());
    let (added, removed) = changes(&args.changes)?;
    let now = text::rfc3339(time::OffsetDateTime::now_utc());
    let keys = Keyring::discover(context.env);
    let check = mac_check(args.ignore_mac);
    files::process(
        jobs,
        &args.destination,
        0o644,
        &mut context,
        move |job, bytes| {
            let rotate = || {
                let mut file = sops::File::open(bytes, job.input, &keys, check)?;
                file.rotate(&added, &removed, &keys, &now)?;
                file.seal(job.output, style, &now)
            };
            rotate().map(Secret::new).map_err(|error| job.failed(error))
        },
    )
    .await
}

/// The keys to add, and those to remove.
fn changes(changes: &Changes) -> Result<(Vec<MasterKey>, Vec<MasterKey>), Error> {
    let list = |flag: &Option<String>| flag.clone().into_iter().collect();
    let both = |keys: KeyFlags| {
        keys.keys()
            .map_err(|why| Error::usage(why, "see `ksail workload cipher rotate --help`"))
    };
    let (aws_profile, encryption_context) = (
        changes.aws_profile.clone(),
        changes.encryption_context.clone(),
    );
    let added = both(KeyFlags {
        age: list(&changes.add_age),
        pgp: list(&changes.add_pgp),
        kms: list(&changes.add_kms),
        gcp_kms: list(&changes.add_gcp_kms),
        azure_kv: list(&changes.add_azure_kv),
        hc_vault_transit: list(&changes.add_hc_vault_transit),
        hckms: list(&changes.add_hckms),
        aws_profile: aws_profile.clone(),
        encryption_context: encryption_context.clone(),
    })?;
    let removed = both(KeyFlags {
        age: list(&changes.rm_age),
        pgp: list(&changes.rm_pgp),
        kms: list(&changes.rm_kms),
        gcp_kms: list(&changes.rm_gcp_kms),
        azure_kv: list(&changes.rm_azure_kv),
        hc_vault_transit: list(&changes.rm_hc_vault_transit),
        hckms: list(&changes.rm_hckms),
        aws_profile,
        encryption_context,
    })?;
    Ok((added, removed))
}
