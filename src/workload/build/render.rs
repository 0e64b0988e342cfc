//! Objects back to text, for people and other tools.

use super::parallel;
use crate::workload::object::Object;
use crate::yaml;

/// Objects that one thread takes at a time.
const BATCH: usize = 64;

/// The objects as one YAML stream, in pieces to be written one after the other.
pub fn render_objects(objects: &[&Object]) -> Vec<String> {
    let batches: Vec<&[&Object]> = objects.chunks(BATCH).collect();
    let mut pieces = parallel::map(batches, render_batch);
    if let Some(first) = pieces.first_mut() {
        first.drain(.."---\n".len());
    }
    pieces
}

fn render_batch(objects: &[&Object]) -> String {
    objects
        .iter()
        .flat_map(|object| ["---\n".to_owned(), yaml::to_yaml(&object.json)])
        .collect()
}
