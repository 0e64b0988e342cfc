//! The entries in which a data key is wrapped for master keys.
//!
//! The fields are those that sops writes; `created_at` is kept as it was read.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::error::Error;
use super::master::{MasterKey, Provider};

/// The data key, or one group's share of it, wrapped with one master key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrapped {
    /// The key that unwraps it, as a label: it is not trusted.
    pub key: MasterKey,
    /// The wrapped bytes, in the text form of the provider.
    pub enc: String,
    /// When it was wrapped, RFC 3339; entries of age have none.
    pub created_at: Option<String>,
}

/// All fields of all kinds of entries; sops before 3.10 writes `null` for what is empty.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Fields {
    enc: Option<String>,
    created_at: Option<String>,
    recipient: Option<String>,
    fp: Option<String>,
    arn: Option<String>,
    role: Option<String>,
    context: Option<BTreeMap<String, Option<String>>>,
    aws_profile: Option<String>,
    resource_id: Option<String>,
    key_id: Option<String>,
    vault_url: Option<String>,
    name: Option<String>,
    version: Option<String>,
    vault_address: Option<String>,
    engine_path: Option<String>,
    key_name: Option<String>,
}

/// Reads the entries of one key group: the `sops` mapping itself, or an item of its `key_groups`.
pub(crate) fn read_group(group: &Value) -> Result<Vec<Wrapped>, Error> {
    let mut entries = Vec::new();
    for provider in Provider::ALL {
        let list = match group.get(provider.field()) {
            None | Some(Value::Null) => continue,
            Some(list) => list,
        };
        let fault =
            |error: &dyn fmt::Display| Error::Metadata(format!("`{}`: {error}", provider.field()));
        let list = Vec::<Fields>::deserialize(list).map_err(|error| fault(&error))?;
        for fields in list {
            let entry = fields.read(provider);
            entries.push(entry.map_err(|name| fault(&format!("an entry lacks `{name}`")))?);
        }
    }
    Ok(entries)
}

impl Fields {
    /// The entry, or the name of a field that is missing.
    fn read(self, provider: Provider) -> Result<Wrapped, &'static str> {
        let need = |field: Option<String>, name: &'static str| field.ok_or(name);
        let key = match provider {
            Provider::Age => MasterKey::Age {
                recipient: need(self.recipient, "recipient")?,
            },
            Provider::Pgp => MasterKey::Pgp {
                fingerprint: need(self.fp, "fp")?,
            },
            Provider::AwsKms => MasterKey::AwsKms {
                arn: need(self.arn, "arn")?,
                role: self.role.unwrap_or_default(),
                context: self
                    .context
                    .unwrap_or_default()
                    .into_iter()
                    .map(|(key, value)| (key, value.unwrap_or_default()))
                    .collect(),
                profile: self.aws_profile.unwrap_or_default(),
            },
            Provider::GcpKms => MasterKey::GcpKms {
                resource_id: need(self.resource_id, "resource_id")?,
            },
            Provider::HuaweiKms => MasterKey::HuaweiKms {
                key_id: need(self.key_id, "key_id")?,
            },
            Provider::AzureKeyVault => MasterKey::AzureKeyVault {
                vault_url: need(self.vault_url, "vault_url")?,
                name: need(self.name, "name")?,
                version: self.version.unwrap_or_default(),
            },
            Provider::HcVault => MasterKey::HcVault {
                address: need(self.vault_address, "vault_address")?,
                engine: need(self.engine_path, "engine_path")?,
                name: need(self.key_name, "key_name")?,
            },
        };
        Ok(Wrapped {
            key,
            enc: need(self.enc, "enc")?,
            created_at: self.created_at,
        })
    }
}

impl Wrapped {
    /// The entry as sops writes it.
    fn write(&self) -> Value {
        let mut entry = match &self.key {
            MasterKey::Age { recipient } => json!({ "recipient": recipient }),
            MasterKey::Pgp { fingerprint } => json!({ "fp": fingerprint }),
            MasterKey::AwsKms {
                arn,
                role,
                context,
                profile,
            } => {
                let mut entry = json!({ "arn": arn, "aws_profile": profile });
                if !role.is_empty() {
                    entry["role"] = json!(role);
                }
                if !context.is_empty() {
                    entry["context"] = json!(context);
                }
                entry
            }
            MasterKey::GcpKms { resource_id } => json!({ "resource_id": resource_id }),
            MasterKey::HuaweiKms { key_id } => json!({ "key_id": key_id }),
            MasterKey::AzureKeyVault {
                vault_url,
                name,
                version,
            } => json!({ "vault_url": vault_url, "name": name, "version": version }),
            MasterKey::HcVault {
                address,
                engine,
                name,
            } => json!({ "vault_address": address, "engine_path": engine, "key_name": name }),
        };
        entry["enc"] = json!(self.enc);
        if let Some(created_at) = &self.created_at {
            entry["created_at"] = json!(created_at);
        }
        sorted(entry)
    }
}

