//! Files written by the official sops, compared with what it prints for them (`testdata/sops`).

use std::path::{Path, PathBuf};

use super::{Error, File, Format, Keyring, MacCheck, Style, decrypt, is_encrypted};
use crate::env::EnvMap;
use crate::fsx;
use crate::yaml::{self, Node, Source};

fn directory(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("testdata/sops")
        .join(name)
}

fn files(name: &str) -> Vec<PathBuf> {
    let entries = fsx::entries(&directory(name)).unwrap();
    let files: Vec<PathBuf> = entries
        .into_iter()
        .filter(|path| {
            path.extension()
                .is_some_and(|ending| ending == "yaml" || ending == "json")
        })
        .collect();
    assert!(!files.is_empty());
    files
}

fn load(path: &Path) -> (Vec<Node>, String) {
    let text = fsx::read_to_string(path).unwrap();
    (yaml::load(&text, &Source::file(path)).unwrap(), text)
}

fn key_path(name: &str) -> String {
    directory("keys").join(name).display().to_string()
}

fn keyring() -> Keyring {
    let mut text = fsx::read_to_string(&directory("keys/test.txt")).unwrap();
    text.push_str(&fsx::read_to_string(&directory("keys/second.txt")).unwrap());
    Keyring::discover(&EnvMap::from_iter([
        ("SOPS_AGE_KEY", text),
        ("SOPS_AGE_SSH_PRIVATE_KEY_FILE", key_path("ssh_ed25519")),
    ]))
}

fn decrypted(path: &Path, keys: &Keyring) -> Result<Vec<Node>, Error> {
    let (mut documents, text) = load(path);
    decrypt(&mut documents, &text, keys, MacCheck::Verify)?;
    Ok(documents)
}

#[test]
fn files_decrypt_to_what_sops_prints() {
    let keys = keyring();
    for path in files("") {
        let name = path.file_name().unwrap();
        if name == "beyond-json.yaml" {
            let error = decrypted(&path, &keys).unwrap_err();
            assert_eq!(error.class(), "malformed_value");
            continue;
        }
        let found =
            decrypted(&path, &keys).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let (mut expected, _) = load(&directory("clear").join(name));
        // sops prints `{}` for an empty document.
        expected.retain(|document| !document.entries().is_empty());
        let json = |nodes: &[Node]| nodes.iter().map(Node::to_json).collect::<Vec<_>>();
        assert_eq!(json(&found), json(&expected), "{}", path.display());
    }
}

#[test]
fn damaged_files_are_refused_by_class_without_their_secrets() {
    let keys = keyring();
    for path in files("fault") {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let error = decrypted(&path, &keys).expect_err(&name);
        let class = name.split('-').next().unwrap();
        let message = format!("{error} {error:?}");
        assert!(
            message.starts_with(&format!("{class}: ")),
            "{name}: {message}"
        );
        assert_eq!(error.class(), class, "{name}");
        for secret in ["YWRtaW4", "c2VjcmV0", "abc", "admin", "AGE-SECRET"] {
            assert!(!message.contains(secret), "{name}: {message}");
        }
    }
}

#[test]
fn messages_name_recipients_providers_and_paths() {
    let message = |name: &str| {
        let path = directory("fault").join(name);
        decrypted(&path, &keyring()).unwrap_err().to_string()
    };
    assert!(message("no_key-stranger.yaml").contains("encrypted for `age1"));
    assert!(message("no_key-pgp.yaml").contains("encrypted for PGP `ABCD`"));
    assert!(message("no_key-kms.yaml").contains("encrypted for AWS KMS `x`"));
    assert!(message("value_auth-renamed.yaml").contains("`data.login`"));
    assert!(message("malformed_value-clear.yaml").contains("`data.user`"));
}

#[test]
fn the_code_can_be_ignored_after_a_transformation() {
    let (mut documents, text) = load(&directory("fault/mac_mismatch-clear.yaml"));
    decrypt(&mut documents, &text, &keyring(), MacCheck::Ignore).unwrap();
    assert_eq!(
        documents[0]
            .get("stringData")
            .unwrap()
            .get("token")
            .unwrap()
            .as_str(),
        Some("abc")
    );
    assert!(!is_encrypted(&documents[0]));
}

