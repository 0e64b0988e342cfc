//! The `sops` mapping of an encrypted document, read and written.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::error::Error;
use super::master::MasterKey;
use super::rules::{Rule, RuleTexts};
use super::wrapped::{Wrapped, read_group, write_group};

/// What the metadata of a file says about its keys, its rule and its authentication code.
#[derive(Debug)]
pub(crate) struct Metadata {
    /// Key groups; more than one means that the data key is split among them. Any one entry of a group is enough.
    pub(crate) groups: Vec<Vec<Wrapped>>,
    /// How many groups are needed.
    pub(crate) threshold: usize,
    /// `lastmodified` as it was authenticated.
    pub(crate) last_modified: String,
    /// The sealed authentication code.
    pub(crate) mac: String,
    /// Which values are encrypted.
    pub(crate) rule: Rule,
    /// The authentication code covers encrypted values only.
    pub(crate) mac_only_encrypted: bool,
    /// The version of sops that the file is for; empty if it does not say.
    pub(crate) version: String,
}

/// Every field is optional and nullable: sops before 3.10 writes `null` for empty lists.
#[derive(Deserialize)]
struct Fields {
    key_groups: Option<Vec<Value>>,
    shamir_threshold: Option<usize>,
    lastmodified: Option<String>,
    mac: Option<String>,
    mac_only_encrypted: Option<bool>,
    version: Option<String>,
}

impl Metadata {
    /// Reads the `sops` mapping.
    pub(crate) fn read(sops: &Value) -> Result<Self, Error> {
        let metadata = Self::read_without_mac(sops)?;
        if metadata.mac.is_empty() {
            return Err(Error::MacMissing);
        }
        Ok(metadata)
    }

    /// Like [`Metadata::read`], where it does not matter whether there is an authentication code.
    pub(crate) fn read_without_mac(sops: &Value) -> Result<Self, Error> {
        let fault = |error: serde_json::Error| Error::Metadata(error.to_string());
        let fields = Fields::deserialize(sops).map_err(fault)?;
        let rule = RuleTexts::deserialize(sops).map_err(fault)?;
        // sops looks at key groups only if no key stands beside them.
        let single = read_group(sops)?;
        let groups = match fields.key_groups.filter(|groups| !groups.is_empty()) {
            Some(groups) if single.is_empty() => {
                groups.iter().map(read_group).collect::<Result<_, _>>()?
            }
            _ => vec![single],
        };
        let threshold = fields
            .shamir_threshold
            .filter(|threshold| *threshold > 0)
            .unwrap_or(groups.len());
        Ok(Self {
            threshold,
            last_modified: authenticated_time(&fields.lastmodified.unwrap_or_default())
                .ok_or_else(|| Error::Metadata("`lastmodified` is no RFC 3339 timestamp".into()))?,
            mac: fields.mac.unwrap_or_default(),
            rule: Rule::new(rule)?,
            mac_only_encrypted: fields.mac_only_encrypted.unwrap_or(false),
            version: fields.version.unwrap_or_default(),
            groups,
        })
    }

    /// The `sops` mapping, with its fields in the order of the alphabet.
    pub(crate) fn write(&self) -> Map<String, Value> {
        let mut fields: BTreeMap<String, Value> = BTreeMap::new();
        match self.groups.as_slice() {
            [group] => fields.extend(write_group(group, false)),
            groups => {
                let groups = groups
                    .iter()
                    .map(|group| Value::Object(write_group(group, true)));
                fields.insert("key_groups".into(), groups.collect::<Vec<_>>().into());
                fields.insert("shamir_threshold".into(), self.threshold.into());
            }
        }
        let (name, text) = self.rule.field();
        fields.insert(name.into(), text.into());
        if self.mac_only_encrypted {
            fields.insert("mac_only_encrypted".into(), true.into());
        }
        fields.insert("lastmodified".into(), self.last_modified.as_str().into());
        fields.insert("mac".into(), self.mac.as_str().into());
        fields.insert("version".into(), self.version.as_str().into());
        fields.into_iter().collect()
    }

    /// All keys the file names.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &MasterKey> {
        self.groups.iter().flatten().map(|entry| &entry.key)
    }
}

