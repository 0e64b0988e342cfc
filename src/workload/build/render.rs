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

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::super::{expand_documents, parse_texts};
    use super::*;
    use crate::workload::discover::Text;
    use crate::workload::object::{ObjectId, Origin};
    use crate::yaml::Source;

    /// Pieces that strings are made of: what readers of YAML take for something else, or break on.
    const PIECES: &[&str] = &[
        "",
        " ",
        "\n",
        "\t",
        "a",
        "yes",
        "no",
        "on",
        "y",
        "null",
        "~",
        "true",
        "0",
        "0644",
        "0o7",
        "1_0",
        ":",
        ": ",
        " #",
        "#",
        "- ",
        "-",
        "---",
        "...",
        "\n---\n",
        "\n...\n",
        "[",
        "]",
        "{",
        "}",
        ",",
        "&",
        "*",
        "!",
        "|",
        ">",
        "'",
        "\"",
        "%",
        "@",
        "`",
        "\\",
        "1e3",
        ".5",
        ".inf",
        "2020-01-01",
        "12:30:45",
        "=",
        "<<",
        "\r",
        "\u{85}",
        "\u{2028}",
        "\u{feff}",
        "\u{1}",
        "é",
        "😀",
        "\u{a0}",
    ];

    /// Numbers that look random and are the same in every run.
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, limit: usize) -> usize {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(self.0 >> 33).unwrap() % limit
        }

        fn text(&mut self) -> String {
            (0..self.below(5))
                .map(|_| PIECES[self.below(PIECES.len())])
                .collect()
        }

        fn value(&mut self, depth: usize) -> serde_json::Value {
            match self.below(if depth == 0 { 6 } else { 8 }) {
                0 => json!(null),
                1 => json!(self.below(2) == 0),
                2 => json!(i64::try_from(self.below(1 << 30)).unwrap() - (1 << 29)),
                // Never whole: readers of YAML do not tell 1.0 from 1.
                3 => json!(f64::from(u32::try_from(self.below(1 << 20)).unwrap()) / 64.0 + 0.01),
                6 => (0..self.below(4)).map(|_| self.value(depth - 1)).collect(),
                7 => self.map(depth - 1).into(),
                _ => self.text().into(),
            }
        }

        fn map(&mut self, depth: usize) -> Map<String, serde_json::Value> {
            (0..self.below(4))
                .map(|_| (self.text(), self.value(depth)))
                .collect()
        }
    }

    fn objects(number: usize) -> Vec<Object> {
        let mut dice = Dice(42);
        let object = |index: usize| {
            let name = format!("x{index}");
            Object {
                id: ObjectId {
                    api_version: "x.io/v1".to_owned(),
                    kind: "Thing".to_owned(),
                    namespace: None,
                    name: name.clone(),
                },
                origin: Origin {
                    source: Source::new("a.yaml"),
                    line: 1,
                },
                json: json!({
                    "apiVersion": "x.io/v1", "kind": "Thing", "metadata": { "name": name }, "spec": dice.map(4)
                }),
                confidential: false,
            }
        };
        (0..number).map(object).collect()
    }

    /// What we read from a text ourselves.
    fn read(text: String) -> Vec<serde_json::Value> {
        let text = Text {
            source: Source::new("built"),
            text,
        };
        let built = expand_documents(parse_texts(vec![text]).unwrap()).unwrap();
        built
            .objects
            .into_iter()
            .map(|object| object.json.clone())
            .collect()
    }

    #[test]
    fn what_is_rendered_is_read_back_the_same() {
        let objects = objects(2000);
        let references: Vec<&Object> = objects.iter().collect();
        let expected: Vec<&serde_json::Value> = objects.iter().map(|object| &object.json).collect();
        for rendered in [render_objects(&references), render_list(&references)] {
            let found = read(rendered.concat());
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().zip(&expected) {
                assert_eq!(found, *expected);
            }
        }
    }

    #[test]
    fn a_list_of_one_is_a_list() {
        let one = objects(1);
        let text = render_list(&[&one[0]]).concat();
        let list: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(list["kind"], "List");
        assert_eq!(list["items"][0], one[0].json);
        assert_eq!(text, format!("{list:#}\n"));
    }
}
