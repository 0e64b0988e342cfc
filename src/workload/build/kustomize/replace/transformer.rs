//! All replacements of a kustomization, one after the other.

use super::super::error::Error;
use super::super::file::{Replacement, ReplacementEntry, read_replacement};
use super::super::notes::Notes;
use super::super::set::ResourceSet;
use super::super::tree::Directory;
use super::source::Copied;
use super::target;
use crate::config::{Cell, Located};
use crate::yaml;

/// `replacements`, or a `ReplacementTransformer`.
#[derive(Debug, Clone)]
pub(crate) struct ReplacementTransformer {
    /// All of them, files read.
    pub replacements: Vec<Replacement>,
}

impl ReplacementTransformer {
    /// Reads the files among the entries.
    pub(crate) fn of(directory: &Directory, entries: &[ReplacementEntry]) -> Result<Self, Error> {
        let mut replacements = Vec::new();
        for entry in entries {
            match entry {
                ReplacementEntry::Inline(replacement) => {
                    replacements.push(Replacement::clone(replacement));
                }
                ReplacementEntry::File(path) => replacements.append(&mut read(directory, path)?),
            }
        }
        Ok(Self { replacements })
    }

    /// Copies every value. Targets that select nothing are worth a note.
    pub(crate) fn apply(&self, set: &mut ResourceSet, notes: &mut Notes) -> Result<(), Error> {
        for replacement in &self.replacements {
            if replacement.targets.is_empty() {
                return Err(Error::at(&replacement.at, "a replacement needs `targets`"));
            }
            let mut new = Copied::of(replacement, set.list())?;
            for each in &replacement.targets {
                let any = target::fill(each, &mut new, set.list_mut())?;
                if let (false, Some(select)) = (any, &each.select) {
                    notes.idle.push(select.selects_none(&each.at, set.list()));
                }
            }
        }
        set.drop_empty();
        Ok(())
    }
}

/// The replacements of a file: one or a list of them.
fn read(directory: &Directory, path: &Located<String>) -> Result<Vec<Replacement>, Error> {
    let file = directory.file(path)?;
    let source = if file.confidential {
        file.source.clone().confidential()
    } else {
        file.source.clone()
    };
    let Ok(text) = std::str::from_utf8(&file.bytes) else {
        let what = format!("`{}` is not a UTF-8 text", path.value);
        return Err(Error::at(&path.at, what));
    };
    let documents = yaml::load_untyped(text, &source)?;
    let Some(root) = documents.first() else {
        let what = format!("`{}` is empty, and a replacement is expected", path.value);
        return Err(Error::at(&path.at, what));
    };
    let cell = Cell::root(root, &source);
    match root.value {
        yaml::Value::Seq(_) => {
            let items = cell.items()?;
            Ok(items
                .iter()
                .map(read_replacement)
                .collect::<Result<_, _>>()?)
        }
        _ => Ok(vec![read_replacement(&cell)?]),
    }
}
