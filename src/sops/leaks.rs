//! Every fault, as it comes about with secrets at hand: neither `Display` nor `Debug`, nor those of its causes, shows them.

use std::error::Error as _;
use std::path::Path;

use super::{CreationRule, Error, File, Format, Keyring, MacCheck, MasterKey, Style, decrypt};
use crate::env::EnvMap;
use crate::error::Hint as _;
use crate::fsx;
use crate::yaml::{self, Source};

/// Stands where values stand, and nowhere else.
const MARKER: &str = "hunter2";

const NOW: &str = "2026-01-01T00:00:00Z";

fn key() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/sops/keys/test.txt");
    fsx::read_to_string(&path).unwrap()
}

fn keyring() -> Keyring {
    Keyring::from_text(&key())
}

fn rule(keys: Vec<MasterKey>) -> CreationRule {
    CreationRule {
        groups: vec![keys],
        ..CreationRule::default()
    }
}

fn age() -> MasterKey {
    let key = key();
    let public = key.lines().find_map(|line| line.split_once("public key: "));
    let recipient = public.unwrap().1.to_owned();
    MasterKey::Age { recipient }
}

fn created(text: &str, format: Format, keys: Vec<MasterKey>) -> Result<File, Error> {
    File::create(text.as_bytes(), format, &rule(keys), &keyring(), NOW)
}

/// An encrypted file with the marker in its values.
fn sealed() -> String {
    let text = format!("clear_unencrypted: {MARKER}\na: {MARKER}\nb:\n  c: {MARKER} again\n");
    let file = created(&text, Format::Yaml, vec![age()]).unwrap();
    let bytes = file.seal(Format::Yaml, Style::default(), NOW).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn line<'a>(text: &'a str, start: &str) -> &'a str {
    text.lines().find(|line| line.starts_with(start)).unwrap()
}

/// What reading these files as the pipeline does, and as whole files, ends in.
fn opened(text: &str, keys: &Keyring) -> Vec<Error> {
    let source = Source::new("leak.yaml").confidential();
    let in_place = yaml::load(text, &source)
        .map_err(Error::Yaml)
        .and_then(|mut documents| decrypt(&mut documents, text, keys, MacCheck::Verify));
    let whole = File::open(text.as_bytes(), Format::Yaml, keys, MacCheck::Verify);
    [in_place, whole.map(drop)]
        .into_iter()
        .map(Result::unwrap_err)
        .collect()
}

/// Faults of files that were changed, and of keys.
fn of_files() -> Vec<Error> {
    let good = sealed();
    let (a, mac) = (line(&good, "a: "), line(&good, "    mac: "));
    let stranger = Keyring::discover(&EnvMap::from_iter([
        ("SOPS_AGE_KEY", format!("AGE-SECRET-KEY-1{MARKER}")),
        ("SOPS_AGE_KEY_FILE", "/nonexistent/keys".to_owned()),
    ]));
    let mut faults = opened(&good, &stranger);
    for damaged in [
        good.replace(a, &format!("a: {MARKER}")),
        good.replace(a, &format!("renamed{}", &a[1..])),
        good.replace(
            &format!("clear_unencrypted: {MARKER}"),
            &format!("clear_unencrypted: other {MARKER}"),
        ),
        good.replace(&format!("{mac}\n"), ""),
        good.replace(
            line(&good, "    lastmodified: "),
            "    lastmodified: \"2020-01-01T00:00:00Z\"",
        ),
        good.replace(
            line(&good, "    lastmodified: "),
            &format!("    lastmodified: {MARKER}"),
        ),
        good.replace(a, &format!("5: {MARKER}\n{a}")),
        good.replace(a, &format!("a: \"{MARKER}\n{a}")),
        good.replace(a, &format!("{a}\n{MARKER}")),
    ] {
        faults.extend(opened(&damaged, &keyring()));
    }
    faults
}

/// Faults of texts that are no encrypted files yet, and of what is asked for.
fn of_texts() -> Vec<Error> {
    let mut faults = Vec::new();
    for (text, format) in [
        (format!("{{\"a\": {MARKER}}}"), Format::Json),
        (format!("[\"{MARKER}\"]"), Format::Json),
        (MARKER.to_owned(), Format::Dotenv),
        (format!("[x\n{MARKER}"), Format::Ini),
        (format!("a: '{MARKER}"), Format::Yaml),
        (format!("- {MARKER}"), Format::Yaml),
        (
            format!("sops:\n  mac: {MARKER}\na: {MARKER}\n"),
            Format::Yaml,
        ),
        ("# nothing\n".to_owned(), Format::Yaml),
    ] {
        faults.extend(created(&text, format, vec![age()]).err());
    }
    let text = format!("a: {MARKER}\nb: [{MARKER}]\n");
    let recipient = "age1nonsense".to_owned();
    faults.extend(created(&text, Format::Yaml, vec![MasterKey::Age { recipient }]).err());
    faults.extend(created(&text, Format::Yaml, Vec::new()).err());
    let file = created(&text, Format::Yaml, vec![age()]).unwrap();
    let style = Style::default();
    for format in [Format::Dotenv, Format::Ini, Format::Binary] {
        faults.extend(file.clear(format, style).err());
    }
    for path in ["[\"z\"]", "[\"a\"][\"b\"]", "[\"b\"][7]", "nonsense"] {
        faults.extend(file.extract(path, Format::Yaml, style).err());
    }
    // A data key of the wrong length, and an engine that gives up, take a broken age or engine.
    faults.push(Error::DataKey("the unwrapped key is 5 bytes long".into()));
    faults.push(Error::Engine("the value engine gave up on this file"));
    faults
}

/// Which variant it is; a new one has to be added here and to the faults above.
fn number(fault: &Error) -> usize {
    match fault {
        Error::NoKey { .. } => 0,
        Error::DataKey(_) => 1,
        Error::Wrap(_) => 2,
        Error::ValueAuth { .. } => 3,
        Error::MalformedValue { .. } => 4,
        Error::MacMismatch => 5,
        Error::MacMissing => 6,
        Error::MacAuth => 7,
        Error::Metadata(_) => 8,
        Error::NonStringKey { .. } => 9,
        Error::Yaml(_) => 10,
        Error::Unreadable { .. } => 11,
        Error::Output(..) => 12,
        Error::AlreadyEncrypted => 13,
        Error::Empty => 14,
        Error::Extract(_) => 15,
        Error::Engine(_) => 16,
    }
}

#[test]
fn no_fault_shows_a_value_or_a_key() {
    let identity = key().lines().last().unwrap().to_owned();
    let mut seen = [false; 17];
    for fault in of_files().into_iter().chain(of_texts()) {
        seen[number(&fault)] = true;
        let mut said = format!("{fault}\n{fault:?}\n{fault:#?}\n{:?}", fault.hint());
        let mut cause = fault.source();
        while let Some(error) = cause {
            said.push_str(&format!("\n{error}\n{error:?}"));
            cause = error.source();
        }
        for secret in [MARKER, "aHVudGVyM", identity.as_str()] {
            assert!(!said.contains(secret), "{said}");
        }
    }
    let missing: Vec<usize> = (0..17).filter(|number| !seen[*number]).collect();
    assert!(missing.is_empty(), "no fault of the kinds {missing:?}");
}
