//! The kustomizations in testdata/kustomize: `want.yaml` is what kustomize prints. (`tests/it` compares ksail with it,
//! without needing kustomize.)

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::peer;

const NAMES: &[&str] = &["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Every folder with a kustomization of its own meaning: components and lists of transformers have none.
fn folders(folder: &Path, found: &mut Vec<PathBuf>) {
    let file = NAMES
        .iter()
        .map(|name| folder.join(name))
        .find(|path| path.exists());
    let part = file.is_some_and(|file| {
        let text = std::fs::read_to_string(&file).unwrap();
        text.contains("kind: Component") || folder.ends_with("steps") || folder.ends_with("parts")
    });
    if NAMES.iter().any(|name| folder.join(name).exists()) && !part {
        found.push(folder.to_owned());
    }
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            folders(&path, found);
        }
    }
}

#[test]
#[ignore = "needs go (make testbed)"]
fn what_is_wanted_is_what_kustomize_prints() {
    let bless = std::env::var_os("KSAIL_BLESS").is_some();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/kustomize");
    let mut found = Vec::new();
    folders(&root, &mut found);
    assert!(found.len() > 100);
    let mut wrong = Vec::new();
    for folder in found {
        let built = Command::new(peer("kustomize"))
            .arg("build")
            .arg(&folder)
            .output()
            .unwrap();
        let want = folder.join("want.yaml");
        let printed = built
            .status
            .success()
            .then(|| String::from_utf8(built.stdout).unwrap());
        if bless {
            match &printed {
                Some(text) => std::fs::write(&want, text).unwrap(),
                None => drop(std::fs::remove_file(&want)),
            }
        } else if printed != std::fs::read_to_string(&want).ok() {
            wrong.push(folder);
        }
    }
    assert!(
        wrong.is_empty(),
        "kustomize prints something else: {wrong:#?}"
    );
}
