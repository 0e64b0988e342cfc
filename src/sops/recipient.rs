//! Master keys as people write them in `.sops.yaml` and in flags.

use std::collections::BTreeMap;

use super::age;
use super::master::MasterKey;

/// Which kind of key a field or flag takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `age`.
    Age,
    /// `pgp`.
    Pgp,
    /// `kms`.
    Kms,
    /// `gcp_kms`, `--gcp-kms`.
    GcpKms,
    /// `hckms`.
    HuaweiKms,
    /// `azure_keyvault`, `--azure-kv`.
    AzureKeyVault,
    /// `hc_vault_transit_uri`, `--hc-vault-transit`.
    HcVault,
}

/// A key before it is known to be one.
#[derive(Debug, Clone)]
pub(crate) enum Spelling {
    /// One word of a list.
    Word {
        /// What it should be.
        kind: Kind,
        /// The word.
        text: String,
        /// Profile for keys of AWS.
        profile: String,
    },
    /// It was written field by field.
    Parsed(MasterKey),
}

impl Spelling {
    /// One word of a list, with the profile that goes with keys of AWS.
    pub(crate) fn word(kind: Kind, text: &str, profile: Option<&str>) -> Self {
        Self::Word {
            kind,
            text: text.to_owned(),
            profile: profile.unwrap_or_default().to_owned(),
        }
    }

    /// The key, or what is wrong with it as the end of a sentence. `context` goes with keys of AWS written as a word.
    pub(crate) fn parse(&self, context: &BTreeMap<String, String>) -> Result<MasterKey, String> {
        let key = match self {
            Self::Parsed(key) => key.clone(),
            Self::Word {
                kind,
                text,
                profile,
            } => parse(*kind, text, context, profile)?,
        };
        match &key {
            MasterKey::AzureKeyVault { version, .. } if version.is_empty() => Err(format!(
                "names `{key}` without its version; sops would ask Azure for the newest one, ksail needs it written out"
            )),
            _ => Ok(key),
        }
    }
}

fn parse(
    kind: Kind,
    text: &str,
    context: &BTreeMap<String, String>,
    profile: &str,
) -> Result<MasterKey, String> {
    let text = text.trim();
    let unspaced = || text.replace(' ', "");
    if text.is_empty() {
        return Err("holds an empty key".to_owned());
    }
    match kind {
        Kind::Age => {
            age::recipient(text)?;
            Ok(MasterKey::Age {
                recipient: text.to_owned(),
            })
        }
        Kind::Pgp => Ok(MasterKey::Pgp {
            fingerprint: unspaced(),
        }),
        Kind::GcpKms => Ok(MasterKey::GcpKms {
            resource_id: unspaced(),
        }),
        Kind::Kms => {
            let arn = unspaced();
            // A `+` can be part of a name, `+arn:` cannot.
            let (arn, role) = match arn.split_once("+arn:") {
                Some((arn, role)) if !arn.is_empty() => (arn.to_owned(), format!("arn:{role}")),
                _ => (arn, String::new()),
            };
            Ok(MasterKey::AwsKms {
                arn,
                role,
                context: context.clone(),
                profile: profile.to_owned(),
            })
        }
        Kind::HuaweiKms => match text.split_once(':') {
            Some((region, id)) if !region.trim().is_empty() && !id.trim().is_empty() => {
                Ok(MasterKey::HuaweiKms {
                    key_id: text.to_owned(),
                })
            }
            _ => Err(format!(
                "holds `{text}`, which is not of the form `REGION:UUID`"
            )),
        },
        Kind::AzureKeyVault => azure(text),
        Kind::HcVault => vault(text),
    }
}

/// `https://HOST/keys/NAME/VERSION`.
fn azure(text: &str) -> Result<MasterKey, String> {
    let parts: Option<Vec<&str>> = text
        .strip_prefix("https://")
        .map(|rest| rest.split('/').collect());
    match parts.as_deref() {
        Some([host, "keys", name, rest @ ..])
            if !host.is_empty() && !name.is_empty() && rest.len() < 2 =>
        {
            Ok(MasterKey::AzureKeyVault {
                vault_url: format!("https://{host}"),
                name: (*name).to_owned(),
                version: rest.first().copied().unwrap_or_default().to_owned(),
            })
        }
        _ => Err(format!(
            "holds `{text}`, which is not of the form `https://NAME.vault.azure.net/keys/KEY/VERSION`"
        )),
    }
}

/// `https://HOST:PORT/v1/ENGINE/keys/NAME`.
fn vault(text: &str) -> Result<MasterKey, String> {
    let wrong = || {
        format!("holds `{text}`, which is not of the form `https://HOST:PORT/v1/ENGINE/keys/NAME`")
    };
    let (scheme, rest) = text.split_once("://").ok_or_else(wrong)?;
    let (host, path) = rest.split_once('/').ok_or_else(wrong)?;
    if scheme.is_empty() || host.is_empty() || path.contains(['?', '#']) {
        return Err(wrong());
    }
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let version = parts.first().and_then(|part| part.strip_prefix('v'));
    let is_version = version
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()));
    match parts.as_slice() {
        [_, engine @ .., _, name] if is_version && !engine.is_empty() && !parts.contains(&"") => {
            Ok(MasterKey::HcVault {
                address: format!("{scheme}://{host}"),
                engine: engine.join("/"),
                name: (*name).to_owned(),
            })
        }
        _ => Err(wrong()),
    }
}