/// The form in which sops authenticates `lastmodified`: the offset as written, without fractions of a second, and `Z`
/// for an offset of zero.
fn authenticated_time(text: &str) -> Option<String> {
    let whole = text.get(..19)?;
    let rest = text.get(19..)?;
    let offset = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|digit: char| digit.is_ascii_digit()),
        None => rest,
    };
    let shape = |text: &str, pattern: &str| {
        text.len() == pattern.len()
            && text
                .bytes()
                .zip(pattern.bytes())
                .all(|(byte, pattern)| match pattern {
                    b'0' => byte.is_ascii_digit(),
                    b'+' => byte == b'+' || byte == b'-',
                    other => byte == other,
                })
    };
    let zero = ["Z", "+00:00", "-00:00"].contains(&offset);
    (shape(whole, "0000-00-00T00:00:00") && (zero || shape(offset, "+00:00")))
        .then(|| format!("{whole}{}", if zero { "Z" } else { offset }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nulls_of_old_versions_are_fine() {
        let metadata = Metadata::read(&json!({
            "kms": null, "gcp_kms": null, "azure_kv": null, "hc_vault": null, "pgp": null,
            "age": [{ "recipient": "age1x", "enc": "…" }],
            "lastmodified": "2024-02-03T04:05:06Z", "mac": "ENC[…]", "version": "3.7.3"
        }))
        .unwrap();
        let keys: Vec<String> = metadata.keys().map(ToString::to_string).collect();
        assert_eq!(keys, ["age1x"]);
        assert_eq!((metadata.groups.len(), metadata.threshold), (1, 1));
    }

    #[test]
    fn key_groups_and_providers_are_seen() {
        let metadata = Metadata::read(&json!({
            "key_groups": [{ "age": [{ "recipient": "a", "enc": "" }] }, { "pgp": [{ "fp": "b", "enc": "" }], "hc": null }],
            "shamir_threshold": 1, "lastmodified": "2024-02-03T04:05:06Z", "mac": "ENC[…]"
        }))
        .unwrap();
        assert_eq!((metadata.groups.len(), metadata.threshold), (2, 1));
        let keys: Vec<String> = metadata.keys().map(ToString::to_string).collect();
        assert_eq!(keys, ["a", "b"]);
    }

    #[test]
    fn what_is_read_is_written_again() {
        for metadata in [
            json!({
                "age": [{ "enc": "x", "recipient": "a" }], "lastmodified": "2024-02-03T04:05:06Z",
                "encrypted_regex": "^data$", "mac": "ENC[…]", "version": "3.13.3"
            }),
            json!({
                "key_groups": [{ "age": [{ "enc": "x", "recipient": "a" }], "hc_vault": [] },
                    { "age": [], "hc_vault": [], "pgp": [{ "created_at": "t", "enc": "y", "fp": "F" }] }],
                "shamir_threshold": 2, "lastmodified": "2024-02-03T04:05:06Z", "mac": "ENC[…]",
                "mac_only_encrypted": true, "unencrypted_suffix": "_clear", "version": "3.9.0"
            }),
        ] {
            let written = Metadata::read(&metadata).unwrap().write();
            assert_eq!(Value::Object(written), metadata);
        }
    }

    #[test]
    fn faults_are_classified() {
        let class = |value: Value| Metadata::read(&value).unwrap_err().class();
        assert_eq!(
            class(json!({ "lastmodified": "2024-02-03T04:05:06Z" })),
            "mac_missing"
        );
        assert_eq!(
            class(json!({ "mac": "x", "lastmodified": "yesterday" })),
            "metadata"
        );
        assert_eq!(class(json!({ "mac": 5 })), "metadata");
        assert_eq!(
            class(json!({
                "mac": "x", "lastmodified": "2024-02-03T04:05:06Z", "encrypted_suffix": "a", "unencrypted_suffix": "b"
            })),
            "metadata"
        );
    }

    #[test]
    fn time_keeps_its_offset_and_loses_its_fraction() {
        for (text, expected) in [
            ("2024-02-03T04:05:06Z", Some("2024-02-03T04:05:06Z")),
            ("2024-02-03T04:05:06.123456Z", Some("2024-02-03T04:05:06Z")),
            (
                "2024-02-03T04:05:06+02:00",
                Some("2024-02-03T04:05:06+02:00"),
            ),
            ("2024-02-03T04:05:06+00:00", Some("2024-02-03T04:05:06Z")),
            ("2024-02-03", None),
            ("2024-02-03T04:05:06", None),
        ] {
            assert_eq!(authenticated_time(text).as_deref(), expected);
        }
    }
}
