//! Keys and certificates of a kubeadm cluster, laid out as `kubeadm init phase certs` lays them out.
//!
//! Keys are ECDSA P-256: generating all of them takes a millisecond, where RSA keys made inside the node cost more
//! than a second on the way to the first API answer. Certificates that name the node's address (API server, etcd) are
//! left to kubeadm, because the Engine hands out the address when the container starts.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};
use time::{Duration, OffsetDateTime};

use crate::cluster::model::FileSpec;
use crate::secret::Secret;

const PKI_DIR: &str = "/etc/kubernetes/pki";
/// Validity of the authorities and of what they sign, as kubeadm's defaults have it.
const CA_DAYS: i64 = 3650;
const LEAF_DAYS: i64 = 365;
/// Hosts and nodes share a clock, but a virtual machine's may lag behind its host's.
const CLOCK_SKEW: Duration = Duration::minutes(5);

/// Why a certificate could not be made.
#[derive(Debug, thiserror::Error)]
#[error("cannot make the certificate `{subject}`")]
pub struct Error {
    subject: String,
    #[source]
    source: rcgen::Error,
}

impl crate::error::Hint for Error {}

/// A certificate and its private key, both PEM.
#[derive(Debug, Clone)]
pub struct KeyedCert {
    /// Certificate.
    pub certificate: String,
    /// Private key (PKCS #8).
    pub key: Secret<String>,
}

/// Subject and purpose of a certificate to sign.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Common name.
    pub name: &'a str,
    /// Organisation: a group for Kubernetes.
    pub group: Option<&'a str>,
}

/// A certificate authority that can sign.
#[derive(Debug, Clone)]
pub struct Authority {
    /// Its own certificate and key.
    pub cert: KeyedCert,
    now: OffsetDateTime,
}

impl Authority {
    /// A new self-signed authority.
    pub fn generate(name: &str, now: OffsetDateTime) -> Result<Self, Error> {
        let at = |source| Error {
            subject: name.to_owned(),
            source,
        };
        let key = new_key().map_err(at)?;
        let cert = authority_params(name, now)
            .map_err(at)?
            .self_signed(&key)
            .map_err(at)?;
        let cert = KeyedCert {
            certificate: cert.pem(),
            key: Secret::new(key.serialize_pem()),
        };
        Ok(Self { cert, now })
    }

    /// An authority read back from a running cluster.
    pub fn existing(cert: KeyedCert, now: OffsetDateTime) -> Self {
        Self { cert, now }
    }

    /// Signs a client certificate for a new key.
    pub fn client(&self, subject: Subject<'_>) -> Result<KeyedCert, Error> {
        let at = |source| Error {
            subject: subject.name.to_owned(),
            source,
        };
        let authority_key = KeyPair::from_pem(self.cert.key.expose()).map_err(at)?;
        // Out of the certificate, because the issuer's name must be the same to the byte.
        let issuer = Issuer::from_ca_cert_pem(&self.cert.certificate, authority_key).map_err(at)?;
        let key = new_key().map_err(at)?;
        let mut params = CertificateParams::default();
        params.distinguished_name = distinguished_name(subject);
        params.not_before = self.now - CLOCK_SKEW;
        params.not_after = self.now + Duration::days(LEAF_DAYS);
        params.key_usages = vec![
            KeyUsagePurpose::DigitalSignature,
            KeyUsagePurpose::KeyEncipherment,
        ];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        let cert = params.signed_by(&key, &issuer).map_err(at)?;
        Ok(KeyedCert {
            certificate: cert.pem(),
            key: Secret::new(key.serialize_pem()),
        })
    }
}

fn new_key() -> Result<KeyPair, rcgen::Error> {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)
}

fn authority_params(name: &str, now: OffsetDateTime) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new([name.to_owned()])?;
    params.distinguished_name = distinguished_name(Subject { name, group: None });
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::KeyEncipherment,
        KeyUsagePurpose::KeyCertSign,
    ];
    params.not_before = now - CLOCK_SKEW;
    params.not_after = now + Duration::days(CA_DAYS);
    Ok(params)
}

fn distinguished_name(subject: Subject<'_>) -> rcgen::DistinguishedName {
    let mut name = rcgen::DistinguishedName::new();
    if let Some(group) = subject.group {
        name.push(DnType::OrganizationName, group);
    }
    name.push(DnType::CommonName, subject.name);
    name
}