/// Keys given as flags, each a comma separated list, as sops names them.
#[derive(Debug, Clone, Default)]
pub struct KeyFlags {
    /// `--age`.
    pub age: Vec<String>,
    /// `--pgp`.
    pub pgp: Vec<String>,
    /// `--kms`.
    pub kms: Vec<String>,
    /// `--gcp-kms`.
    pub gcp_kms: Vec<String>,
    /// `--azure-kv`.
    pub azure_kv: Vec<String>,
    /// `--hc-vault-transit`.
    pub hc_vault_transit: Vec<String>,
    /// `--hckms`.
    pub hckms: Vec<String>,
    /// `--aws-profile`.
    pub aws_profile: Option<String>,
    /// `--encryption-context`, pairs `KEY:VALUE` separated by commas.
    pub encryption_context: Option<String>,
}

impl KeyFlags {
    /// The keys, in the order in which sops takes them; empty if no flag names one.
    ///
    /// # Errors
    ///
    /// The flag and what is wrong with it, as one sentence.
    pub fn keys(&self) -> Result<Vec<MasterKey>, String> {
        let context = self.context()?;
        let profile = self.aws_profile.as_deref().unwrap_or_default();
        let mut keys = Vec::new();
        for (flag, kind, values) in [
            ("--kms", Kind::Kms, &self.kms),
            ("--gcp-kms", Kind::GcpKms, &self.gcp_kms),
            ("--hckms", Kind::HuaweiKms, &self.hckms),
            ("--azure-kv", Kind::AzureKeyVault, &self.azure_kv),
            ("--pgp", Kind::Pgp, &self.pgp),
            ("--hc-vault-transit", Kind::HcVault, &self.hc_vault_transit),
            ("--age", Kind::Age, &self.age),
        ] {
            let words = values.iter().flat_map(|value| value.split(','));
            for word in words.filter(|word| !word.trim().is_empty()) {
                let parsed = Spelling::word(kind, word, Some(profile)).parse(&context);
                keys.push(parsed.map_err(|why| format!("`{flag}` {why}"))?);
            }
        }
        Ok(keys)
    }

    /// The encryption context, empty if there is none.
    ///
    /// # Errors
    ///
    /// A pair that is none; sops goes on without any context then, which nobody can want.
    pub fn context(&self) -> Result<BTreeMap<String, String>, String> {
        let text = self.encryption_context.as_deref().unwrap_or_default();
        let pairs = text.split(',').filter(|pair| !pair.is_empty());
        pairs
            .map(|pair| match pair.split(':').collect::<Vec<_>>().as_slice() {
                [key, value] => Ok(((*key).to_owned(), (*value).to_owned())),
                _ => Err(format!(
                    "`--encryption-context` holds `{pair}`, which is not of the form `KEY:VALUE`"
                )),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(kind: Kind, text: &str) -> Result<String, String> {
        let key = Spelling::word(kind, text, None).parse(&BTreeMap::new());
        key.map(|key| key.to_string())
    }

    #[test]
    fn keys_of_every_kind_are_read_as_sops_reads_them() {
        for (kind, text, expected) in [
            (Kind::Pgp, "AB CD EF", "ABCDEF"),
            (
                Kind::Kms,
                "arn:aws:kms:eu:1:key/a+b +arn:aws:iam::1:role/r",
                "arn:aws:kms:eu:1:key/a+b+arn:aws:iam::1:role/r",
            ),
            (Kind::GcpKms, " projects/p ", "projects/p"),
            (Kind::HuaweiKms, "eu:uuid", "eu:uuid"),
            (
                Kind::AzureKeyVault,
                "https://v.vault.azure.net/keys/k/1",
                "https://v.vault.azure.net/keys/k/1",
            ),
            (
                Kind::HcVault,
                "https://v:8200/v1/team/transit/keys/k",
                "https://v:8200/v1/team/transit/keys/k",
            ),
        ] {
            assert_eq!(parsed(kind, text).as_deref(), Ok(expected));
        }
        let role = Spelling::word(Kind::Kms, "arn:k+arn:r", None).parse(&BTreeMap::new());
        assert!(matches!(role, Ok(MasterKey::AwsKms { role, .. }) if role == "arn:r"));
    }

    #[test]
    fn what_is_no_key_says_what_it_should_be() {
        for (kind, text, expected) in [
            (Kind::Age, "age1nonsense", "recipient"),
            (Kind::HuaweiKms, "uuid", "REGION:UUID"),
            (Kind::AzureKeyVault, "https://v/keys", "KEY/VERSION"),
            (
                Kind::AzureKeyVault,
                "https://v/keys/k",
                "without its version",
            ),
            (Kind::HcVault, "https://v:8200/transit/keys/k", "/v1/ENGINE"),
            (Kind::HcVault, "v:8200/v1/transit/keys/k", "/v1/ENGINE"),
            (
                Kind::HcVault,
                "https://v/prefix/v1/transit/keys/k",
                "/v1/ENGINE",
            ),
            (Kind::Pgp, " ", "empty"),
        ] {
            let error = parsed(kind, text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn flags_hold_lists_and_context() {
        let flags = KeyFlags {
            pgp: vec!["A,B".into(), "C".into()],
            kms: vec!["arn:k".into()],
            aws_profile: Some("p".into()),
            encryption_context: Some("a:b,c:d".into()),
            ..KeyFlags::default()
        };
        let names: Vec<String> = flags
            .keys()
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(names, ["arn:k|a:b,c:d|p", "A", "B", "C"]);
        let flags = KeyFlags {
            encryption_context: Some("a".into()),
            ..KeyFlags::default()
        };
        assert!(flags.keys().unwrap_err().contains("KEY:VALUE"));
        let flags = KeyFlags {
            age: vec!["x".into()],
            ..KeyFlags::default()
        };
        assert!(flags.keys().unwrap_err().starts_with("`--age` "));
    }
}
