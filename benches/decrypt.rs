//! SOPS decryption and encryption of a whole file: data key, values, authentication code. The peak of the heap is
//! printed, and must not exceed 12 MiB for 10 000 values.
#![expect(
    clippy::print_stderr,
    reason = "the peak of the heap is a result of the bench"
)]
#![expect(
    clippy::unwrap_used,
    reason = "a bench that cannot set up its input should stop"
)]

use std::fmt::Write;

use aes_gcm::aead::consts::U32;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::aes::Aes256;
use aes_gcm::{AesGcm, Nonce};
use age::secrecy::ExposeSecret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use ksail::sops::{self, CreationRule, File, Format, Keyring, MacCheck, MasterKey, Style};
use ksail::yaml::{self, Source};
use sha2::{Digest, Sha512};

const KEY: [u8; 32] = [7; 32];
const MODIFIED: &str = "2026-01-01T00:00:00Z";

/// `ENC[…]` as sops writes it; `path` is the way down to the value.
fn seal(text: &str, path: &str, number: usize) -> String {
    let cipher = AesGcm::<Aes256, U32>::new(&KEY.into());
    let mut nonce = [0; 32];
    nonce[..8].copy_from_slice(&number.to_le_bytes());
    let payload = Payload {
        msg: text.as_bytes(),
        aad: path.as_bytes(),
    };
    let sealed = cipher.encrypt(&Nonce::from(nonce), payload).unwrap();
    let (data, tag) = sealed.split_at(sealed.len() - 16);
    let [data, nonce, tag] = [data, &nonce, tag].map(|bytes| BASE64.encode(bytes));
    format!("ENC[AES256_GCM,data:{data},iv:{nonce},tag:{tag},type:str]")
}

/// A Secret with so many values, encrypted for `recipient`.
fn secret(values: usize, recipient: &age::x25519::Recipient) -> String {
    let mut hash = Sha512::new();
    for clear in ["v1", "Secret", "bench"] {
        hash.update(clear);
    }
    let mut text =
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: bench\nstringData:\n".to_owned();
    for number in 0..values {
        let value = format!("value number {number} of a secret");
        hash.update(&value);
        let sealed = seal(&value, &format!("stringData:key-{number}:"), number);
        writeln!(text, "  key-{number}: {sealed}").unwrap();
    }
    let mut code = String::new();
    for byte in hash.finalize() {
        write!(code, "{byte:02X}").unwrap();
    }
    let mac = seal(&code, MODIFIED, values);
    let wrapped = age::encrypt_and_armor(recipient, &KEY).unwrap();
    let wrapped = wrapped.trim().replace('\n', "\n        ");
    writeln!(
        text,
        "sops:\n  age:\n    - recipient: {recipient}\n      enc: |\n        {wrapped}\n  \
         lastmodified: \"{MODIFIED}\"\n  mac: {mac}\n  encrypted_regex: ^stringData$\n  version: 3.13.3"
    )
    .unwrap();
    text
}

/// Bytes of heap that decrypting 10 000 values may take at once.
const HEAP: u64 = 12 << 20;

fn decrypt(criterion: &mut Criterion) {
    let identity = age::x25519::Identity::generate();
    let key = identity.to_string();
    for values in [10, 10_000] {
        let text = secret(values, &identity.to_public());
        let documents = yaml::load(&text, &Source::new("bench")).unwrap();
        let keys = Keyring::from_text(key.expose_secret());
        let heap = allocation_counter::measure(|| {
            let mut documents = yaml::load(&text, &Source::new("bench")).unwrap();
            sops::decrypt(&mut documents, &text, &keys, MacCheck::Verify).unwrap();
        });
        eprintln!(
            "decrypt/{values} values: {} bytes of heap at most",
            heap.bytes_max
        );
        assert!(heap.bytes_max <= HEAP, "more than {HEAP} bytes of heap");
        criterion.bench_function(&format!("decrypt/{values} values"), |bencher| {
            bencher.iter_batched(
                || (documents.clone(), Keyring::from_text(key.expose_secret())),
                |(mut documents, keys)| {
                    sops::decrypt(&mut documents, &text, &keys, MacCheck::Verify).unwrap();
                    documents
                },
                BatchSize::LargeInput,
            );
        });
        criterion.bench_function(&format!("parse and decrypt/{values} values"), |bencher| {
            bencher.iter_batched(
                || Keyring::from_text(key.expose_secret()),
                |keys| {
                    let mut documents = yaml::load(&text, &Source::new("bench")).unwrap();
                    sops::decrypt(&mut documents, &text, &keys, MacCheck::Verify).unwrap();
                    documents
                },
                BatchSize::LargeInput,
            );
        });
    }
}

fn encrypt(criterion: &mut Criterion) {
    let identity = age::x25519::Identity::generate();
    let keys = Keyring::from_text(identity.to_string().expose_secret());
    let rule = CreationRule {
        groups: vec![vec![MasterKey::Age {
            recipient: identity.to_public().to_string(),
        }]],
        ..CreationRule::default()
    };
    for values in [10, 10_000] {
        let mut text = "kind: Secret\nstringData:\n".to_owned();
        for number in 0..values {
            writeln!(text, "  key-{number}: value number {number} of a secret").unwrap();
        }
        let seal = || {
            let file = File::create(text.as_bytes(), Format::Yaml, &rule, &keys, MODIFIED);
            file.unwrap()
                .seal(Format::Yaml, Style::default(), MODIFIED)
                .unwrap()
        };
        let heap = allocation_counter::measure(|| drop(seal()));
        eprintln!(
            "encrypt/{values} values: {} bytes of heap at most",
            heap.bytes_max
        );
        criterion.bench_function(&format!("encrypt/{values} values"), |bencher| {
            bencher.iter(seal);
        });
        let sealed = seal();
        criterion.bench_function(&format!("decrypt whole file/{values} values"), |bencher| {
            bencher.iter(|| {
                let keys = Keyring::from_text(identity.to_string().expose_secret());
                let file = File::open(&sealed, Format::Yaml, &keys, MacCheck::Verify);
                file.unwrap().clear(Format::Yaml, Style::default()).unwrap()
            });
        });
    }
}

criterion_group!(benches, decrypt, encrypt);
criterion_main!(benches);
