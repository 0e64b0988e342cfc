//! The authentication code of a file: one hash over the values of all its documents, in order.

use sha2::{Digest, Sha512};

use super::error::Error;
use super::leaf::{DataKey, Fault, Plain, Sealed};
use super::metadata::Metadata;

/// Sets hashes that cover encrypted values only apart from those that cover all; fixed by the format.
const ONLY_ENCRYPTED: [u8; 32] = [
    0x8a, 0x3f, 0xd2, 0xad, 0x54, 0xce, 0x66, 0x52, 0x7b, 0x10, 0x34, 0xf3, 0xd1, 0x47, 0xbe, 0x0b,
    0x0b, 0x97, 0x5b, 0x3b, 0xf4, 0x4f, 0x72, 0xc6, 0xfd, 0xad, 0xec, 0x81, 0x76, 0xf2, 0x7d, 0x69,
];

/// The running hash.
pub(crate) struct Mac {
    hash: Sha512,
    only_encrypted: bool,
}

impl Mac {
    /// An empty hash, of all values or of encrypted ones only.
    pub(crate) fn new(only_encrypted: bool) -> Self {
        let mut hash = Sha512::new();
        if only_encrypted {
            hash.update(ONLY_ENCRYPTED);
        }
        Self {
            hash,
            only_encrypted,
        }
    }

    /// Adds the next value.
    pub(crate) fn add(&mut self, value: &Plain, encrypted: bool) {
        if self.only_encrypted && !encrypted {
            return;
        }
        if !matches!(value, Plain::Comment(_)) {
            self.hash.update(value.bytes());
        }
    }

    /// The hash as sops seals it.
    pub(crate) fn finish(self) -> String {
        format!("{:X}", self.hash.finalize())
    }

    /// Compares the hash with the sealed one.
    pub(crate) fn verify(self, metadata: &Metadata, key: &DataKey) -> Result<(), Error> {
        let stored = Sealed::parse(&metadata.mac)
            .and_then(|sealed| sealed.open(key, &metadata.last_modified))
            .map_err(|fault| match fault {
                Fault::Auth => Error::MacAuth,
                Fault::Malformed(reason) => Error::Metadata(format!("`mac` {reason}")),
            })?;
        if stored == Plain::Str(self.finish()) {
            Ok(())
        } else {
            Err(Error::MacMismatch)
        }
    }
}
