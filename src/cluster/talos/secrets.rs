//! The secrets of a Talos cluster: what `talosctl gen secrets` makes and its `secrets.yaml` holds.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use time::OffsetDateTime;

use super::pki::{self, KeyedCert, Purpose};
use super::secrets_file;
use crate::config;
use crate::secret::Secret;
use crate::yaml::Source;

const TOKEN_LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
/// Letters on which the two alphabets of base64 agree.
const COMMON_LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// Those whose last two bits are zero: what may end the base64 form of 32 bytes.
const LAST_LETTERS: &[u8] = b"AEIMQUYcgkosw048";
/// Bytes of cluster id, cluster secret and encryption key.
const SECRET_BYTES: usize = 32;
/// Full letters in the base64 form of that many bytes; one more and a `=` follow.
const FULL_LETTERS: usize = 42;

/// How members of a cluster find each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// 32 bytes in base64.
    pub id: String,
    /// 32 bytes in base64.
    pub secret: Secret<String>,
}

/// The key that encrypts Kubernetes secrets in etcd: 32 bytes in base64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Encryption {
    /// With secretbox, the choice since Talos 1.3.
    Secretbox(Secret<String>),
    /// With AES-CBC, as before that.
    AesCbc(Secret<String>),
}

/// All secrets of a cluster. Its nodes' configurations are made of these, and everything that is minted later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// `cluster.id` and `cluster.secret`.
    pub identity: Identity,
    /// `cluster.token`: lets kubelets join.
    pub bootstrap_token: Secret<String>,
    /// `cluster.secretboxEncryptionSecret` or `cluster.aescbcEncryptionSecret`.
    pub encryption: Encryption,
    /// `machine.token`: lets workers ask for certificates of the Talos API.
    pub trustd_token: Secret<String>,
    /// `machine.ca`: signs for the Talos API.
    pub os: KeyedCert,
    /// `cluster.etcd.ca`.
    pub etcd: KeyedCert,
    /// `cluster.ca`: signs for Kubernetes.
    pub kubernetes: KeyedCert,
    /// `cluster.aggregatorCA`.
    pub aggregator: KeyedCert,
    /// `cluster.serviceAccount.key`, PEM.
    pub service_account: Secret<String>,
}

impl Bundle {
    /// New secrets, valid from `now`. `random` gives that many random bytes.
    pub fn generate(
        now: OffsetDateTime,
        random: &dyn Fn(usize) -> Vec<u8>,
    ) -> Result<Self, pki::Error> {
        let key = || Secret::new(BASE64.encode(Secret::new(random(SECRET_BYTES)).expose()));
        Ok(Self {
            identity: Identity {
                id: cluster_id(random),
                secret: key(),
            },
            bootstrap_token: token(random),
            encryption: Encryption::Secretbox(key()),
            trustd_token: token(random),
            os: pki::authority(Purpose::Os, now)?,
            etcd: pki::authority(Purpose::Etcd, now)?,
            kubernetes: pki::authority(Purpose::Kubernetes, now)?,
            aggregator: pki::authority(Purpose::Aggregator, now)?,
            service_account: pki::service_account_key()?,
        })
    }

    /// Reads a `secrets.yaml`.
    pub fn from_yaml(text: &str, source: &Source) -> Result<Self, config::Error> {
        secrets_file::read(text, source)
    }

    /// A `secrets.yaml` that talosctl reads.
    pub fn to_yaml(&self) -> Secret<String> {
        secrets_file::write(self)
    }

    /// Certificate and key of an administrator of the Talos API, for a year.
    pub fn talos_administrator(&self, now: OffsetDateTime) -> Result<KeyedCert, pki::Error> {
        pki::talos_administrator(&self.os, now)
    }

    /// Certificate and key of an administrator of Kubernetes, for a year.
    pub fn kubernetes_administrator(&self, now: OffsetDateTime) -> Result<KeyedCert, pki::Error> {
        pki::kubernetes_administrator(&self.kubernetes, now)
    }
}

/// A token in the form of kubeadm: `[a-z0-9]{6}.[a-z0-9]{16}`.
fn token(random: &dyn Fn(usize) -> Vec<u8>) -> Secret<String> {
    let id = letters(TOKEN_LETTERS, 6, random);
    let secret = Secret::new(letters(TOKEN_LETTERS, 16, random));
    Secret::new(format!("{id}.{}", secret.expose()))
}

/// 32 random bytes in base64. Talos reads the URL-safe alphabet until 1.13 and the standard one from 1.14 on, so only
/// letters of both are drawn: 253 of 256 bits are left.
fn cluster_id(random: &dyn Fn(usize) -> Vec<u8>) -> String {
    let mut id = letters(COMMON_LETTERS, FULL_LETTERS, random);
    id.push_str(&letters(LAST_LETTERS, 1, random));
    id.push('=');
    id
}

/// Letters of an alphabet. Eight bytes for each make the bias of the remainder immaterial.
fn letters(alphabet: &[u8], count: usize, random: &dyn Fn(usize) -> Vec<u8>) -> String {
    let bytes = Secret::new(random(count * 8));
    let numbers = bytes.expose().chunks(8).map(|chunk| {
        chunk.iter().fold(0_u64, |number, byte| {
            number.wrapping_shl(8) | u64::from(*byte)
        })
    });
    let size = alphabet.len() as u64;
    numbers
        .map(|number| {
            let index = usize::try_from(number % size).unwrap_or_default();
            char::from(alphabet[index])
        })
        .collect()
}

#[cfg(test)]
mod tests;