/// The lists of one key group by the names of their fields, as sops writes them. Only an item of `key_groups` keeps
/// `age` and `hc_vault` when they are empty.
pub(crate) fn write_group(entries: &[Wrapped], item_of_groups: bool) -> Map<String, Value> {
    let mut providers = Provider::ALL;
    providers.sort_by_key(|provider| provider.field());
    let mut group = Map::new();
    for provider in providers {
        let list: Vec<Value> = entries
            .iter()
            .filter(|entry| entry.key.provider() == provider)
            .map(Wrapped::write)
            .collect();
        let kept = item_of_groups && matches!(provider, Provider::Age | Provider::HcVault);
        if kept || !list.is_empty() {
            group.insert(provider.field().to_owned(), list.into());
        }
    }
    group
}

/// Keys in alphabetical order, whatever order the map type keeps.
fn sorted(entry: Value) -> Value {
    match entry {
        Value::Object(fields) => {
            let fields: BTreeMap<String, Value> = fields.into_iter().collect();
            fields.into_iter().collect::<Map<_, _>>().into()
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One entry of every kind, with the fields that sops writes.
    fn every_kind() -> Value {
        let at = "2026-01-02T03:04:05Z";
        json!({
            "age": [{ "enc": "a", "recipient": "age1x" }],
            "azure_kv": [{ "created_at": at, "enc": "b", "name": "n", "vault_url": "https://v", "version": "1" }],
            "gcp_kms": [{ "created_at": at, "enc": "c", "resource_id": "projects/p" }],
            "hc_vault": [{ "created_at": at, "enc": "d", "engine_path": "transit", "key_name": "k", "vault_address": "https://v:8200" }],
            "hckms": [{ "created_at": at, "enc": "e", "key_id": "region:uuid" }],
            "kms": [{ "arn": "arn:aws:kms:eu:1:key/2", "aws_profile": "p", "context": { "a": "b" }, "created_at": at, "enc": "f", "role": "arn:aws:iam::1:role/r" }],
            "pgp": [{ "created_at": at, "enc": "g", "fp": "ABCD" }],
        })
    }

    #[test]
    fn entries_of_every_kind_survive_reading_and_writing() {
        let entries = read_group(&every_kind()).unwrap();
        let providers: Vec<Provider> = entries.iter().map(|entry| entry.key.provider()).collect();
        assert_eq!(providers, Provider::ALL);
        assert_eq!(Value::Object(write_group(&entries, false)), every_kind());
    }

    #[test]
    fn keys_are_named_as_sops_names_them() {
        let names: Vec<String> = read_group(&every_kind())
            .unwrap()
            .iter()
            .map(|entry| entry.key.to_string())
            .collect();
        assert_eq!(
            names,
            [
                "arn:aws:kms:eu:1:key/2+arn:aws:iam::1:role/r|a:b|p",
                "projects/p",
                "region:uuid",
                "https://v/keys/n/1",
                "https://v:8200/v1/transit/keys/k",
                "ABCD",
                "age1x",
            ]
        );
    }

    #[test]
    fn only_items_of_key_groups_keep_empty_lists() {
        assert!(write_group(&[], false).is_empty());
        let item = Value::Object(write_group(&[], true));
        assert_eq!(item, json!({ "age": [], "hc_vault": [] }));
    }

    #[test]
    fn an_incomplete_entry_is_named() {
        let error = read_group(&json!({ "pgp": [{ "enc": "x" }] })).unwrap_err();
        assert_eq!(error.to_string(), "metadata: `pgp`: an entry lacks `fp`");
        let nulls =
            json!({ "pgp": null, "age": [{ "recipient": "r", "enc": "x", "created_at": null }] });
        assert_eq!(read_group(&nulls).unwrap().len(), 1);
    }
}
