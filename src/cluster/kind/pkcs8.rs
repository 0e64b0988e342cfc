//! Private keys in the one form that we sign with. kubeadm writes RSA and elliptic keys in their own, older forms.

use pkcs8::der::asn1::AnyRef;
use pkcs8::der::pem::LineEnding;
use pkcs8::{AlgorithmIdentifierRef, ObjectIdentifier, PrivateKeyInfo, SecretDocument};

use crate::secret::Secret;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const ELLIPTIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");

/// The same key as PKCS #8; a key in no known form is returned as it is.
pub(super) fn from_pem(key: &Secret<String>) -> Secret<String> {
    converted(key.expose()).unwrap_or_else(|| key.clone())
}

fn converted(pem: &str) -> Option<Secret<String>> {
    let (label, document) = SecretDocument::from_pem(pem).ok()?;
    let (oid, parameters) = match label {
        "RSA PRIVATE KEY" => (RSA, AnyRef::NULL),
        "EC PRIVATE KEY" => (ELLIPTIC, AnyRef::from(&P256)),
        _ => return None,
    };
    let algorithm = AlgorithmIdentifierRef {
        oid,
        parameters: Some(parameters),
    };
    let key = PrivateKeyInfo::new(algorithm, document.as_bytes());
    let document = SecretDocument::encode_msg(&key).ok()?;
    let text = document.to_pem("PRIVATE KEY", LineEnding::LF).ok()?;
    Some(Secret::new(text.as_str().to_owned()))
}
