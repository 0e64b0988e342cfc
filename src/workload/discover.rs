//! First stage: paths to texts and kustomizations. Every file is read once.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::Error;
use super::build::kustomize::tree::FILE_NAMES;
use crate::fsx;
use crate::yaml::Source;

/// Endings of manifests in directories.
const ENDINGS: [&str; 3] = ["yaml", "yml", "json"];

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

/// Something to build.
#[derive(Debug, Clone)]
pub enum Input {
    /// A text with manifests.
    Text(Text),
    /// A folder with a kustomization, or the URL of one.
    Kustomization(Place),
}

impl Input {
    /// Texts, and places of kustomizations.
    pub fn apart(inputs: Vec<Self>) -> (Vec<Text>, Vec<Place>) {
        let (mut texts, mut places) = (Vec::new(), Vec::new());
        for input in inputs {
            match input {
                Self::Text(text) => texts.push(text),
                Self::Kustomization(place) => places.push(place),
            }
        }
        (texts, places)
    }
}

/// Where a kustomization is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The folder, or the URL as it is.
    pub path: PathBuf,
    /// What messages call it.
    pub shown: String,
}

/// Reads what the paths name, in this order: files as they are, directories recursively in the order of names, `-` as
/// standard input. Relative paths count from `cwd`. A directory with a kustomization is one thing, as Flux has it: what
/// is in it or below is only taken if the kustomization names it.
pub fn read_sources(
    paths: &[PathBuf],
    cwd: &Path,
    stdin: &mut dyn Read,
) -> Result<Vec<Input>, Error> {
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
            if is_kustomization(&full) {
                let folder = |path: &Path| path.parent().unwrap_or(path).to_owned();
                found.push(kustomization(folder(&full), &folder(path)));
                continue;
            }
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
    found: &mut Vec<Input>,
) -> Result<(), Error> {
    // A link may lead back up.
    if !visited.insert(fsx::canonical(full)?) {
        return Ok(());
    }
    let entries = fsx::entries(full)?;
    if entries.iter().any(|entry| is_kustomization(entry)) {
        found.push(kustomization(full.to_owned(), shown));
        return Ok(());
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

fn is_kustomization(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    FILE_NAMES.iter().any(|known| name == *known)
}

fn kustomization(path: PathBuf, shown: &Path) -> Input {
    let shown = if shown.as_os_str().is_empty() {
        ".".to_owned()
    } else {
        shown.display().to_string()
    };
    Input::Kustomization(Place { path, shown })
}

fn is_manifest(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known))
}

fn text(source: Source, bytes: Vec<u8>) -> Result<Input, Error> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Input::Text(Text { source, text })),
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
        let inputs = texts.into_iter().map(|input| match input {
            Input::Text(text) => (text.source.name().to_owned(), text.text),
            Input::Kustomization(place) => (place.shown, "kustomization".to_owned()),
        });
        Ok(inputs.collect())
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
    fn a_folder_with_a_kustomization_is_one_thing() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "k8s/sub/kustomization.yaml", "");
        write(dir.path(), "k8s/sub/below/a.yaml", "");
        write(dir.path(), "k8s/sub/b.yaml", "");
        write(dir.path(), "k8s/z.yaml", "z");
        let sub = ("k8s/sub".to_owned(), "kustomization".to_owned());
        let z = ("k8s/z.yaml".to_owned(), "z".to_owned());
        for (path, expected) in [
            ("k8s", vec![sub.clone(), z]),
            ("k8s/sub", vec![sub.clone()]),
            ("k8s/sub/kustomization.yaml", vec![sub]),
        ] {
            assert_eq!(read(dir.path(), &[path]).unwrap(), expected);
        }
    }
}
