//! One encrypted value, `ENC[AES256_GCM,data:…,iv:…,tag:…,type:…]`: its parts, its plaintext, and what the value engine
//! cannot do.

use std::borrow::Cow;

use aes_gcm::aead::generic_array::ArrayLength;
use aes_gcm::aead::{AeadInPlace, KeyInit, Nonce, Tag};
use aes_gcm::aes::Aes256;
use aes_gcm::aes::cipher::consts::{U12, U16, U24, U32};
use aes_gcm::{AesGcm, Key};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroize;

use crate::secret::Secret;

/// The key all values of a file are encrypted with.
pub(crate) type DataKey = Secret<[u8; 32]>;

/// A value in clear, as sops types it.
#[derive(Clone, PartialEq)]
pub(crate) enum Plain {
    Str(String),
    /// Bytes of a `str` or `bytes` value that are not UTF-8.
    Bytes(Vec<u8>),
    Int(i64),
    /// A whole number that only fits without a sign.
    Unsigned(u64),
    Float(f64),
    Bool(bool),
    /// A timestamp as its text.
    Time(String),
    /// An encrypted comment: no value at all.
    Comment(String),
}

impl Zeroize for Plain {
    fn zeroize(&mut self) {
        match self {
            Plain::Str(text) | Plain::Time(text) | Plain::Comment(text) => text.zeroize(),
            Plain::Bytes(bytes) => bytes.zeroize(),
            Plain::Int(number) => number.zeroize(),
            Plain::Unsigned(number) => number.zeroize(),
            Plain::Float(number) => number.zeroize(),
            Plain::Bool(value) => value.zeroize(),
        }
    }
}

/// Why a leaf does not decrypt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Not of the form sops writes.
    Malformed(&'static str),
    /// The authentication tag does not fit.
    Auth,
}

/// The parts of one encrypted value, still in base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sealed<'a> {
    text: &'a str,
    data: &'a str,
    iv: &'a str,
    tag: &'a str,
    kind: &'a str,
}

impl<'a> Sealed<'a> {
    /// Takes a value apart without looking into the parts.
    pub(crate) fn parse(text: &'a str) -> Result<Self, Fault> {
        let parse = || {
            let rest = text
                .strip_prefix("ENC[AES256_GCM,data:")?
                .strip_suffix(']')?;
            let (data, rest) = rest.split_once(",iv:")?;
            let (iv, rest) = rest.split_once(",tag:")?;
            let (tag, kind) = rest.split_once(",type:")?;
            Some(Self {
                text,
                data,
                iv,
                tag,
                kind,
            })
        };
        parse().ok_or(Fault::Malformed("is not of the form `ENC[AES256_GCM,…]`"))
    }

    /// Whether it is marked as a comment.
    pub(crate) fn is_comment(&self) -> bool {
        self.kind == "comment"
    }

    /// The whole text.
    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// Whether the value engine can decode it: a type it knows, a 32-byte initialisation vector and a 16-byte tag.
    /// It panics on longer ones, so this must be asked first.
    pub(crate) fn fits_engine(&self) -> bool {
        let exactly = |text: &str, length: usize, padding: &str| {
            text.len() == length
                && text
                    .strip_suffix(padding)
                    .is_some_and(|body| !body.ends_with('='))
        };
        matches!(self.kind, "str" | "int" | "bool")
            && exactly(self.iv, 44, "=")
            && exactly(self.tag, 24, "==")
    }

    /// Decrypts the value with `associated` as the authenticated path.
    pub(crate) fn open(&self, key: &DataKey, associated: &str) -> Result<Plain, Fault> {
        let decode = |text: &str, what| STANDARD.decode(text).map_err(|_| Fault::Malformed(what));
        let mut data = decode(self.data, "has `data` that is not base64")?;
        let iv = decode(self.iv, "has an `iv` that is not base64")?;
        let tag = decode(self.tag, "has a `tag` that is not base64")?;
        let tag: &[u8; 16] = tag
            .as_slice()
            .try_into()
            .map_err(|_| Fault::Malformed("has a `tag` that is not 16 bytes long"))?;
        match iv.len() {
            32 => open::<U32>(key, &iv, associated, &mut data, tag),
            12 => open::<U12>(key, &iv, associated, &mut data, tag),
            16 => open::<U16>(key, &iv, associated, &mut data, tag),
            24 => open::<U24>(key, &iv, associated, &mut data, tag),
            _ => Err(Fault::Malformed(
                "has an `iv` of a length that sops never writes",
            )),
        }?;
        Plain::typed(data, self.kind)
    }