#[test]
fn every_source_of_identities_works() {
    let test_key = fsx::read_to_string(&directory("keys/test.txt")).unwrap();
    let secret = test_key.lines().last().unwrap().to_owned();
    let config = tempfile::tempdir().unwrap();
    let default_file = config.path().join("sops/age/keys.txt");
    fsx::create_dirs(default_file.parent().unwrap()).unwrap();
    fsx::write_atomic(&default_file, test_key.as_bytes(), 0o600).unwrap();
    let config_home = config.path().display().to_string();
    let cat = |name: &str| format!("cat '{}'", key_path(name));

    for (file, variable, value) in [
        ("secret.yaml", "SOPS_AGE_KEY", test_key.clone()),
        ("secret.yaml", "SOPS_AGE_KEY", format!("{secret} {secret}")),
        ("secret.yaml", "SOPS_AGE_KEY_FILE", key_path("test.txt")),
        ("secret.yaml", "SOPS_AGE_KEY_CMD", cat("test.txt")),
        ("recipients.yaml", "SOPS_AGE_KEY_CMD", cat("test.txt")),
        ("secret.yaml", "XDG_CONFIG_HOME", config_home),
        (
            "ssh.yaml",
            "SOPS_AGE_SSH_PRIVATE_KEY_FILE",
            key_path("ssh_ed25519"),
        ),
        (
            "ssh.yaml",
            "SOPS_AGE_SSH_PRIVATE_KEY_CMD",
            cat("ssh_ed25519"),
        ),
    ] {
        let env = EnvMap::from_iter([(variable, value)]);
        let keys = Keyring::discover(&env);
        assert!(decrypted(&directory(file), &keys).is_ok(), "{variable}");
    }
}

#[test]
fn a_broken_source_only_matters_when_nothing_else_fits() {
    let broken = ("SOPS_AGE_KEY_FILE", "/nonexistent/keys".to_owned());
    let working = (
        "SOPS_AGE_KEY",
        fsx::read_to_string(&directory("keys/test.txt")).unwrap(),
    );
    let path = directory("secret.yaml");
    let keys = Keyring::discover(&EnvMap::from_iter([broken.clone(), working]));
    assert!(decrypted(&path, &keys).is_ok());
    let error = decrypted(&path, &Keyring::discover(&EnvMap::from_iter([broken]))).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("`SOPS_AGE_KEY_FILE`: cannot read"),
        "{error}"
    );
}

#[test]
fn documents_encrypted_apart_may_share_a_text_with_clear_ones() {
    let read = |name: &str| fsx::read_to_string(&directory(name)).unwrap();
    let text = format!(
        "{}---\na: clear\n---\n{}",
        read("secret.yaml"),
        read("mac-only.yaml")
    );
    let mut documents = yaml::load(&text, &Source::new("joined")).unwrap();
    decrypt(&mut documents, &text, &keyring(), MacCheck::Verify).unwrap();
    assert_eq!(documents.len(), 3);
    assert_eq!(documents[1].get("a").unwrap().as_str(), Some("clear"));
    assert!(documents.iter().all(|document| !is_encrypted(document)));
}

#[test]
fn keys_that_read_like_numbers_are_fine_when_quoted() {
    let path = directory("fault/non_string_key-number.yaml");
    let text = fsx::read_to_string(&path)
        .unwrap()
        .replace(" 644:", " \"644\":");
    let mut documents = yaml::load(&text, &Source::file(&path)).unwrap();
    // Only the name of a clear key differs from the original, and names are not part of the code.
    decrypt(&mut documents, &text, &keyring(), MacCheck::Verify).unwrap();
}

/// Files of all formats.
fn all_files() -> Vec<PathBuf> {
    let files: Vec<PathBuf> = fsx::entries(&directory(""))
        .unwrap()
        .into_iter()
        .filter(|path| fsx::exists(&directory("clear").join(path.file_name().unwrap())))
        .collect();
    assert!(files.len() > 30);
    files
}

