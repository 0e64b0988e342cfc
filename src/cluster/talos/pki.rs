//! Authorities and client certificates of a Talos cluster, laid out as `talosctl gen secrets` lays them out.
//!
//! Differences on purpose: certificates begin a little before now, as those of other distributions here do, and the key
//! of service accounts is elliptic, which every release of Talos takes and which costs no seconds to find.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519,
    SignatureAlgorithm,
};
use time::{Duration, OffsetDateTime};

use crate::pem;
use crate::secret::Secret;

/// Validity of the authorities and of what they sign for people.
const CA_DAYS: i64 = 3650;
const CLIENT_DAYS: i64 = 365;
/// Hosts and nodes share a clock, but a virtual machine's may lag behind its host's.
const CLOCK_SKEW: Duration = Duration::minutes(5);

/// The organisation whose members may do everything with the Talos API.
const TALOS_ADMINISTRATORS: &str = "os:admin";
/// The group whose members may do everything with Kubernetes, and the name of the one we make.
const KUBERNETES_ADMINISTRATORS: &str = "system:masters";
const KUBERNETES_ADMINISTRATOR: &str = "admin";
/// The group of kubelets.
const NODES: &str = "system:nodes";

/// Why a certificate or key could not be made.
#[derive(Debug, thiserror::Error)]
#[error("cannot make {what}")]
pub struct Error {
    what: &'static str,
    #[source]
    source: rcgen::Error,
}

impl crate::error::Hint for Error {}

/// A certificate and its private key, both PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyedCert {
    /// Certificate.
    pub certificate: String,
    /// Private key: under the label of its algorithm for authorities, PKCS #8 for clients.
    pub key: Secret<String>,
}

/// The authorities that `talosctl gen secrets` makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Certificates of the Talos API and of its users.
    Os,
    /// etcd's servers and members.
    Etcd,
    /// The Kubernetes API, its users and kubelets.
    Kubernetes,
    /// Requests that the API server passes on.
    Aggregator,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::Os => "the authority of the Talos API",
            Self::Etcd => "etcd's authority",
            Self::Kubernetes => "the authority of Kubernetes",
            Self::Aggregator => "the authority of aggregated APIs",
        }
    }

    /// The one thing in the subject; nothing for the aggregator, as talosctl has it.
    fn organisation(self) -> Option<&'static str> {
        match self {
            Self::Os => Some("talos"),
            Self::Etcd => Some("etcd"),
            Self::Kubernetes => Some("kubernetes"),
            Self::Aggregator => None,
        }
    }

    fn algorithm(self) -> &'static SignatureAlgorithm {
        match self {
            Self::Os => &PKCS_ED25519,
            Self::Etcd | Self::Kubernetes | Self::Aggregator => &PKCS_ECDSA_P256_SHA256,
        }
    }
}

/// A new self-signed authority.
pub(super) fn authority(purpose: Purpose, now: OffsetDateTime) -> Result<KeyedCert, Error> {
    let at = |source| Error {
        what: purpose.name(),
        source,
    };
    let key = KeyPair::generate_for(purpose.algorithm()).map_err(at)?;
    let mut params = CertificateParams::default();
    params.distinguished_name = subject(None, purpose.organisation());
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::KeyCertSign,
    ];
    params.extended_key_usages = vec![
        ExtendedKeyUsagePurpose::ServerAuth,
        ExtendedKeyUsagePurpose::ClientAuth,
    ];
    params.not_before = now - CLOCK_SKEW;
    params.not_after = now + Duration::days(CA_DAYS);
    let certificate = params.self_signed(&key).map_err(at)?;
    Ok(KeyedCert {
        certificate: certificate.pem(),
        key: pem::to_named(&Secret::new(key.serialize_pem())),
    })
}

/// A new key for the tokens of service accounts, under the label of its algorithm.
pub(super) fn service_account_key() -> Result<Secret<String>, Error> {
    let at = |source| Error {
        what: "the key of service accounts",
        source,
    };
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(at)?;
    Ok(pem::to_named(&Secret::new(key.serialize_pem())))
}

/// A client that may do everything with the Talos API, signed by the authority of the OS.
pub(super) fn talos_administrator(
    authority: &KeyedCert,
    now: OffsetDateTime,
) -> Result<KeyedCert, Error> {
    let at = |source| Error {
        what: "the certificate for the Talos API",
        source,
    };
    // Talos wants this one purpose and no other in the list.
    let usages = vec![KeyUsagePurpose::DigitalSignature];
    client(
        authority,
        subject(None, Some(TALOS_ADMINISTRATORS)),
        usages,
        now,
    )
    .map_err(at)
}

/// A client that may do everything with Kubernetes, signed by its authority.
pub(super) fn kubernetes_administrator(
    authority: &KeyedCert,
    now: OffsetDateTime,
) -> Result<KeyedCert, Error> {
    let at = |source| Error {
        what: "the administrator's certificate for Kubernetes",
        source,
    };
    let usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::KeyEncipherment,
    ];
    let subject = subject(
        Some(KUBERNETES_ADMINISTRATOR),
        Some(KUBERNETES_ADMINISTRATORS),
    );
    client(authority, subject, usages, now).map_err(at)
}

/// The kubelet of a machine, as a node of the cluster.
pub(super) fn kubelet(
    authority: &KeyedCert,
    machine: &str,
    now: OffsetDateTime,
) -> Result<KeyedCert, Error> {
    let at = |source| Error {
        what: "a kubelet's certificate",
        source,
    };
    let usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::KeyEncipherment,
    ];
    let subject = subject(Some(&format!("system:node:{machine}")), Some(NODES));
    client(authority, subject, usages, now).map_err(at)
}

fn client(
    authority: &KeyedCert,
    subject: rcgen::DistinguishedName,
    usages: Vec<KeyUsagePurpose>,
    now: OffsetDateTime,
) -> Result<KeyedCert, rcgen::Error> {
    let authority_key = KeyPair::from_pem(pem::to_pkcs8(&authority.key).expose())?;
    let key = KeyPair::generate_for(like(authority_key.algorithm()))?;
    // Out of the certificate, because the issuer's name must be the same to the byte.
    let issuer = Issuer::from_ca_cert_pem(&authority.certificate, authority_key)?;
    let mut params = CertificateParams::default();
    params.distinguished_name = subject;
    params.not_before = now - CLOCK_SKEW;
    params.not_after = now + Duration::days(CLIENT_DAYS);
    params.key_usages = usages;
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params.use_authority_key_identifier_extension = true;
    let certificate = params.signed_by(&key, &issuer)?;
    Ok(KeyedCert {
        certificate: certificate.pem(),
        key: Secret::new(key.serialize_pem()),
    })
}

/// The kind of key to make for a client of an authority with this one: the same, unless that takes seconds to find.
fn like(authority: &'static SignatureAlgorithm) -> &'static SignatureAlgorithm {
    [&PKCS_ED25519, &PKCS_ECDSA_P384_SHA384]
        .into_iter()
        .find(|known| *known == authority)
        .unwrap_or(&PKCS_ECDSA_P256_SHA256)
}

fn subject(name: Option<&str>, organisation: Option<&str>) -> rcgen::DistinguishedName {
    let mut subject = rcgen::DistinguishedName::new();
    if let Some(organisation) = organisation {
        subject.push(DnType::OrganizationName, organisation);
    }
    if let Some(name) = name {
        subject.push(DnType::CommonName, name);
    }
    subject
}