    /// The initialisation vector, if it has the length that sops uses for new values.
    pub(crate) fn vector(&self) -> Option<Vector> {
        STANDARD.decode(self.iv).ok()?.try_into().ok()
    }
}

/// The initialisation vector of new values.
pub(crate) type Vector = [u8; 32];

/// Encrypts value after value with one key.
pub(crate) struct Sealer(AesGcm<Aes256, U32>);

impl Sealer {
    /// For values of the file with this data key.
    pub(crate) fn new(key: &DataKey) -> Self {
        Self(AesGcm::new(Key::<AesGcm<Aes256, U32>>::from_slice(
            key.expose(),
        )))
    }

    /// The value as sops writes it, with `associated` as the authenticated path. Empty texts stay empty.
    pub(crate) fn seal(
        &self,
        value: &Plain,
        associated: &str,
        vector: &Vector,
    ) -> Result<String, Fault> {
        let mut data = value.bytes().into_owned();
        if data.is_empty() {
            return Ok(String::new());
        }
        let tag = self
            .0
            .encrypt_in_place_detached(
                Nonce::<AesGcm<Aes256, U32>>::from_slice(vector),
                associated.as_bytes(),
                &mut data,
            )
            .map_err(|_| Fault::Malformed("is too long to be encrypted"))?;
        let mut text = String::with_capacity(128 + data.len() * 4 / 3);
        text.push_str("ENC[AES256_GCM,data:");
        STANDARD.encode_string(&data, &mut text);
        text.push_str(",iv:");
        STANDARD.encode_string(vector, &mut text);
        text.push_str(",tag:");
        STANDARD.encode_string(tag, &mut text);
        text.push_str(",type:");
        text.push_str(value.kind()?);
        text.push(']');
        Ok(text)
    }
}

fn open<Size: ArrayLength<u8>>(
    key: &DataKey,
    iv: &[u8],
    associated: &str,
    data: &mut [u8],
    tag: &[u8; 16],
) -> Result<(), Fault> {
    AesGcm::<Aes256, Size>::new(Key::<AesGcm<Aes256, Size>>::from_slice(key.expose()))
        .decrypt_in_place_detached(
            Nonce::<AesGcm<Aes256, Size>>::from_slice(iv),
            associated.as_bytes(),
            data,
            Tag::<AesGcm<Aes256, Size>>::from_slice(tag),
        )
        .map_err(|_| Fault::Auth)
}

impl Plain {
    /// What is encrypted and authenticated for the value.
    pub(crate) fn bytes(&self) -> Cow<'_, [u8]> {
        let owned = |text: String| Cow::Owned(text.into_bytes());
        match self {
            Plain::Str(text) | Plain::Time(text) | Plain::Comment(text) => text.as_bytes().into(),
            Plain::Bytes(bytes) => bytes.into(),
            Plain::Int(number) => owned(number.to_string()),
            Plain::Unsigned(number) => owned(number.to_string()),
            Plain::Float(number) => owned(float(*number)),
            Plain::Bool(true) => b"True".into(),
            Plain::Bool(false) => b"False".into(),
        }
    }

    /// The type that an encrypted value is marked with. sops has no whole numbers above [`i64::MAX`].
    pub(crate) fn kind(&self) -> Result<&'static str, Fault> {
        Ok(match self {
            Plain::Str(_) | Plain::Bytes(_) => "str",
            Plain::Int(_) => "int",
            Plain::Unsigned(_) => {
                return Err(Fault::Malformed(
                    "is a whole number beyond 64 bits with a sign, which sops cannot encrypt; quote it",
                ));
            }
            Plain::Float(_) => "float",
            Plain::Bool(_) => "bool",
            Plain::Time(_) => "time",
            Plain::Comment(_) => "comment",
        })
    }

    /// Decrypted bytes read as the type the value is marked with.
    fn typed(bytes: Vec<u8>, kind: &str) -> Result<Self, Fault> {
        let text = match (kind, String::from_utf8(bytes)) {
            ("comment", Ok(text)) => return Ok(Plain::Comment(text)),
            ("str" | "bytes", Ok(text)) => return Ok(Plain::Str(text)),
            ("str" | "bytes", Err(error)) => return Ok(Plain::Bytes(error.into_bytes())),
            (_, Ok(text)) => text,
            (_, Err(_)) => return Err(Fault::Malformed("holds bytes that do not fit its type")),
        };
        match kind {
            "int" => text
                .parse()
                .map(Plain::Int)
                .or_else(|_| text.parse().map(Plain::Unsigned))
                .map_err(|_| Fault::Malformed("holds no whole number although its type says so")),
            "float" => text
                .parse()
                .map(Plain::Float)
                .map_err(|_| Fault::Malformed("holds no number although its type says so")),
            "bool" => match text.as_str() {
                "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(Plain::Bool(true)),
                "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(Plain::Bool(false)),
                _ => Err(Fault::Malformed(
                    "holds no truth value although its type says so",
                )),
            },
            "time" => Ok(Plain::Time(text)),
            _ => Err(Fault::Malformed("has a type that sops does not know")),
        }
    }
}

