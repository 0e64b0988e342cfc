//! From paths to folders.

use super::super::error::Error;
use super::super::file::FileKind;
use super::super::tree::{Directory, Link};
use super::Build;
use crate::config::Located;

impl Build<'_> {
    /// The folder that a path leads to, if its kustomization is of the kind that is wanted there.
    pub(super) fn linked_directory(
        &self,
        directory: &Directory,
        path: &Located<String>,
        wanted: FileKind,
    ) -> Result<usize, Error> {
        let index = match directory.links.get(&path.value) {
            Some(Link::Directory(index)) => *index,
            Some(Link::File(_)) => {
                let what = format!("`{}` is a file, where a folder is expected", path.value);
                return Err(Error::at(&path.at, what));
            }
            Some(Link::Missing(why)) => {
                return Err(Error::at(&path.at, format!("`{}` {why}", path.value)));
            }
            None => {
                return Err(Error::at(
                    &path.at,
                    format!("`{}` was not read", path.value),
                ));
            }
        };
        let found = self.tree.directories[index].kustomization.kind;
        match (wanted, found) {
            (FileKind::Component, FileKind::Kustomization) => {
                let what = format!("`{}` is no component", path.value);
                Err(Error::at(&path.at, what).with_hint("name it in `resources` instead"))
            }
            (FileKind::Kustomization, FileKind::Component) => {
                let what = format!("`{}` is a component", path.value);
                Err(Error::at(&path.at, what).with_hint("name it in `components` instead"))
            }
            _ => Ok(index),
        }
    }
}
