//! Any files are a kustomization that can be built, or an error. A line `=== PATH` begins a file; the text before the first
//! of them is that of `app/kustomization.yaml`.
#![no_main]

use std::fs;
use std::path::Path;

use ksail::workload::build_files;
use libfuzzer_sys::fuzz_target;

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
    fs::create_dir_all(&folder).expect("a folder");
    match build_files(text, &folder) {
        Ok(_) => {}
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
