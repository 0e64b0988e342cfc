//! Messages of sops' key service, `keyservice/keyservice.proto` in its repository.

use std::collections::HashMap;

use prost::{Message, Oneof};
use zeroize::Zeroize;

use crate::sops::master::MasterKey;

/// A master key.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Key {
    #[prost(oneof = "KeyType", tags = "1, 2, 3, 4, 5, 6, 7")]
    pub(super) key_type: Option<KeyType>,
}

/// The kinds of master keys.
#[derive(Clone, PartialEq, Oneof)]
pub(super) enum KeyType {
    #[prost(message, tag = "1")]
    Kms(KmsKey),
    #[prost(message, tag = "2")]
    Pgp(PgpKey),
    #[prost(message, tag = "3")]
    GcpKms(GcpKmsKey),
    #[prost(message, tag = "4")]
    AzureKeyVault(AzureKeyVaultKey),
    #[prost(message, tag = "5")]
    Vault(VaultKey),
    #[prost(message, tag = "6")]
    Age(AgeKey),
    #[prost(message, tag = "7")]
    HuaweiKms(HuaweiKmsKey),
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct KmsKey {
    #[prost(string, tag = "1")]
    arn: String,
    #[prost(string, tag = "2")]
    role: String,
    #[prost(map = "string, string", tag = "3")]
    context: HashMap<String, String>,
    #[prost(string, tag = "4")]
    aws_profile: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct PgpKey {
    #[prost(string, tag = "1")]
    fingerprint: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct GcpKmsKey {
    #[prost(string, tag = "1")]
    resource_id: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct VaultKey {
    #[prost(string, tag = "1")]
    vault_address: String,
    #[prost(string, tag = "2")]
    engine_path: String,
    #[prost(string, tag = "3")]
    key_name: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct AzureKeyVaultKey {
    #[prost(string, tag = "1")]
    vault_url: String,
    #[prost(string, tag = "2")]
    name: String,
    #[prost(string, tag = "3")]
    version: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct AgeKey {
    #[prost(string, tag = "1")]
    recipient: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct HuaweiKmsKey {
    #[prost(string, tag = "1")]
    key_id: String,
}

/// Request of `Encrypt` and of `Decrypt`: a key, and bytes to wrap or wrapped ones.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Request {
    #[prost(message, optional, tag = "1")]
    pub(super) key: Option<Key>,
    #[prost(bytes = "vec", tag = "2")]
    pub(super) bytes: Vec<u8>,
}

/// Answer of both: wrapped bytes, or what was wrapped.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Answer {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) bytes: Vec<u8>,
}

impl Drop for Request {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

impl From<&MasterKey> for Key {
    fn from(key: &MasterKey) -> Self {
        let key_type = match key.clone() {
            MasterKey::Age { recipient } => KeyType::Age(AgeKey { recipient }),
            MasterKey::Pgp { fingerprint } => KeyType::Pgp(PgpKey { fingerprint }),
            MasterKey::AwsKms {
                arn,
                role,
                context,
                profile,
            } => KeyType::Kms(KmsKey {
                arn,
                role,
                context: context.into_iter().collect(),
                aws_profile: profile,
            }),
            MasterKey::GcpKms { resource_id } => KeyType::GcpKms(GcpKmsKey { resource_id }),
            MasterKey::AzureKeyVault {
                vault_url,
                name,
                version,
            } => KeyType::AzureKeyVault(AzureKeyVaultKey {
                vault_url,
                name,
                version,
            }),
            MasterKey::HcVault {
                address,
                engine,
                name,
            } => KeyType::Vault(VaultKey {
                vault_address: address,
                engine_path: engine,
                key_name: name,
            }),
            MasterKey::HuaweiKms { key_id } => KeyType::HuaweiKms(HuaweiKmsKey { key_id }),
        };
        Self {
            key_type: Some(key_type),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_have_the_numbers_of_the_protocol() {
        let key = MasterKey::Pgp {
            fingerprint: "AB".into(),
        };
        let request = Request {
            key: Some(Key::from(&key)),
            bytes: vec![7],
        };
        // 1: key { 2: pgp { 1: "AB" } }, 2: bytes.
        assert_eq!(
            request.encode_to_vec(),
            [0x0a, 6, 0x12, 4, 0x0a, 2, b'A', b'B', 0x12, 1, 7]
        );
    }
}
