//! A build of files that are given in one text, for fuzzing.

use std::path::Path;

use super::options::{Options, Restriction, Unreachable};
use super::walk::{explain, gather};
use crate::fsx;
use crate::workload::Error;
use crate::workload::build::kustomize::{self, BuildOptions};

/// What a line begins with that names the next file.
const MARK: &str = "=== ";

/// Writes the files of a text into an empty folder, and builds the kustomization in its folder `app`. Returns how many
/// objects it makes. Nothing is fetched and no program runs.
#[cfg_attr(
    not(fuzzing),
    expect(unreachable_pub, reason = "only the fuzz target is outside the crate")
)]
pub fn build_files(text: &str, folder: &Path) -> Result<usize, Error> {
    let mut path = "app/kustomization.yaml".to_owned();
    let mut content = String::new();
    for line in text.lines().chain([MARK]) {
        let Some(next) = line.strip_prefix(MARK) else {
            content.push_str(line);
            content.push('\n');
            continue;
        };
        let inside = path.split('/').all(|part| !matches!(part, "" | "." | ".."));
        let full = folder.join(&path);
        if let (true, Some(parent)) = (inside, full.parent()) {
            // Names that cannot be are no files.
            let written = fsx::create_dirs(parent);
            drop(written.and_then(|()| fsx::write_atomic(&full, content.as_bytes(), 0o600)));
        }
        next.trim().clone_into(&mut path);
        content.clear();
    }
    let options = Options {
        restriction: Restriction::RootOnly,
        decrypt: None,
        download: &|_| Err(Unreachable("is not fetched".to_owned())),
        repositories: None,
        helm: None,
    };
    let tree = gather(&folder.join("app"), "app", &options)?;
    let built = kustomize::build(&tree, BuildOptions::default());
    Ok(built.map_err(|error| explain(error, &tree))?.objects.len())
}