/// Everything of a new cluster that does not depend on a node's address.
#[derive(Debug, Clone)]
pub struct Pki {
    /// Signs API server, kubelet and user certificates.
    pub ca: Authority,
    front_proxy_ca: Authority,
    etcd_ca: Authority,
    service_account: (String, Secret<String>),
}

impl Pki {
    /// New keys and authorities, valid from `now`.
    pub fn generate(now: OffsetDateTime) -> Result<Self, Error> {
        let key = new_key().map_err(|source| Error {
            subject: "service-account".into(),
            source,
        })?;
        Ok(Self {
            ca: Authority::generate("kubernetes", now)?,
            front_proxy_ca: Authority::generate("front-proxy-ca", now)?,
            etcd_ca: Authority::generate("etcd-ca", now)?,
            service_account: (key.public_key_pem(), Secret::new(key.serialize_pem())),
        })
    }

    /// The files of `/etc/kubernetes/pki` for a control-plane node. `admin_group` is the group of the API server's
    /// kubelet client.
    pub fn control_plane_files(&self, admin_group: &str) -> Result<Vec<FileSpec>, Error> {
        let kubelet_client = Subject {
            name: "kube-apiserver-kubelet-client",
            group: Some(admin_group),
        };
        let etcd_client = Subject {
            name: "kube-apiserver-etcd-client",
            group: None,
        };
        let etcd_health = Subject {
            name: "kube-etcd-healthcheck-client",
            group: None,
        };
        let front_proxy = Subject {
            name: "front-proxy-client",
            group: None,
        };
        let mut files = Vec::new();
        for (path, cert) in [
            ("ca", self.ca.cert.clone()),
            ("apiserver-kubelet-client", self.ca.client(kubelet_client)?),
            ("front-proxy-ca", self.front_proxy_ca.cert.clone()),
            (
                "front-proxy-client",
                self.front_proxy_ca.client(front_proxy)?,
            ),
            ("etcd/ca", self.etcd_ca.cert.clone()),
            ("etcd/healthcheck-client", self.etcd_ca.client(etcd_health)?),
            ("apiserver-etcd-client", self.etcd_ca.client(etcd_client)?),
        ] {
            files.push(FileSpec::file(
                format!("{PKI_DIR}/{path}.crt"),
                0o644,
                cert.certificate.clone(),
            ));
            files.push(FileSpec::file(
                format!("{PKI_DIR}/{path}.key"),
                0o600,
                cert.key.expose().as_bytes(),
            ));
        }
        let (public, private) = &self.service_account;
        files.push(FileSpec::file(
            format!("{PKI_DIR}/sa.pub"),
            0o600,
            public.clone(),
        ));
        files.push(FileSpec::file(
            format!("{PKI_DIR}/sa.key"),
            0o600,
            private.expose().as_bytes(),
        ));
        Ok(files)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(1_790_000_000).unwrap()
    }

    #[test]
    fn control_plane_gets_the_files_kubeadm_looks_for() {
        let pki = Pki::generate(now()).unwrap();
        let files = pki.control_plane_files("kubeadm:cluster-admins").unwrap();
        let mut paths: Vec<&str> = files
            .iter()
            .map(|file| file.path.trim_start_matches(PKI_DIR))
            .collect();
        paths.sort_unstable();
        insta::assert_debug_snapshot!(paths, @r#"
        [
            "/apiserver-etcd-client.crt",
            "/apiserver-etcd-client.key",
            "/apiserver-kubelet-client.crt",
            "/apiserver-kubelet-client.key",
            "/ca.crt",
            "/ca.key",
            "/etcd/ca.crt",
            "/etcd/ca.key",
            "/etcd/healthcheck-client.crt",
            "/etcd/healthcheck-client.key",
            "/front-proxy-ca.crt",
            "/front-proxy-ca.key",
            "/front-proxy-client.crt",
            "/front-proxy-client.key",
            "/sa.key",
            "/sa.pub",
        ]
        "#);
        assert!(
            files
                .iter()
                .filter(|file| file.path.split('.').next_back() == Some("key"))
                .all(|file| file.mode == 0o600)
        );
    }

    #[test]
    fn an_authority_read_back_signs_like_the_original() {
        let original = Authority::generate("kubernetes", now()).unwrap();
        let again = Authority::existing(original.cert.clone(), now());
        let subject = Subject {
            name: "system:node:kind-worker",
            group: Some("system:nodes"),
        };
        let cert = again.client(subject).unwrap();
        assert!(cert.certificate.starts_with("-----BEGIN CERTIFICATE-----"));
        assert!(format!("{cert:?}").contains("[redacted]"));
    }
}
