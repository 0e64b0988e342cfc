//! What opens a cluster is in its machines' configurations and in the user's files, and nowhere that people look or send
//! around.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::{FIRST, bundle, config, create, world};
use crate::support::context::Context;
use crate::support::talosapi::TalosApi;

/// The secrets of a bundle in their spellings: as in a file, and as they are.
fn secrets(bundle: &str) -> Vec<String> {
    let bundle: Value = serde_yaml::from_str(bundle).unwrap();
    let mut found = Vec::new();
    let mut todo = vec![(String::new(), &bundle)];
    while let Some((key, value)) = todo.pop() {
        match value {
            Value::Object(entries) => {
                todo.extend(entries.iter().map(|(key, value)| (key.clone(), value)));
            }
            Value::String(text) if !["crt", "id"].contains(&key.as_str()) => {
                if key == "key" {
                    let pem = STANDARD.decode(text).unwrap();
                    let pem = String::from_utf8(pem).unwrap();
                    found.push(pem.lines().nth(1).unwrap().to_owned());
                }
                found.push(text.clone());
            }
            _ => {}
        }
    }
    assert_eq!(
        found.len(),
        4 + 2 * 5,
        "tokens, two other secrets, and five keys twice"
    );
    found
}

fn with_secrets(api: &TalosApi) -> (Vec<String>, Context) {
    let text = bundle().to_yaml().expose().clone();
    let context = world(api).file("secrets.yaml", &text);
    (secrets(&text), context)
}

#[track_caller]
fn clean(secrets: &[String], text: &str) {
    for secret in secrets {
        assert!(!text.contains(secret.as_str()), "{secret} in {text}");
    }
    // Compressed and in base64 all of them begin like this.
    assert!(!text.contains("H4sI"), "{text}");
    assert!(!text.contains("PRIVATE KEY"), "{text}");
}

const FLAGS: [&str; 2] = ["--workers=1", "--with-secrets=secrets.yaml"];

#[test]
fn plans_do_not_show_them() {
    let api = TalosApi::new();
    let (secrets, context) = with_secrets(&api);
    for format in ["table", "json", "yaml"] {
        let flags = [&FLAGS[..], &["--dry-run", "-o", format]].concat();
        let run = context.ksail(create(&flags)).expect(0);
        clean(&secrets, &run.stdout);
        clean(&secrets, &run.stderr);
        assert!(run.stdout.contains("dev-controlplane-1"), "{}", run.raw());
    }
    assert_eq!(super::changes(&context), Vec::<String>::new());
}

#[test]
fn neither_output_nor_trace_nor_profile_shows_them() {
    let api = TalosApi::new();
    let (secrets, context) = with_secrets(&api);
    let flags = [
        "--timings",
        "--verbose",
        "--trace=trace.json",
        "--cpuprofile=cpu.pprof",
    ];
    let run = context.ksail(create(&[&FLAGS[..], &flags].concat()));
    let run = run.expect(0);
    clean(&secrets, &run.stdout);
    clean(&secrets, &run.stderr);
    clean(&secrets, &context.read("trace.json"));
    let packed = std::fs::read(context.work().join("cpu.pprof")).unwrap();
    let mut profile = Vec::new();
    let mut decoder = flate2::read::GzDecoder::new(packed.as_slice());
    std::io::Read::read_to_end(&mut decoder, &mut profile).unwrap();
    clean(&secrets, &String::from_utf8_lossy(&profile));
    for command in [
        ["cluster", "list", "-o=json"].as_slice(),
        &["cluster", "info", "-n=dev", "-o=json"],
        &["cluster", "delete", "-n=dev", "--dry-run"],
    ] {
        let run = context.ksail(command.iter().copied()).expect(0);
        clean(&secrets, &run.stdout);
        clean(&secrets, &run.stderr);
    }
}

#[test]
fn a_cluster_is_made_of_the_secrets_of_a_file() {
    let api = TalosApi::new();
    let (secrets, context) = with_secrets(&api);
    context.ksail(create(&FLAGS)).expect(0);
    let text = api.config(FIRST);
    let missing: Vec<&String> = secrets
        .iter()
        .filter(|secret| !text.contains(secret.as_str()))
        .collect();
    // Keys are in it as in the file.
    assert_eq!(missing.len(), 5, "{missing:?}");
    let worker = api.config(super::SECOND);
    let shown: Vec<&String> = secrets
        .iter()
        .filter(|secret| worker.contains(secret.as_str()))
        .collect();
    assert_eq!(shown.len(), 3, "both tokens and the cluster's secret");
}

#[test]
fn without_a_file_every_cluster_has_its_own() {
    let ids = [(), ()].map(|()| {
        let api = TalosApi::new();
        let context = world(&api);
        context.ksail(create(&[])).expect(0);
        let config = config(&api, FIRST);
        [
            &config["cluster"]["id"],
            &config["cluster"]["token"],
            &config["machine"]["token"],
        ]
        .map(Value::to_string)
    });
    for (one, other) in ids[0].iter().zip(&ids[1]) {
        assert_ne!(one, other);
    }
}
