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

/// The objects as one `List` in JSON, in pieces to be written one after the other. It is a list even of one object, so
/// that what reads it need not know the number.
pub fn render_list(objects: &[&Object]) -> Vec<String> {
    let batches: Vec<&[&Object]> = objects.chunks(BATCH).collect();
    let last = batches.len().saturating_sub(1);
    let numbered: Vec<(usize, &[&Object])> = batches.into_iter().enumerate().collect();
    let pieces = parallel::map(numbered, |(number, batch)| {
        let items: Vec<String> = batch.iter().map(|object| item(object)).collect();
        let end = if number == last { "\n" } else { ",\n" };
        format!("{}{end}", items.join(",\n"))
    });
    let head = "{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"List\",\n  \"items\": [\n";
    let head = std::iter::once(head.to_owned());
    head.chain(pieces).chain(["  ]\n}\n".to_owned()]).collect()
}

/// One item, indented. Line breaks within strings are escaped, so that every other one begins a line of the layout.
fn item(object: &Object) -> String {
    let text = format!("{:#}", object.json);
    let lines: Vec<String> = text.lines().map(|line| format!("    {line}")).collect();
    lines.join("\n")
}

fn render_batch(objects: &[&Object]) -> String {
    objects
        .iter()
        .flat_map(|object| ["---\n".to_owned(), yaml::to_yaml(&object.json)])
        .collect()
}
