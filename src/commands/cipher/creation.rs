//! The rule for new files: flags, then the first rule of `.sops.yaml` that matches.

use std::path::{Path, PathBuf};

use crate::cli::workload::cipher::{Recipients, Rules, Types};
use crate::context::Context;
use crate::env::EnvMap;
use crate::error::Error;
use crate::fsx;
use crate::sops::{Config, CreationRule, KeyFlags, Selection, SelectionKind, Style};
use crate::yaml::Source;

/// Name of the configuration.
const FILE: &str = ".sops.yaml";

/// A configuration, and the directory that paths of its rules are relative to.
pub(super) struct Found {
    config: Config,
    directory: PathBuf,
}

/// Reads the configuration of flag, variable or the nearest directory upward from the working directory.
pub(super) fn find(types: &Types, context: &Context<'_>) -> Result<Option<Found>, Error> {
    let named = types.config.clone();
    let named = named.or_else(|| context.env.get("SOPS_CONFIG").map(PathBuf::from));
    let path = match named {
        Some(path) => context.cwd.join(path),
        None => match nearest(&context.cwd) {
            Some(path) => path,
            None => return Ok(None),
        },
    };
    let text = fsx::read_to_string(&path)?;
    let config = Config::parse(&text, &Source::file(&path))?;
    let directory = path.parent().unwrap_or(&context.cwd).to_owned();
    Ok(Some(Found { config, directory }))
}

fn nearest(from: &Path) -> Option<PathBuf> {
    from.ancestors()
        .map(|directory| directory.join(FILE))
        .find(|path| fsx::exists(path))
}

/// How files are written: by flag, else by the configuration.
pub(super) fn style(types: &Types, found: Option<&Found>) -> Style {
    let flag = types.indent.map(usize::from);
    let stores = found.map(|found| found.config.stores.clone());
    let stores = stores.unwrap_or_default();
    Style {
        yaml: flag.or(stores.yaml),
        json: flag.or(stores.json),
        json_binary: flag.or(stores.json_binary),
    }
}

/// What flags and variables say about new files.
pub(super) struct Flags {
    keys: KeyFlags,
    threshold: Option<usize>,
    selection: Option<Selection>,
    mac_only_encrypted: bool,
}

impl Flags {
    /// Brings flags and variables together.
    pub(super) fn new(recipients: &Recipients, rules: &Rules, env: &EnvMap) -> Result<Self, Error> {
        let or = |flag: &Option<String>, variable: &str| -> Vec<String> {
            let value = flag
                .clone()
                .or_else(|| env.get(variable).map(str::to_owned));
            value.into_iter().collect()
        };
        let mut selections = [
            (SelectionKind::UnencryptedSuffix, &rules.unencrypted_suffix),
            (SelectionKind::EncryptedSuffix, &rules.encrypted_suffix),
            (SelectionKind::UnencryptedRegex, &rules.unencrypted_regex),
            (SelectionKind::EncryptedRegex, &rules.encrypted_regex),
            (
                SelectionKind::UnencryptedCommentRegex,
                &rules.unencrypted_comment_regex,
            ),
            (
                SelectionKind::EncryptedCommentRegex,
                &rules.encrypted_comment_regex,
            ),
        ]
        .into_iter()
        .filter_map(|(kind, text)| {
            let text = text.clone().filter(|text| !text.is_empty())?;
            Some(Selection { kind, text })
        });
        let selection = selections.next();
        if selections.next().is_some() {
            return Err(Error::usage(
                "two flags say what is encrypted",
                "keep one of the suffixes and regular expressions",
            ));
        }
        Ok(Self {
            keys: KeyFlags {
                age: or(&recipients.age, "SOPS_AGE_RECIPIENTS"),
                pgp: or(&recipients.pgp, "SOPS_PGP_FP"),
                kms: or(&recipients.kms, "SOPS_KMS_ARN"),
                gcp_kms: or(&recipients.gcp_kms, "SOPS_GCP_KMS_IDS"),
                azure_kv: or(&recipients.azure_kv, "SOPS_AZURE_KEYVAULT_URLS"),
                hc_vault_transit: or(&recipients.hc_vault_transit, "SOPS_VAULT_URIS"),
                hckms: or(&recipients.hckms, "SOPS_HUAWEICLOUD_KMS_IDS"),
                aws_profile: recipients.aws_profile.clone(),
                encryption_context: recipients.encryption_context.clone(),
            },
            threshold: recipients.shamir_secret_sharing_threshold,
            selection,
            mac_only_encrypted: rules.mac_only_encrypted,
        })
    }

    /// The rule for a new file at this path.
    pub(super) fn rule(&self, path: &Path, found: Option<&Found>) -> Result<CreationRule, Error> {
        let usage = |why: String| Error::usage(why, "see `ksail workload cipher encrypt --help`");
        let keys = self.keys.keys().map_err(usage)?;
        let context = self.keys.context().map_err(usage)?;
        let configured = match found {
            Some(found) => {
                let relative = path.strip_prefix(&found.directory).unwrap_or(path);
                let relative = relative.to_string_lossy().replace('\\', "/");
                found.config.rule_for(&relative, &context)?
            }
            None => None,
        };
        if keys.is_empty() && configured.is_none() {
            return Err(Error::usage(
                format!("nothing says who may decrypt `{}`", path.display()),
                "pass `--age` or another kind of key, or add creation rules to `.sops.yaml`",
            ));
        }
        let mut rule = configured.unwrap_or_default();
        if !keys.is_empty() {
            rule.groups = vec![keys];
        }
        rule.threshold = self.threshold.or(rule.threshold);
        rule.selection = self.selection.clone().or(rule.selection);
        rule.mac_only_encrypted |= self.mac_only_encrypted;
        Ok(rule)
    }
}