#[test]
fn whole_files_of_all_formats_decrypt_to_the_bytes_that_sops_prints() {
    let keys = keyring();
    for path in all_files() {
        let format = Format::of_path(&path);
        let bytes = fsx::read(&path).unwrap();
        let file = File::open(&bytes, format, &keys, MacCheck::Verify)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let found = file.clear(format, Style::default()).unwrap();
        let expected = fsx::read(&directory("clear").join(path.file_name().unwrap())).unwrap();
        assert_eq!(
            String::from_utf8_lossy(found.expose()),
            String::from_utf8_lossy(&expected),
            "{}",
            path.display()
        );
    }
}

#[test]
fn unchanged_values_keep_their_ciphertext_and_others_change() {
    let keys = keyring();
    let mut more = Vec::new();
    for path in all_files() {
        let format = Format::of_path(&path);
        let bytes = fsx::read(&path).unwrap();
        let mut file = File::open(&bytes, format, &keys, MacCheck::Verify).unwrap();
        let clear = file.clear(format, Style::default()).unwrap();
        file.replace(clear.expose(), format).unwrap();
        let sealed = file
            .seal(format, Style::default(), "2026-01-02T03:04:05Z")
            .unwrap();
        let values = |bytes: &[u8]| -> Vec<String> {
            let text = String::from_utf8_lossy(bytes).into_owned();
            let parts = text.split("ENC[").skip(1);
            parts
                .map(|part| part[..part.find(']').unwrap()].to_owned())
                .collect()
        };
        let (before, after) = (values(&bytes), values(&sealed));
        // The code is sealed anew, everything else is as it was. Infinities and bytes go through their text.
        let changed = before.iter().filter(|value| !after.contains(value)).count();
        if changed != 1 {
            let name = path.file_name().unwrap().to_string_lossy();
            more.push(format!("{name}: {changed}"));
        }
        let again = File::open(&sealed, format, &keys, MacCheck::Verify).unwrap();
        let found = again.clear(format, Style::default()).unwrap();
        assert!(found == clear, "{}", path.display());
    }
    more.sort();
    // A float that is whole is an integer once it has been text. Documents of a file repeat the code, and values that are
    // the same at the same place of several documents have one ciphertext afterwards. Both are so with sops.
    assert_eq!(
        more,
        [
            "kinds.yaml: 2",
            "multi-all.yaml: 6",
            "multi.yaml: 3",
            "numbers.json: 2",
            "object-all.json: 2",
            "object.json: 2",
            "types-all.yaml: 3",
            "types.yaml: 3"
        ]
    );
}

#[test]
fn parts_are_extracted_as_they_are() {
    let keys = keyring();
    let extract = |file: &str, path: &str| {
        let bytes = fsx::read(&directory(file)).unwrap();
        let file = File::open(&bytes, Format::Yaml, &keys, MacCheck::Verify).unwrap();
        let found = file.extract(path, Format::Yaml, Style::default());
        found.map(|part| String::from_utf8(part.expose().clone()).unwrap())
    };
    assert_eq!(extract("kinds.yaml", "[\"list\"][0]").unwrap(), "one");
    assert_eq!(extract("kinds.yaml", "[\"whole\"]").unwrap(), "1\n");
    assert_eq!(
        extract("kinds.yaml", "[\"list\"][1][1]").unwrap(),
        "a: 3\n# about b\nb: 2001-12-14T21:59:43.1Z\n"
    );
    assert!(extract("kinds.yaml", "[\"missing\"]").is_err());
}

#[test]
fn a_changed_file_is_refused_by_its_code_unless_that_is_ignored() {
    let keys = keyring();
    let bytes = fsx::read(&directory("fault/mac_mismatch-clear.yaml")).unwrap();
    let open = |check| File::open(&bytes, Format::Yaml, &keys, check);
    assert_eq!(open(MacCheck::Verify).unwrap_err().class(), "mac_mismatch");
    assert!(open(MacCheck::Ignore).is_ok());
}
