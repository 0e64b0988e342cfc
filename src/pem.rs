//! Private keys in the forms in which programs write them: PKCS #8, which we sign with and `rustls` reads, and the older
//! ones of kubeadm and Talos. A form is told by its PEM label.

use pkcs8::der::asn1::AnyRef;
use pkcs8::der::pem::LineEnding;
use pkcs8::der::{Decode as _, Encode as _};
use pkcs8::{AlgorithmIdentifierRef, ObjectIdentifier, PrivateKeyInfo, SecretDocument};
use sec1::{EcParameters, EcPrivateKey};

use crate::secret::Secret;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const ELLIPTIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");

const PKCS8_LABEL: &str = "PRIVATE KEY";
const RSA_LABEL: &str = "RSA PRIVATE KEY";
const ELLIPTIC_LABEL: &str = "EC PRIVATE KEY";
/// PKCS #8 under a label that only Talos' own programs know.
const ED25519_LABEL: &str = "ED25519 PRIVATE KEY";

/// The same key as PKCS #8; a key in no known form is returned as it is.
pub fn to_pkcs8(key: &Secret<String>) -> Secret<String> {
    wrapped(key.expose()).unwrap_or_else(|| key.clone())
}

/// The same key under the label that names its algorithm, as Talos and OpenSSL write it: `ED25519 PRIVATE KEY`,
/// `EC PRIVATE KEY`, `RSA PRIVATE KEY`. A key in no known form is returned as it is.
pub fn to_named(key: &Secret<String>) -> Secret<String> {
    unwrapped(key.expose()).unwrap_or_else(|| key.clone())
}

/// The bytes of the first private key of a PEM text, and its label.
pub fn private_key(text: &str) -> Option<(&str, Secret<Vec<u8>>)> {
    let (label, document) = SecretDocument::from_pem(text.trim()).ok()?;
    label
        .ends_with(PKCS8_LABEL)
        .then(|| (label, Secret::new(document.as_bytes().to_vec())))
}

fn wrapped(pem: &str) -> Option<Secret<String>> {
    let (label, document) = private_key(pem)?;
    let der = document.expose();
    let curve;
    let (oid, parameters) = match label {
        ED25519_LABEL => return armoured(PKCS8_LABEL, der),
        RSA_LABEL => (RSA, AnyRef::NULL),
        ELLIPTIC_LABEL => {
            let named = EcPrivateKey::from_der(der).ok()?.parameters;
            curve = named.and_then(EcParameters::named_curve).unwrap_or(P256);
            (ELLIPTIC, AnyRef::from(&curve))
        }
        _ => return None,
    };
    let algorithm = AlgorithmIdentifierRef {
        oid,
        parameters: Some(parameters),
    };
    let key = SecretDocument::encode_msg(&PrivateKeyInfo::new(algorithm, der)).ok()?;
    armoured(PKCS8_LABEL, key.as_bytes())
}

fn unwrapped(pem: &str) -> Option<Secret<String>> {
    let (label, document) = private_key(pem)?;
    if label != PKCS8_LABEL {
        return None;
    }
    let mut key = PrivateKeyInfo::from_der(document.expose()).ok()?;
    match key.algorithm.oid {
        ED25519 => {
            // The first version of the format, which has no public key, is the one every reader knows.
            key.public_key = None;
            let key = SecretDocument::encode_msg(&key).ok()?;
            armoured(ED25519_LABEL, key.as_bytes())
        }
        ELLIPTIC => {
            let mut inner = EcPrivateKey::from_der(key.private_key).ok()?;
            // Within PKCS #8 the curve is named outside; on its own, Go wants it inside.
            let curve = key.algorithm.parameters_oid().ok()?;
            inner.parameters = Some(EcParameters::NamedCurve(curve));
            let key = Secret::new(inner.to_der().ok()?);
            armoured(ELLIPTIC_LABEL, key.expose())
        }
        RSA => armoured(RSA_LABEL, key.private_key),
        _ => None,
    }
}

fn armoured(label: &'static str, der: &[u8]) -> Option<Secret<String>> {
    let text = SecretDocument::try_from(der)
        .ok()?
        .to_pem(label, LineEnding::LF);
    Some(Secret::new(text.ok()?.as_str().to_owned()))
}

#[cfg(test)]
mod tests {
    use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519};

    use super::*;

    #[test]
    fn keys_go_to_their_named_form_and_back() {
        for (algorithm, label) in [
            (&PKCS_ECDSA_P256_SHA256, ELLIPTIC_LABEL),
            (&PKCS_ECDSA_P384_SHA384, ELLIPTIC_LABEL),
            (&PKCS_ED25519, ED25519_LABEL),
        ] {
            let pair = KeyPair::generate_for(algorithm).unwrap();
            let key = Secret::new(pair.serialize_pem());
            let named = to_named(&key);
            let begin = format!("-----BEGIN {label}-----\n");
            assert!(named.expose().starts_with(&begin), "{}", named.expose());
            assert_eq!(to_named(&named), named);
            let again = KeyPair::from_pem(to_pkcs8(&named).expose()).unwrap();
            assert_eq!(again.public_key_pem(), pair.public_key_pem());
            assert_eq!(again.algorithm(), pair.algorithm());
        }
    }

    #[test]
    fn an_elliptic_key_on_its_own_has_curve_and_point() {
        let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let named = to_named(&Secret::new(pair.serialize_pem()));
        let (_, der) = private_key(named.expose()).unwrap();
        assert_eq!(der.expose().len(), 121);
        let key = EcPrivateKey::from_der(der.expose()).unwrap();
        assert_eq!(key.parameters, Some(EcParameters::NamedCurve(P256)));
        assert_eq!(key.public_key.map(<[u8]>::len), Some(65));
    }

    #[test]
    fn a_key_in_no_known_form_stays_as_it_is() {
        for text in [
            "",
            "nothing",
            "-----BEGIN DSA PRIVATE KEY-----\nAAEC\n-----END DSA PRIVATE KEY-----\n",
        ] {
            let key = Secret::new(text.to_owned());
            assert_eq!(to_pkcs8(&key), key);
            assert_eq!(to_named(&key), key);
        }
    }
}
