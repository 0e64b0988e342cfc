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
    let added = keys(
        changes,
        [
            &changes.add_age,
            &changes.add_pgp,
            &changes.add_kms,
            &changes.add_gcp_kms,
            &changes.add_azure_kv,
            &changes.add_hc_vault_transit,
            &changes.add_hckms,
        ],
    )?;
    let removed = keys(
        changes,
        [
            &changes.rm_age,
            &changes.rm_pgp,
            &changes.rm_kms,
            &changes.rm_gcp_kms,
            &changes.rm_azure_kv,
            &changes.rm_hc_vault_transit,
            &changes.rm_hckms,
        ],
    )?;
    Ok((added, removed))
}

/// The keys of flags for age, PGP, AWS, GCP, Azure, Vault and Huawei, in this order.
fn keys(changes: &Changes, flags: [&Option<String>; 7]) -> Result<Vec<MasterKey>, Error> {
    let [age, pgp, kms, gcp_kms, azure_kv, hc_vault_transit, hckms] =
        flags.map(|flag| flag.iter().cloned().collect());
    let flags = KeyFlags {
        age,
        pgp,
        kms,
        gcp_kms,
        azure_kv,
        hc_vault_transit,
        hckms,
        aws_profile: changes.aws_profile.clone(),
        encryption_context: changes.encryption_context.clone(),
    };
    flags
        .keys()
        .map_err(|why| Error::usage(why, "see `ksail workload cipher rotate --help`"))
}
