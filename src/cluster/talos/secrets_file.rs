//! `secrets.yaml`, as `talosctl gen secrets` writes it and `talosctl gen config --with-secrets` reads it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::pki::KeyedCert;
use super::secrets::{Bundle, Encryption, Identity};
use crate::config::{Cell, Error};
use crate::pem;
use crate::secret::Secret;
use crate::yaml::{self, Source};

const SECRETBOX: &str = "secretboxencryptionsecret";
const AES_CBC: &str = "aescbcencryptionsecret";
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----";

/// Reads the text of a file. Errors name the place and never the value.
pub(super) fn read(text: &str, source: &Source) -> Result<Bundle, Error> {
    let source = source.clone().confidential();
    let roots = yaml::load_untyped(text, &source)?;
    let [root] = roots.as_slice() else {
        return Err(Error::Documents {
            name: source.name().to_owned(),
            count: roots.len(),
        });
    };
    let mut fields = Cell::root(root, &source).fields()?;
    let mut cluster = fields.require("cluster")?.fields()?;
    let identity = Identity {
        id: base64_text(&cluster.require("id")?)?,
        secret: Secret::new(base64_text(&cluster.require("secret")?)?),
    };
    cluster.finish()?;
    let cell = fields.require("secrets")?;
    let mut secrets = cell.fields()?;
    let bootstrap_token = token(&secrets.require("bootstraptoken")?)?;
    let key = |cell: &Cell<'_>| base64_text(cell).map(Secret::new);
    let secretbox = secrets.read(SECRETBOX, key)?;
    let aes_cbc = secrets.read(AES_CBC, key)?;
    let encryption = match (secretbox, aes_cbc) {
        (Some(key), None) => Encryption::Secretbox(key),
        (None, Some(key)) => Encryption::AesCbc(key),
        (Some(_), Some(_)) => {
            return Err(cell.rule(format!("must not have both `{SECRETBOX}` and `{AES_CBC}`")));
        }
        (None, None) => {
            return Err(cell.rule(format!("must have `{SECRETBOX}` or `{AES_CBC}`")));
        }
    };
    secrets.finish()?;
    let mut trustd = fields.require("trustdinfo")?.fields()?;
    let trustd_token = token(&trustd.require("token")?)?;
    trustd.finish()?;
    let mut certs = fields.require("certs")?.fields()?;
    let etcd = keyed(&certs.require("etcd")?)?;
    let kubernetes = keyed(&certs.require("k8s")?)?;
    let aggregator = keyed(&certs.require("k8saggregator")?)?;
    let mut account = certs.require("k8sserviceaccount")?.fields()?;
    let service_account = private_key(&account.require("key")?)?;
    account.finish()?;
    let os = keyed(&certs.require("os")?)?;
    certs.finish()?;
    fields.finish()?;
    Ok(Bundle {
        identity,
        bootstrap_token,
        encryption,
        trustd_token,
        os,
        etcd,
        kubernetes,
        aggregator,
        service_account,
    })
}

/// The text of a file, keys in the order of talosctl.
pub(super) fn write(bundle: &Bundle) -> Secret<String> {
    let (name, key) = match &bundle.encryption {
        Encryption::Secretbox(key) => (SECRETBOX, key),
        Encryption::AesCbc(key) => (AES_CBC, key),
    };
    let keyed = |pair: &KeyedCert| {
        json!({
            "crt": BASE64.encode(&pair.certificate),
            "key": BASE64.encode(pair.key.expose()),
        })
    };
    let value: Value = json!({
        "cluster": {
            "id": bundle.identity.id,
            "secret": bundle.identity.secret.expose(),
        },
        "secrets": {
            "bootstraptoken": bundle.bootstrap_token.expose(),
            name: key.expose(),
        },
        "trustdinfo": {"token": bundle.trustd_token.expose()},
        "certs": {
            "etcd": keyed(&bundle.etcd),
            "k8s": keyed(&bundle.kubernetes),
            "k8saggregator": keyed(&bundle.aggregator),
            "k8sserviceaccount": {"key": BASE64.encode(bundle.service_account.expose())},
            "os": keyed(&bundle.os),
        },
    });
    Secret::new(yaml::to_yaml(&value))
}

fn keyed(cell: &Cell<'_>) -> Result<KeyedCert, Error> {
    let mut fields = cell.fields()?;
    let crt = fields.require("crt")?;
    let certificate = decoded(&crt)?;
    if !is_certificate(&certificate) {
        return Err(crt.rule("is not a PEM certificate in base64"));
    }
    let key = private_key(&fields.require("key")?)?;
    fields.finish()?;
    Ok(KeyedCert { certificate, key })
}

fn private_key(cell: &Cell<'_>) -> Result<Secret<String>, Error> {
    let key = Secret::new(decoded(cell)?);
    if pem::private_key(key.expose()).is_none() {
        return Err(cell.rule("is not a PEM private key in base64"));
    }
    Ok(key)
}

/// Whether a text begins like a PEM certificate; what is in it shows when it is used.
pub(super) fn is_certificate(text: &str) -> bool {
    text.trim_start().starts_with(CERTIFICATE)
}

fn decoded(cell: &Cell<'_>) -> Result<String, Error> {
    let text = Secret::new(cell.text()?);
    decoded_text(text.expose()).ok_or_else(|| cell.rule("is not base64"))
}

/// The text that a base64 text stands for.
pub(super) fn decoded_text(text: &str) -> Option<String> {
    String::from_utf8(BASE64.decode(text).ok()?).ok()
}

/// A base64 text of either alphabet, as it is written.
fn base64_text(cell: &Cell<'_>) -> Result<String, Error> {
    let text = cell.filled_text()?;
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(&byte);
    if !text.bytes().all(known) {
        return Err(cell.rule("is not base64"));
    }
    Ok(text)
}

/// A token of kubeadm's form, or what else Talos takes as one: two parts with a point between them.
fn token(cell: &Cell<'_>) -> Result<Secret<String>, Error> {
    let text = Secret::new(cell.filled_text()?);
    let parts: Vec<&str> = text.expose().split('.').collect();
    if parts.len() != 2 || parts.iter().any(|part| part.is_empty()) {
        return Err(cell.rule("must be two parts with a point between them"));
    }
    Ok(text)
}
