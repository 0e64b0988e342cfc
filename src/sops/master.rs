//! Master keys: who may unwrap the data key of a file.

use std::collections::BTreeMap;
use std::fmt;

/// A kind of master key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provider {
    /// AWS Key Management Service.
    AwsKms,
    /// GCP Key Management Service.
    GcpKms,
    /// Huawei Cloud Key Management Service.
    HuaweiKms,
    /// Azure Key Vault.
    AzureKeyVault,
    /// Transit engine of Vault.
    HcVault,
    /// PGP.
    Pgp,
    /// age, with native, ssh and plugin recipients.
    Age,
}

impl Provider {
    /// All of them, in the order in which sops reads their entries.
    pub const ALL: [Provider; 7] = [
        Provider::AwsKms,
        Provider::GcpKms,
        Provider::HuaweiKms,
        Provider::AzureKeyVault,
        Provider::HcVault,
        Provider::Pgp,
        Provider::Age,
    ];

    /// The list in the metadata that holds its entries, and its name in a decryption order.
    pub fn field(self) -> &'static str {
        match self {
            Provider::AwsKms => "kms",
            Provider::GcpKms => "gcp_kms",
            Provider::HuaweiKms => "hckms",
            Provider::AzureKeyVault => "azure_kv",
            Provider::HcVault => "hc_vault",
            Provider::Pgp => "pgp",
            Provider::Age => "age",
        }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Provider::AwsKms => "AWS KMS",
            Provider::GcpKms => "GCP KMS",
            Provider::HuaweiKms => "HuaweiCloud KMS",
            Provider::AzureKeyVault => "Azure Key Vault",
            Provider::HcVault => "HashiCorp Vault",
            Provider::Pgp => "PGP",
            Provider::Age => "age",
        })
    }
}

/// A key that wraps data keys; public data only. Displays as sops names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MasterKey {
    /// An age recipient: `age1…`, `age1NAME1…` of a plugin, `ssh-ed25519 …` or `ssh-rsa …`.
    Age {
        /// The recipient.
        recipient: String,
    },
    /// A PGP key.
    Pgp {
        /// Its fingerprint without spaces; a final `!` demands exactly this subkey.
        fingerprint: String,
    },
    /// A key of AWS KMS.
    AwsKms {
        /// Its resource name.
        arn: String,
        /// Role to assume; empty for none.
        role: String,
        /// Encryption context.
        context: BTreeMap<String, String>,
        /// Profile of the AWS configuration; empty for the default one.
        profile: String,
    },
    /// A key of GCP KMS.
    GcpKms {
        /// `projects/…/locations/…/keyRings/…/cryptoKeys/…`.
        resource_id: String,
    },
    /// A key of Azure Key Vault.
    AzureKeyVault {
        /// `https://NAME.vault.azure.net`.
        vault_url: String,
        /// Name of the key.
        name: String,
        /// Its version.
        version: String,
    },
    /// A key of the transit engine of Vault.
    HcVault {
        /// `https://HOST:PORT`.
        address: String,
        /// Where the engine is mounted.
        engine: String,
        /// Name of the key.
        name: String,
    },
    /// A key of Huawei Cloud KMS.
    HuaweiKms {
        /// `REGION:UUID`.
        key_id: String,
    },
}

impl MasterKey {
    /// The kind of key.
    pub fn provider(&self) -> Provider {
        match self {
            MasterKey::Age { .. } => Provider::Age,
            MasterKey::Pgp { .. } => Provider::Pgp,
            MasterKey::AwsKms { .. } => Provider::AwsKms,
            MasterKey::GcpKms { .. } => Provider::GcpKms,
            MasterKey::AzureKeyVault { .. } => Provider::AzureKeyVault,
            MasterKey::HcVault { .. } => Provider::HcVault,
            MasterKey::HuaweiKms { .. } => Provider::HuaweiKms,
        }
    }
}

impl MasterKey {
    /// Its name, short enough for a message: post-quantum recipients alone are as long as a page.
    pub fn short(&self) -> String {
        const LONGEST: usize = 120;
        let name: Vec<char> = self.to_string().chars().collect();
        if name.len() <= LONGEST {
            return name.into_iter().collect();
        }
        let (begin, end) = (&name[..32], &name[name.len() - 8..]);
        begin.iter().chain(&['…']).chain(end).collect()
    }
}

impl fmt::Display for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MasterKey::Age { recipient } => f.write_str(recipient),
            MasterKey::Pgp { fingerprint } => f.write_str(fingerprint),
            MasterKey::GcpKms { resource_id } => f.write_str(resource_id),
            MasterKey::HuaweiKms { key_id } => f.write_str(key_id),
            MasterKey::AzureKeyVault {
                vault_url,
                name,
                version,
            } => write!(f, "{vault_url}/keys/{name}/{version}"),
            MasterKey::HcVault {
                address,
                engine,
                name,
            } => write!(f, "{address}/v1/{engine}/keys/{name}"),
            MasterKey::AwsKms {
                arn,
                role,
                context,
                profile,
            } => {
                f.write_str(arn)?;
                if !role.is_empty() {
                    write!(f, "+{role}")?;
                }
                if !context.is_empty() || !profile.is_empty() {
                    let pairs = context.iter().map(|(key, value)| format!("{key}:{value}"));
                    write!(f, "|{}", pairs.collect::<Vec<_>>().join(","))?;
                }
                if !profile.is_empty() {
                    write!(f, "|{profile}")?;
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_shortened_for_messages() {
        let name = |recipient: String| MasterKey::Age { recipient }.short();
        assert_eq!(name("age1x".into()), "age1x");
        let long = name(format!("age1pq1{}end", "x".repeat(1900)));
        assert_eq!(long, format!("age1pq1{}…xxxxxend", "x".repeat(25)));
    }
}
