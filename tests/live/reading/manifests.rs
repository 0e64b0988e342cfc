//! Manifests written by others: those of the repository and of the modules that the testbed is built from.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Files larger than this are machine-made and take the readers long.
const LARGEST: u64 = 2 << 20;

/// The text of every YAML file in reach.
pub(super) fn at_hand() -> Vec<String> {
    let cache = Command::new("go")
        .args(["env", "GOMODCACHE"])
        .output()
        .unwrap();
    let cache = PathBuf::from(String::from_utf8(cache.stdout).unwrap().trim());
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in ["testdata", "testbed", "tests", "docs", ".ci"] {
        collect(&repository.join(folder), &mut found);
    }
    for folder in [
        "k8s.io",
        "sigs.k8s.io",
        "github.com/k3s-io",
        "github.com/k3d-io",
        "github.com/getsops",
    ] {
        collect(&cache.join(folder), &mut found);
    }
    found
}

fn collect(folder: &Path, found: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let metadata = path.symlink_metadata().unwrap();
        let ending = path.extension().unwrap_or_default();
        if metadata.is_dir() {
            collect(&path, found);
        } else if metadata.is_file()
            && metadata.len() < LARGEST
            && (ending == "yaml" || ending == "yml")
        {
            found.extend(std::fs::read_to_string(&path));
        }
    }
}
