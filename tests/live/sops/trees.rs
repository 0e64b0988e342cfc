//! Trees that only depend on a seed, as YAML with comments and as JSON.

use std::fmt::Write;

use serde_json::{Map, Value, json};

const TEXTS: [&str; 24] = [
    "",
    "a",
    "two words",
    "yes",
    "null",
    "5",
    "0x1F",
    "12:30:45",
    "2020-01-01",
    "a: b",
    "#x",
    " lead",
    "trail ",
    "multi\nline",
    "multi\nline\n",
    "keep\n\n",
    "tab\there",
    "quote\"s",
    "it's",
    "back\\slash",
    "grüße",
    "🎉",
    "{brace}",
    "<b> & c",
];

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn text(&mut self) -> &'static str {
        TEXTS[usize::try_from(self.roll(24)).unwrap()]
    }

    fn value(&mut self, depth: u64) -> Value {
        match self.roll(4 + 2 * depth) {
            0 | 1 => Value::Object(self.object(depth + 1)),
            2 => (0..self.roll(4)).map(|_| self.value(depth + 1)).collect(),
            _ => match self.roll(7) {
                0 => Value::Null,
                1 => json!(self.roll(2) == 0),
                2 => json!(i64::try_from(self.roll(1_000_000)).unwrap() - 500_000),
                3 => json!(f64::from(u32::try_from(self.roll(100_000)).unwrap()) / 64.0),
                4 => json!(i64::MAX),
                _ => json!(self.text()),
            },
        }
    }

    fn object(&mut self, depth: u64) -> Map<String, Value> {
        let mut object = Map::new();
        for number in 0..=self.roll(4) {
            let name = match self.roll(3) {
                0 => format!("data{number}"),
                1 => format!("ba{number}e"),
                _ => format!("key {number}: a"),
            };
            object.insert(name, self.value(depth));
        }
        object
    }
}

/// The tree of this seed.
pub(super) fn generate(seed: u64) -> (String, String) {
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let first = dice.object(0);
    let second = dice.object(0);
    let mut yaml = String::new();
    mapping(&mut yaml, &first, 0, &mut dice);
    yaml.push_str("---\n");
    mapping(&mut yaml, &second, 0, &mut dice);
    let json = serde_json::to_string(&Value::Object(first)).unwrap();
    (yaml, json)
}

/// Block style where there is something to nest, with comments on lines of their own and behind values.
fn mapping(out: &mut String, object: &Map<String, Value>, indent: usize, dice: &mut Dice) {
    let pad = " ".repeat(indent);
    for (key, value) in object {
        if dice.roll(3) == 0 {
            let mark = ["sops:enc", "sops:clear", "note"][usize::try_from(dice.roll(3)).unwrap()];
            writeln!(out, "{pad}# {mark}").unwrap();
        }
        let key = serde_json::to_string(key).unwrap();
        match value {
            Value::Object(inner) if !inner.is_empty() => {
                writeln!(out, "{pad}{key}:").unwrap();
                mapping(out, inner, indent + 2, dice);
            }
            Value::Array(items) if !items.is_empty() => {
                writeln!(out, "{pad}{key}:").unwrap();
                for item in items {
                    writeln!(out, "{pad}  - {item}").unwrap();
                }
            }
            // Behind an empty collection sops loses a comment when it reads its own file; we keep it.
            scalar if !scalar.is_array() && !scalar.is_object() && dice.roll(4) == 0 => {
                writeln!(out, "{pad}{key}: {scalar} # behind").unwrap();
            }
            scalar => writeln!(out, "{pad}{key}: {scalar}").unwrap(),
        }
    }
}
