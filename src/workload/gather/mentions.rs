//! What a kustomization names: data in, data out.

use crate::config::Located;
use crate::workload::build::kustomize::file::{Generator, Kustomization, Patch, ReplacementEntry};

/// How a file is used, which decides how it is decrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Form {
    /// Objects or patches.
    Manifest,
    /// The value of a key of this name.
    Keyed(String),
    /// Lines `KEY=VALUE`.
    Variables,
    /// Configuration, which is never encrypted.
    Configuration,
}

/// What may stand at the other end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// A file, or else a folder.
    Resource,
    /// A folder.
    Folder,
    /// A file.
    File(Form),
    /// A file if there is one; else it is a text.
    FileOrText(Form),
    /// A text with objects, or else what [`Wanted::Resource`] is.
    TextOrResource,
}

/// One path or URL.
#[derive(Debug, Clone)]
pub(super) struct Mention {
    /// The field.
    pub field: &'static str,
    /// The path, and where it is written.
    pub path: Located<String>,
    /// What it leads to.
    pub wanted: Wanted,
}

/// Everything that a kustomization names, in the order in which it is used.
pub(super) fn mentions(file: &Kustomization) -> Vec<Mention> {
    let mut found = Found(Vec::new());
    found.openapi(file);
    found.all("resources", &file.resources, &Wanted::Resource);
    let configuration = Wanted::File(Form::Configuration);
    found.all("configurations", &file.configurations, &configuration);
    found.all("crds", &file.crds, &configuration);
    found.generators("configMapGenerator", &file.config_maps);
    found.generators("secretGenerator", &file.secrets);
    let config = Wanted::TextOrResource;
    found.all("generators", &file.generators, &config);
    found.all("components", &file.components, &Wanted::Folder);
    let patch = Wanted::FileOrText(Form::Manifest);
    found.all(
        "patchesStrategicMerge",
        &file.patches_strategic_merge,
        &patch,
    );
    found.patches("patches", &file.patches);
    found.patches("patchesJson6902", &file.patches_json);
    for entry in &file.replacements {
        if let ReplacementEntry::File(path) = entry {
            found.add("replacements", path, configuration.clone());
        }
    }
    found.all("transformers", &file.transformers, &config);
    found.all("validators", &file.validators, &config);
    found.0
}

struct Found(Vec<Mention>);

impl Found {
    fn add(&mut self, field: &'static str, path: &Located<String>, wanted: Wanted) {
        self.0.push(Mention {
            field,
            path: path.clone(),
            wanted,
        });
    }

    fn all(&mut self, field: &'static str, paths: &[Located<String>], wanted: &Wanted) {
        for path in paths {
            self.add(field, path, wanted.clone());
        }
    }

    fn openapi(&mut self, file: &Kustomization) {
        if let Some(path) = &file.openapi.path {
            self.add("openapi.path", path, Wanted::File(Form::Configuration));
        }
    }

    fn patches(&mut self, field: &'static str, patches: &[Patch]) {
        for path in patches.iter().filter_map(|patch| patch.path.as_ref()) {
            self.add(field, path, Wanted::File(Form::Manifest));
        }
    }

    fn generators(&mut self, field: &'static str, generators: &[Generator]) {
        for generator in generators {
            for path in &generator.envs {
                self.add(field, path, Wanted::File(Form::Variables));
            }
            for entry in &generator.files {
                // One that says nothing usable is refused where it is used.
                if let Some((key, path)) = key_and_path(&entry.value) {
                    let path = Located {
                        value: path.to_owned(),
                        at: entry.at.clone(),
                    };
                    self.add(field, &path, Wanted::File(Form::Keyed(key.to_owned())));
                }
            }
        }
    }
}

/// The parts of `[KEY=]PATH`; the key is the name of the file unless it is named.
fn key_and_path(entry: &str) -> Option<(&str, &str)> {
    match entry.split_once('=') {
        None => Some((entry.rsplit('/').next().unwrap_or(entry), entry)),
        Some((key, path)) => {
            let usable = !key.is_empty() && !path.is_empty() && !path.contains('=');
            usable.then_some((key, path))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_generators_have_a_key_and_a_path() {
        for (entry, expected) in [
            ("a/b.env", Some(("b.env", "a/b.env"))),
            ("k=a/b.env", Some(("k", "a/b.env"))),
            ("=a", None),
            ("a=", None),
            ("a=b=c", None),
        ] {
            assert_eq!(key_and_path(entry), expected, "{entry}");
        }
    }
}
