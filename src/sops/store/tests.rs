//! YAML as the official sops writes what it reads (`testdata/sops/yaml/rewritten.json`), and round trips of made-up trees.

use std::path::Path;

use serde::Deserialize;

use super::{Format, Style, yaml_read, yaml_write};
use crate::fsx;
use crate::sops::leaf::Plain;
use crate::sops::tree::{Branch, Comment, Element, Member, Tree, Value};

/// A text, and what sops makes of it.
#[derive(Deserialize)]
struct Case {
    read: String,
    written: String,
}

#[test]
fn yaml_is_written_as_sops_writes_it() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/sops/yaml/rewritten.json");
    let cases: Vec<Case> = serde_json::from_slice(&fsx::read(&path).unwrap()).unwrap();
    assert!(cases.len() > 50);
    let mut wrong = Vec::new();
    for case in &cases {
        let tree =
            yaml_read::read(&case.read).unwrap_or_else(|error| panic!("{error}: {}", case.read));
        let found = yaml_write::write(&tree.documents, 4);
        if found != case.written {
            wrong.push(format!(
                "{}=====\n{}-----\n{found}",
                case.read, case.written
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n########\n"));
}

/// Numbers that only depend on the seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn text(&mut self) -> String {
        const TEXTS: [&str; 30] = [
            "",
            "a",
            "two words",
            "yes",
            "null",
            "5",
            "-1.5",
            "0x1F",
            "12:30:45",
            "2020-01-01",
            "a: b",
            "#x",
            "x #y",
            " lead",
            "trail ",
            "multi\nline",
            "multi\nline\n",
            "keep\n\n",
            "\n",
            " indented\n text",
            "tab\there",
            "quote\"s",
            "it's",
            "back\\slash",
            "grüße",
            "🎉",
            "\u{1}",
            "- dash",
            "{brace}",
            "<<",
        ];
        let pick = usize::try_from(self.roll(30)).unwrap();
        TEXTS[pick].to_owned()
    }

    fn leaf(&mut self) -> Value {
        match self.roll(8) {
            0 => Value::Null,
            1 => Value::Leaf(Plain::Bool(self.roll(2) == 0)),
            2 => Value::Leaf(Plain::Int(i64::try_from(self.roll(1000)).unwrap() - 500)),
            3 => Value::Leaf(Plain::Float(
                f64::from(u32::try_from(self.roll(1000)).unwrap()) + 0.25,
            )),
            4 => Value::Leaf(Plain::Time("2020-01-02T03:04:05.5Z".into())),
            _ => Value::text(self.text()),
        }
    }

    fn comment(&mut self) -> Option<Comment> {
        (self.roll(4) == 0).then(|| Comment::above(" a comment"))
    }

    fn value(&mut self, depth: u64) -> Value {
        match self.roll(4 + depth) {
            0 | 1 => Value::Map(self.branch(depth + 1)),
            2 => {
                let mut list = Vec::new();
                for _ in 0..self.roll(4) {
                    list.push(Element::Item(self.value(depth + 1)));
                }
                Value::Seq(list)
            }
            _ => self.leaf(),
        }
    }

    fn branch(&mut self, depth: u64) -> Branch {
        let mut branch = Branch::new();
        for number in 0..=self.roll(4) {
            if let Some(comment) = self.comment() {
                branch.push(Member::Comment(comment));
            }
            let name = format!("{}-{number}", self.text());
            branch.push(Member::Pair(name, self.value(depth)));
        }
        branch
    }
}

#[test]
fn made_up_trees_survive_yaml_and_json() {
    for seed in 1..500u64 {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15u64) | 1);
        let tree = Tree {
            documents: vec![dice.branch(0)],
        };
        for (indent, format) in [(4, Format::Yaml), (2, Format::Yaml), (9, Format::Yaml)] {
            let style = Style {
                yaml: Some(indent),
                ..Style::default()
            };
            let bytes = format.write(&tree, style).unwrap();
            let text = String::from_utf8(bytes.expose().clone()).unwrap();
            let again = format
                .read(bytes.expose())
                .unwrap_or_else(|error| panic!("seed {seed}: {error}\n{text}"));
            assert!(values(&again) == values(&tree), "seed {seed}\n{text}");
            let twice = format.write(&again, style).unwrap();
            assert_eq!(String::from_utf8_lossy(twice.expose()), text, "seed {seed}");
        }
        let bytes = Format::Json.write(&tree, Style::default()).unwrap();
        assert!(Format::Json.read(bytes.expose()).is_ok(), "seed {seed}");
    }
}

/// The tree without its comments, whose places may change when it is written.
fn values(tree: &Tree) -> Vec<Branch> {
    fn branch(members: &Branch) -> Branch {
        let pairs = members.iter().filter_map(|member| match member {
            Member::Pair(name, inner) => Some(Member::Pair(name.clone(), value(inner))),
            Member::Comment(_) => None,
        });
        pairs.collect()
    }
    fn value(of: &Value) -> Value {
        match of {
            Value::Map(members) => Value::Map(branch(members)),
            Value::Seq(list) => Value::Seq(
                list.iter()
                    .filter_map(|element| match element {
                        Element::Item(inner) => Some(Element::Item(value(inner))),
                        Element::Comment(_) => None,
                    })
                    .collect(),
            ),
            leaf => leaf.clone(),
        }
    }
    tree.documents.iter().map(branch).collect()
}