/// Shortest decimal form without an exponent.
pub(crate) fn float(number: f64) -> String {
    if number.is_infinite() {
        if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned()
    } else {
        number.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [7; 32];

    fn seal<Size: ArrayLength<u8>>(plain: &[u8], kind: &str, associated: &str) -> String {
        let iv = vec![9; Size::USIZE];
        let mut data = plain.to_vec();
        let tag = AesGcm::<Aes256, Size>::new(Key::<AesGcm<Aes256, Size>>::from_slice(&KEY))
            .encrypt_in_place_detached(
                Nonce::<AesGcm<Aes256, Size>>::from_slice(&iv),
                associated.as_bytes(),
                &mut data,
            )
            .unwrap();
        format!(
            "ENC[AES256_GCM,data:{},iv:{},tag:{},type:{kind}]",
            STANDARD.encode(data),
            STANDARD.encode(iv),
            STANDARD.encode(tag)
        )
    }

    fn open(text: &str, associated: &str) -> Result<Plain, Fault> {
        Sealed::parse(text)?.open(&Secret::new(KEY), associated)
    }

    #[test]
    fn types_are_restored() {
        for (plain, kind, expected) in [
            (&b"x"[..], "str", Plain::Str("x".into())),
            (b"\xff\x00", "str", Plain::Bytes(vec![255, 0])),
            (b"-5", "int", Plain::Int(-5)),
            (b"18446744073709551615", "int", Plain::Unsigned(u64::MAX)),
            (b"1.5", "float", Plain::Float(1.5)),
            (b"+Inf", "float", Plain::Float(f64::INFINITY)),
            (b"True", "bool", Plain::Bool(true)),
            (b"false", "bool", Plain::Bool(false)),
            (
                b"2020-01-01T00:00:00Z",
                "time",
                Plain::Time("2020-01-01T00:00:00Z".into()),
            ),
            (b"words", "comment", Plain::Comment("words".into())),
        ] {
            assert!(
                open(&seal::<U32>(plain, kind, "a:"), "a:") == Ok(expected),
                "{kind}"
            );
        }
    }

    #[test]
    fn faults_have_a_class_and_no_panic() {
        let good = seal::<U32>(b"x", "str", "a:");
        assert_eq!(open(&good, "b:").err(), Some(Fault::Auth));
        assert!(matches!(
            open("plain", "a:").err(),
            Some(Fault::Malformed(_))
        ));
        assert!(matches!(
            open(&good.replace("type:str", "type:zip"), "a:").err(),
            Some(Fault::Malformed(_))
        ));
        assert!(matches!(
            open(&good.replace("iv:", "iv:AAAA"), "a:").err(),
            Some(Fault::Malformed(_))
        ));
        assert!(matches!(
            open(&good.replace("tag:", "tag:AAAA"), "a:").err(),
            Some(Fault::Malformed(_))
        ));
        assert!(matches!(
            open(&good.replace("data:", "data:*"), "a:").err(),
            Some(Fault::Malformed(_))
        ));
    }

    #[test]
    fn only_what_the_engine_can_do_fits_it() {
        let fits = |text: &str| Sealed::parse(text).unwrap().fits_engine();
        assert!(fits(&seal::<U32>(b"x", "str", "")));
        assert!(!fits(&seal::<U12>(b"x", "str", "")));
        assert!(!fits(&seal::<U32>(b"1.0", "float", "")));
        assert!(!fits(
            &seal::<U32>(b"x", "str", "").replace(",iv:", ",iv:AAAA")
        ));
        assert!(open(&seal::<U12>(b"x", "str", "a:"), "a:") == Ok(Plain::Str("x".into())));
    }
}
