//! First stage: paths to texts. Every file is read once.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::Error;
use crate::fsx;
use crate::yaml::Source;

/// Endings of manifests in directories.
const ENDINGS: [&str; 3] = ["yaml", "yml", "json"];

/// Files that turn a directory into a kustomization.
const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// One text with manifests.
#[derive(Clone)]
pub struct Text {
    /// What messages call it.
    pub source: Source,
    /// Its content.
    pub text: String,
}

impl std::fmt::Debug for Text {
    /// Without the content, which may be secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Text").field(&self.source.name()).finish()
    }
}

/// Reads what the paths name, in this order: files as they are, directories recursively in the order of names, `-` as
/// standard input. Relative paths count from `cwd`.
pub fn read_sources(
    paths: &[PathBuf],
    cwd: &Path,
    stdin: &mut dyn Read,
) -> Result<Vec<Text>, Error> {
    let mut found = Vec::new();
    let mut visited = BTreeSet::new();
    for path in paths {
        if path.as_os_str() == "-" {
            let mut bytes = Vec::new();
            stdin.read_to_end(&mut bytes).map_err(Error::Stdin)?;
            found.push(text(Source::new("<stdin>"), bytes)?);
            continue;
        }
        let full = cwd.join(path);
        if fsx::is_dir(&full) {
            read_directory(&full, path, &mut visited, &mut found)?;
        } else if fsx::is_file(&full) {
            refuse_kustomization(&full, path)?;
            found.push(text(Source::file(path), fsx::read(&full)?)?);
        } else if path.to_string_lossy().contains("://") {
            return Err(Error::Missing(path.clone()));
        } else {
            // Pipes and the like are neither.
            match fsx::read_optional(&full)? {
                Some(bytes) => found.push(text(Source::file(path), bytes)?),
                None => return Err(Error::Missing(path.clone())),
            }
        }
    }
    Ok(found)
}

/// Adds the manifests below a directory; `shown` is its path as the user wrote it.
fn read_directory(
    full: &Path,
    shown: &Path,
    visited: &mut BTreeSet<PathBuf>,
    found: &mut Vec<Text>,
) -> Result<(), Error> {
    // A link may lead back up.
    if !visited.insert(fsx::canonical(full)?) {
        return Ok(());
    }
    let entries = fsx::entries(full)?;
    for entry in &entries {
        refuse_kustomization(entry, &shown.join(entry.file_name().unwrap_or_default()))?;
    }
    for entry in entries {
        let name = entry.file_name().unwrap_or_default();
        if name.to_string_lossy().starts_with('.') {
            continue;
        }
        let shown = shown.join(name);
        if fsx::is_dir(&entry) {
            read_directory(&entry, &shown, visited, found)?;
        } else if is_manifest(&entry) {
            found.push(text(Source::file(&shown), fsx::read(&entry)?)?);
        }
    }
    Ok(())
}

fn refuse_kustomization(path: &Path, shown: &Path) -> Result<(), Error> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if KUSTOMIZATIONS.contains(&name.as_ref()) {
        return Err(Error::Kustomization(shown.display().to_string()));
    }
    Ok(())
}

fn is_manifest(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known))
}

fn text(source: Source, bytes: Vec<u8>) -> Result<Text, Error> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Text { source, text }),
        Err(_) => Err(Error::Encoding(source.name().to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fsx::write_below as write;

    fn read(root: &Path, paths: &[&str]) -> Result<Vec<(String, String)>, Error> {
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        let texts = read_sources(&paths, root, &mut &b"from stdin"[..])?;
        Ok(texts
            .into_iter()
            .map(|text| (text.source.name().to_owned(), text.text))
            .collect())
    }

    #[test]
    fn directories_are_read_in_order_without_hidden_and_foreign_files() {
        let dir = tempfile::tempdir().unwrap();
        for path in [
            "k8s/b.yaml",
            "k8s/a/z.yml",
            "k8s/c.json",
            "k8s/.hidden.yaml",
            "k8s/.git/x.yaml",
            "k8s/readme.md",
            "k8s/.sops.yaml",
        ] {
            write(dir.path(), path, path);
        }
        std::os::unix::fs::symlink(dir.path().join("k8s"), dir.path().join("k8s/loop")).unwrap();
        let names: Vec<String> = read(dir.path(), &["k8s"])
            .unwrap()
            .into_iter()
            .map(|text| text.0)
            .collect();
        assert_eq!(names, ["k8s/a/z.yml", "k8s/b.yaml", "k8s/c.json"]);
    }

    #[test]
    fn files_and_standard_input_are_taken_as_named() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "manifest.txt", "x");
        let found = read(dir.path(), &["manifest.txt", "-"]).unwrap();
        assert_eq!(found[0], ("manifest.txt".into(), "x".into()));
        assert_eq!(found[1], ("<stdin>".into(), "from stdin".into()));
        let error = read(dir.path(), &["other.yaml"]).unwrap_err();
        assert_eq!(error.to_string(), "no file or directory `other.yaml`");
    }

    #[test]
    fn kustomizations_are_refused_wherever_they_are() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "k8s/sub/kustomization.yaml", "");
        for path in ["k8s", "k8s/sub", "k8s/sub/kustomization.yaml"] {
            let error = read(dir.path(), &[path]).unwrap_err().to_string();
            assert_eq!(
                error,
                "kustomizations are not supported yet: k8s/sub/kustomization.yaml"
            );
        }
    }
}
