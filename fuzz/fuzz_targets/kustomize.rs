//! Any files are a kustomization that can be built, or an error. A line `=== PATH` begins a file; the text before the first
//! of them is that of `app/kustomization.yaml`. Nothing is fetched and no program runs.
#![no_main]

use std::fs;
use std::path::Path;

use ksail::workload::{KustomizationOptions, build_kustomization};
use libfuzzer_sys::fuzz_target;

/// What a line begins with that names the next file.
const MARK: &str = "=== ";

fuzz_target!(|text: &str| {
    // In memory, where there is such a place.
    let memory = Path::new("/dev/shm");
    let place = if memory.is_dir() {
        memory.to_owned()
    } else {
        std::env::temp_dir()
    };
    let folder = place.join(format!("ksail-fuzz-{}", std::process::id()));
    drop(fs::remove_dir_all(&folder));
    write_files(text, &folder);
    let built = build_kustomization(&folder.join("app"), KustomizationOptions::default());
    if let Err(error) = built {
        assert!(!error.to_string().is_empty());
    }
});

/// Names that cannot be, or that lead out of the folder, are no files.
fn write_files(text: &str, folder: &Path) {
    let mut path = "app/kustomization.yaml";
    let mut content = String::new();
    for line in text.lines().chain([MARK]) {
        let Some(next) = line.strip_prefix(MARK) else {
            content.push_str(line);
            content.push('\n');
            continue;
        };
        let full = folder.join(path);
        let inside = path.split('/').all(|part| !matches!(part, "" | "." | ".."));
        if let (true, Some(parent)) = (inside, full.parent()) {
            let made = fs::create_dir_all(parent);
            drop(made.and_then(|()| fs::write(&full, &content)));
        }
        path = next.trim();
        content.clear();
    }
}
