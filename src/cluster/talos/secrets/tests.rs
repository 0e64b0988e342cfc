//! Secrets of Talos: what is generated, read, written and minted.

use rcgen::{Issuer, KeyPair};

use super::*;
use crate::cluster::talos::recovered::from_control_plane_config;
use crate::pem;

fn now() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_790_000_000).unwrap()
}

fn random(count: usize) -> Vec<u8> {
    use rustls::crypto::ring::default_provider;
    let mut bytes = vec![0; count];
    default_provider().secure_random.fill(&mut bytes).unwrap();
    bytes
}

fn bundle() -> Bundle {
    Bundle::generate(now(), &random).unwrap()
}

fn source() -> Source {
    Source::new("secrets.yaml")
}

fn matches(pattern: &str, text: &str) {
    assert!(regex::Regex::new(pattern).unwrap().is_match(text), "{text}");
}

#[test]
fn texts_have_the_forms_of_talosctl() {
    for _ in 0..20 {
        let bundle = bundle();
        let token = "^[a-z0-9]{6}\\.[a-z0-9]{16}$";
        matches(token, bundle.bootstrap_token.expose());
        matches(token, bundle.trustd_token.expose());
        matches("^[A-Za-z0-9]{43}=$", &bundle.identity.id);
        assert_eq!(BASE64.decode(&bundle.identity.id).unwrap().len(), 32);
        let Encryption::Secretbox(key) = &bundle.encryption else {
            panic!("{:?}", bundle.encryption)
        };
        for secret in [&bundle.identity.secret, key] {
            assert_eq!(BASE64.decode(secret.expose()).unwrap().len(), 32);
        }
        assert_ne!(&bundle.identity.secret, key);
        assert_ne!(bundle.trustd_token, bundle.bootstrap_token);
    }
}

#[test]
fn keys_have_the_labels_of_talosctl() {
    let bundle = bundle();
    let label = |key: &Secret<String>| pem::private_key(key.expose()).unwrap().0.to_owned();
    assert_eq!(label(&bundle.os.key), "ED25519 PRIVATE KEY");
    for key in [
        &bundle.etcd.key,
        &bundle.kubernetes.key,
        &bundle.aggregator.key,
        &bundle.service_account,
    ] {
        assert_eq!(label(key), "EC PRIVATE KEY");
    }
}

#[test]
fn debug_shows_no_secret() {
    let bundle = bundle();
    let shown = format!("{bundle:?}");
    assert!(!shown.contains("PRIVATE KEY"), "{shown}");
    assert!(!shown.contains(bundle.trustd_token.expose().as_str()));
    assert!(!shown.contains(bundle.identity.secret.expose().as_str()));
}

#[test]
fn a_file_is_read_as_it_was_written() {
    let mut bundle = bundle();
    let text = bundle.to_yaml();
    assert_eq!(Bundle::from_yaml(text.expose(), &source()).unwrap(), bundle);
    bundle.encryption = Encryption::AesCbc(Secret::new("a2V5".to_owned()));
    let text = bundle.to_yaml();
    assert!(text.expose().contains("  aescbcencryptionsecret: a2V5\n"));
    assert_eq!(Bundle::from_yaml(text.expose(), &source()).unwrap(), bundle);
}

#[track_caller]
fn refused(change: impl Fn(&str) -> String, expected: &str) {
    let bundle = bundle();
    let text = bundle.to_yaml();
    let error = Bundle::from_yaml(&change(text.expose()), &source()).unwrap_err();
    assert_eq!(error.to_string(), expected);
    assert_eq!(error.excerpt(), None, "secrets are not shown");
}

#[test]
fn wrong_files_are_refused_with_the_place() {
    refused(
        |text| text.replace("trustdinfo:", "trustdInfo:"),
        "secrets.yaml:1:1: `trustdinfo` is missing",
    );
    refused(
        |text| text.replace("certs:\n", "certs:\n  more: 1\n"),
        "secrets.yaml:10:3: unknown field `certs.more`",
    );
    refused(
        |text| text.replace("secretbox", "other"),
        "secrets.yaml:5:3: `secrets` must have `secretboxencryptionsecret` or `aescbcencryptionsecret`",
    );
    refused(
        |text| text.replace("  os:\n    crt: ", "  os:\n    crt: \"*\" #"),
        "secrets.yaml:22:10: `certs.os.crt` is not base64",
    );
    refused(
        |text| text.replace("  os:\n    crt: ", "  os:\n    crt: QUJD #"),
        "secrets.yaml:22:10: `certs.os.crt` is not a PEM certificate in base64",
    );
    refused(
        |text| text.replace("  token: ", "  token: abc #"),
        "secrets.yaml:8:10: `trustdinfo.token` must be two parts with a point between them",
    );
    refused(
        |text| format!("{text}---\na: b\n"),
        "`secrets.yaml` must hold exactly one YAML document, not 2",
    );
}

