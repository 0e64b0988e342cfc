//! What fuzzing has found, and inputs that are made to hurt: each ends in objects or in one error with its place.

use std::path::Path;

use ksail::workload::build::{drop_repetitions, expand_documents, parse_texts, render_objects};
use ksail::workload::discover::Text;
use ksail::workload::order::order_objects;
use ksail::yaml::{self, Node, Source};

/// Reads a text as fuzzing does: as YAML, there and back, and as manifests.
#[track_caller]
fn survives(name: &str, text: &str) -> Result<usize, String> {
    let source = Source::new(name);
    if let Ok(read) = yaml::load(text, &source) {
        let values: Vec<_> = read.into_iter().map(Node::into_json).collect();
        let written = yaml::documents_to_yaml(&values);
        let again = yaml::load(&written, &source).unwrap_or_else(|error| panic!("{name}: {error}"));
        let again: Vec<_> = again.into_iter().map(Node::into_json).collect();
        assert_eq!(values, again, "{name}");
    }
    let text = Text {
        source,
        text: text.to_owned(),
    };
    let built = parse_texts(vec![text]).and_then(expand_documents);
    let kept = built.and_then(|built| drop_repetitions(built.objects));
    match kept.and_then(order_objects) {
        Ok(waves) => {
            let objects: Vec<_> = waves.iter().flat_map(|wave| &wave.objects).collect();
            if !objects.is_empty() {
                render_objects(&objects);
            }
            Ok(objects.len())
        }
        Err(error) => {
            let error = error.to_string();
            assert!(error.contains(name), "no place: {error}");
            Err(error)
        }
    }
}

#[test]
fn what_fuzzing_found_stays_found() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/fuzz");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if let Ok(text) = std::fs::read_to_string(&path) {
            let _ = survives(&name, &text);
            count += 1;
        }
    }
    assert!(count >= 8, "{count} inputs");
}

#[test]
fn bombs_are_refused() {
    let document = format!(
        "a: &a {{b: {}}}\nc: [{}]\n---\n",
        "x".repeat(1 << 20),
        vec!["*a"; 40].join(", ")
    );
    // Each document stays below the budget; all of them together do not.
    assert!(
        survives("aliases", &document.repeat(10))
            .unwrap_err()
            .contains("expand to more than 64 MiB")
    );
    let merges = (1..60).fold(String::from("m0: &m0 {k0: x}\n"), |text, n| {
        format!(
            "{text}m{n}: &m{n} {{k{n}: x, <<: [*m{p}, *m{p}]}}\n",
            p = n - 1
        )
    });
    assert!(survives("merges", &merges).is_err());
    let deep = (0..2_000).fold(String::new(), |text, n| text + &" ".repeat(n) + "a:\n");
    let flow = format!("{}1{}", "{a: ".repeat(100_000), "}".repeat(100_000));
    for text in [deep, flow, "- ".repeat(100_000), "[".repeat(100_000)] {
        let error = survives("deep", &text).unwrap_err();
        let known = error.contains("nested deeper than 127") || error.contains("recursion");
        assert!(known, "{error}");
    }
}

#[test]
fn large_scalars_and_many_documents_are_only_large() {
    let head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n";
    for value in [
        format!("  a: {}\n", "x".repeat(8 << 20)),
        format!("  a: \"{}\"\n", "\\n".repeat(4 << 20)),
        format!("  a: |\n{}", "    line\n".repeat(1 << 20)),
        format!("  a:\n{}", "    word\n".repeat(1 << 19)),
        (0..200_000).fold(String::new(), |text, n| text + &format!("  k{n}: v\n")),
    ] {
        assert_eq!(survives("large", &format!("{head}{value}")), Ok(1));
    }
    let many = format!("{head}  a: b\n---\n").repeat(50_000);
    assert_eq!(survives("many", &many), Ok(1));
    assert_eq!(survives("empty", &"---\n".repeat(500_000)), Ok(0));
}
