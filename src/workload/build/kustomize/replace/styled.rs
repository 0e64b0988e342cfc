//! Texts of YAML within objects: read with their style and comments, changed, and written as kustomize writes them.

mod read;
#[cfg(test)]
mod tests;
mod tree;
mod write;

use super::matcher::{Shape, Walk};
use super::scalar;
use super::source::Copied;
use tree::Styled;

/// Puts a value into a text of YAML. None if it is no mapping or list. The error is a sentence.
pub(super) fn edited(
    text: &str,
    path: &[String],
    new: &Copied,
    make: Option<Shape>,
) -> Option<Result<String, String>> {
    let mut root = match read::read(text)? {
        Ok(root) => root,
        Err(why) => return Some(Err(why)),
    };
    let set = &mut |node: &mut Styled, fresh: bool| node.put(new, fresh);
    Some(match (Walk { make }).visit(&mut root, path, set) {
        Ok(0) => Err("there is no such field".to_owned()),
        Ok(_) => Ok(write::write(&root).trim().to_owned()),
        Err(why) => Err(why),
    })
}

impl Styled {
    /// Sets a value; a plain one keeps its style and type.
    fn put(&mut self, new: &Copied, fresh: bool) -> Result<(), String> {
        let text = scalar::text(&new.value);
        if !self.is_plain_value() {
            // It belongs to the key.
            let behind = self.behind.take();
            *self = match text {
                Some(text) if new.untyped => Self::untyped(text),
                _ => Self::from_json(&new.value),
            };
            self.behind = behind;
            return Ok(());
        }
        let text = text.unwrap_or_default();
        if fresh {
            *self = Self::untyped(text);
            return Ok(());
        }
        self.set_text(text)
    }
}
