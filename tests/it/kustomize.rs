//! The kustomizations in testdata/kustomize: ksail comes to the objects that kustomize prints, in its order, and refuses
//! what it refuses. `tests/live/kustomize` makes sure that the files are what kustomize prints.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use ksail::workload::{KustomizationOptions, build_kustomization};
use serde_json::Value;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/kustomize")
}

/// All folders below that have a file of a name.
fn folders(folder: &Path, file: &str, found: &mut Vec<PathBuf>) {
    if folder.join(file).exists() {
        found.push(folder.to_owned());
    }
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.is_dir()) {
        folders(path, file, found);
    }
}

/// The objects that kustomize printed.
fn wanted(folder: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(folder.join("want.yaml")).unwrap();
    let documents = serde_yaml::Deserializer::from_str(&text);
    let read = |document| serde::Deserialize::deserialize(document).unwrap();
    documents
        .map(read)
        .filter(|value: &Value| !value.is_null())
        .collect()
}

#[test]
fn the_corpus_builds_as_kustomize_builds_it() {
    let mut found = Vec::new();
    folders(&corpus(), "want.yaml", &mut found);
    assert!(found.len() > 100);
    let mut report = String::new();
    for folder in found {
        let want = wanted(&folder);
        let name = folder.strip_prefix(corpus()).unwrap().display();
        match build_kustomization(&folder, KustomizationOptions::default()) {
            Err(error) => writeln!(report, "## {name} is refused: {error}").unwrap(),
            Ok(built) if built != want => {
                writeln!(report, "## {name}").unwrap();
                for (left, right) in want
                    .iter()
                    .zip(&built)
                    .filter(|(left, right)| left != right)
                {
                    writeln!(report, "kustomize {left}\nksail     {right}").unwrap();
                }
                writeln!(report, "{} objects, {} here", want.len(), built.len()).unwrap();
            }
            Ok(_) => {}
        }
    }
    assert!(report.is_empty(), "{report}");
}

#[test]
fn what_kustomize_refuses_is_refused_with_a_place() {
    let refused = corpus().join("refused");
    let mut found = Vec::new();
    folders(&refused, "kustomization.yaml", &mut found);
    let mut messages = String::new();
    for folder in found {
        let name = folder.strip_prefix(&refused).unwrap().display();
        // What those build on is fine on its own.
        if folder.join("want.yaml").exists() || name.to_string().contains('/') {
            continue;
        }
        let message = match build_kustomization(&folder, KustomizationOptions::default()) {
            Err(error) => error.to_string(),
            Ok(_) => "NOT REFUSED".to_owned(),
        };
        let message = message.replace(&refused.display().to_string(), "");
        writeln!(messages, "{name}: {message}").unwrap();
    }
    insta::assert_snapshot!(messages);
}
