//! Certificate authorities of fake servers: the server's side of what `ksail` mints, with code of its own.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// An authority that can sign.
pub(super) struct Authority {
    /// Its certificate, PEM.
    pub(super) certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// A new one.
    pub(super) fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap().pem();
        let issuer = Issuer::new(params, key);
        Self {
            certificate,
            issuer,
        }
    }

    /// One out of a machine's configuration: PEM certificate, and PEM key in one of the forms that Talos writes.
    pub(super) fn of_talos(certificate: &str, key: &str) -> Self {
        let key = KeyPair::from_pem(&pkcs8(key)).unwrap();
        Self {
            certificate: certificate.to_owned(),
            issuer: Issuer::from_ca_cert_pem(certificate, key).unwrap(),
        }
    }

    /// PEM certificate and PEM key for a name or address.
    pub(super) fn sign(&self, names: &[&str]) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let params = CertificateParams::new(names).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    /// Its certificate.
    pub(super) fn root(&self) -> CertificateDer<'static> {
        CertificateDer::from_pem_slice(self.certificate.as_bytes()).unwrap()
    }

    /// A server's certificate and key for these names.
    pub(super) fn server(
        &self,
        names: &[&str],
    ) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        let (certificate, key) = self.sign(names);
        let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
        (vec![certificate], key)
    }
}

/// A key as PKCS #8 PEM. The labels are Talos' own; under `PRIVATE KEY` it would refuse before 1.11.
fn pkcs8(key: &str) -> String {
    if let Some(body) = key.strip_prefix("-----BEGIN ED25519 PRIVATE KEY-----") {
        let body = body
            .trim()
            .strip_suffix("-----END ED25519 PRIVATE KEY-----");
        return format!(
            "-----BEGIN PRIVATE KEY-----{}-----END PRIVATE KEY-----\n",
            body.unwrap()
        );
    }
    let body = key
        .trim()
        .strip_prefix("-----BEGIN EC PRIVATE KEY-----")
        .and_then(|body| body.strip_suffix("-----END EC PRIVATE KEY-----"))
        .expect("no key that Talos knows");
    let body: String = body.split_ascii_whitespace().collect();
    let sec1 = STANDARD.decode(body).unwrap();
    assert_eq!(sec1.len(), 121, "curve and public key are expected");
    // SEQUENCE { version 0, { id-ecPublicKey, prime256v1 }, OCTET STRING { .. } }
    let head = [
        0x30, 0x81, 0x93, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d,
        0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x79,
    ];
    let body = STANDARD.encode([head.as_slice(), &sec1].concat());
    let lines: Vec<&str> = body
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    let lines = lines.join("\n");
    format!("-----BEGIN PRIVATE KEY-----\n{lines}\n-----END PRIVATE KEY-----\n")
}