#[test]
fn what_is_minted_names_its_issuer_and_fits_its_key() {
    let bundle = bundle();
    for (authority, client) in [
        (&bundle.os, bundle.talos_administrator(now()).unwrap()),
        (
            &bundle.kubernetes,
            bundle.kubernetes_administrator(now()).unwrap(),
        ),
    ] {
        let key = KeyPair::from_pem(client.key.expose()).unwrap();
        let authority_key = KeyPair::from_pem(pem::to_pkcs8(&authority.key).expose()).unwrap();
        assert_eq!(key.algorithm(), authority_key.algorithm());
        Issuer::from_ca_cert_pem(&authority.certificate, &authority_key).unwrap();
    }
}

const SECRETS: &str = include_str!("../../../../testdata/talos/secrets.yaml");
const SECRETS_1_2: &str = include_str!("../../../../testdata/talos/secrets-1.2.yaml");
const CONTROL_PLANE: &str = include_str!("../../../../testdata/talos/controlplane.yaml");
const CONTROL_PLANE_1_14: &str = include_str!("../../../../testdata/talos/controlplane-1.14.yaml");
const WORKER: &str = include_str!("../../../../testdata/talos/worker.yaml");

#[test]
fn files_of_talosctl_are_read_and_written_alike() {
    for text in [SECRETS, SECRETS_1_2] {
        let bundle = Bundle::from_yaml(text, &source()).unwrap();
        let written = bundle.to_yaml();
        let values = |text: &str| crate::yaml::load(text, &source()).unwrap();
        assert_eq!(values(text), values(written.expose()));
        bundle.talos_administrator(now()).unwrap();
        bundle.kubernetes_administrator(now()).unwrap();
    }
    let old = Bundle::from_yaml(SECRETS_1_2, &source()).unwrap();
    assert!(matches!(old.encryption, Encryption::AesCbc(_)));
}

#[test]
fn a_control_plane_gives_its_secrets_back() {
    let expected = Bundle::from_yaml(SECRETS, &source()).unwrap();
    let source = Source::new("the configuration of `test-controlplane-1`");
    let found = from_control_plane_config(CONTROL_PLANE, &source).unwrap();
    assert_eq!(found, expected);
    let later = from_control_plane_config(CONTROL_PLANE_1_14, &source).unwrap();
    assert_eq!(later, expected);
    let error = from_control_plane_config(WORKER, &source).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the configuration of `test-controlplane-1` is the configuration of a worker"
    );
    let without = CONTROL_PLANE.replace("aggregatorCA:", "other:");
    let error = from_control_plane_config(&without, &source).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the configuration of `test-controlplane-1` has no `cluster.aggregatorCA`"
    );
    let broken = CONTROL_PLANE.replace(
        "    serviceAccount:\n        key: ",
        "    serviceAccount:\n        key: QUJD #",
    );
    let error = from_control_plane_config(&broken, &source).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the configuration of `test-controlplane-1`:51:14: `cluster.serviceAccount.key` is not a private key"
    );
}

/// What documents of their own do not say is not taken from elsewhere.
#[test]
fn documents_of_their_own_may_be_wrong_too() {
    let source = Source::new("config");
    let error = |from: &str, to: &str| {
        assert!(CONTROL_PLANE_1_14.contains(from), "{from}");
        let text = CONTROL_PLANE_1_14.replace(from, to);
        let error = from_control_plane_config(&text, &source).unwrap_err();
        error.to_string()
    };
    assert_eq!(
        error("kind: KubeAggregatorCAConfig", "kind: KubePrismConfig"),
        "config has no `cluster.aggregatorCA`"
    );
    assert_eq!(
        error("kind: KubeEtcdEncryptionConfig", "kind: Other"),
        "config has no `cluster.secretboxEncryptionSecret`"
    );
    let wrong = error("-----BEGIN RSA PRIVATE KEY-----", "-----BEGIN NOTHING-----");
    assert!(
        wrong.ends_with("`cluster.serviceAccount.key` is not a private key"),
        "{wrong}"
    );
}
