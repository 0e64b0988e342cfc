//! Patches made from the table of fields: every field of every type, first set, then set to something else, then to zero.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::config::Case;

const TABLE: &str = include_str!("../../../src/config/talos/schema/fields.txt");
/// Types below a document at most; deeper ones have been seen by then.
const DEPTH: usize = 12;

struct Field {
    name: &'static str,
    kind: &'static str,
    /// Whether the pinned talosctl knows it.
    known: bool,
}

fn table() -> BTreeMap<&'static str, Vec<Field>> {
    let mut types: BTreeMap<&str, Vec<Field>> = BTreeMap::new();
    let mut section = "";
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split_whitespace();
        let Some(name) = words.next() else { continue };
        if !line.starts_with(' ') {
            section = name;
            continue;
        }
        let rest: Vec<&str> = words.collect();
        let named = usize::from(section == "document" && rest.contains(&"named"));
        types.entry(section).or_default().push(Field {
            name,
            kind: rest.get(named).copied().unwrap_or_default(),
            known: !rest.contains(&"since=1.14")
                && !rest
                    .iter()
                    .any(|word| word.starts_with("until=") && *word != "until=1.13"),
        });
    }
    types
}

/// Three cases per type that can be reached: two values, and a value followed by zero.
pub(super) fn cases() -> Vec<Case> {
    let types = table();
    let mut cases = Vec::new();
    let mut seen = Vec::new();
    for document in types["document"].iter().filter(|document| document.known) {
        let header = match document.name {
            "-" => json!({}),
            kind => json!({"apiVersion": "v1alpha1", "kind": kind}),
        };
        let named = types[document.kind]
            .iter()
            .any(|field| field.name == "name");
        let wrap = |inner: Value| {
            let mut whole = header.clone();
            if named {
                whole["name"] = "sample".into();
            }
            for (key, value) in inner.as_object().cloned().unwrap_or_default() {
                if document.name == "-" || key != "name" {
                    whole[key] = value;
                }
            }
            whole
        };
        walk(&types, document.kind, &wrap, &mut seen, &mut cases, DEPTH);
    }
    cases
}

fn walk(
    types: &BTreeMap<&'static str, Vec<Field>>,
    name: &'static str,
    wrap: &dyn Fn(Value) -> Value,
    seen: &mut Vec<&'static str>,
    cases: &mut Vec<Case>,
    depth: usize,
) {
    if seen.contains(&name) || depth == 0 {
        return;
    }
    seen.push(name);
    let Some(fields) = types.get(name) else {
        return;
    };
    let fields = || fields.iter().filter(|field| field.known);
    let all = |round: usize| {
        let mut map = Map::new();
        for field in fields() {
            if let Some(value) = sample(field.kind, round) {
                map.insert(field.name.to_owned(), value);
            }
        }
        ksail::yaml::to_yaml(&wrap(map.into()))
    };
    for (what, second) in [("values", 1), ("zero", 2)] {
        cases.push(Case {
            name: format!("{name} {what}"),
            patches: vec![all(0), all(second)],
        });
    }
    for field in fields() {
        let inner = field.kind.trim_start_matches(['*', '[', ']', '{', '}']);
        if types.contains_key(inner) {
            let is_list = field.kind.contains("[]");
            let is_map = field.kind.contains("{}");
            let below = |value: Value| {
                let value = if is_list {
                    json!([value])
                } else if is_map {
                    json!({ "some": value })
                } else {
                    value
                };
                wrap(json!({ field.name: value }))
            };
            walk(types, inner, &below, seen, cases, depth - 1);
        }
    }
}

/// A value of a kind: two that differ, and zero. `None` for other types, which have cases of their own.
fn sample(kind: &'static str, round: usize) -> Option<Value> {
    let pick = |values: [Value; 3]| Some(values[round].clone());
    if let Some(inner) = kind.strip_prefix('*') {
        return sample(inner, round);
    }
    if let Some(inner) = kind.strip_prefix("[]") {
        return Some(if round == 2 {
            json!([])
        } else {
            json!([sample(inner, round)?])
        });
    }
    if let Some(inner) = kind.strip_prefix("{}") {
        return Some(json!({ "a": sample(inner, round)?, format!("k{round}"): sample(inner, 0)? }));
    }
    if let Some(words) = kind.strip_prefix("enum(") {
        let words: Vec<&str> = words.trim_end_matches(')').split(',').collect();
        let zero = words.iter().find_map(|word| word.strip_suffix("=0"));
        let word = |index: usize| words[index % words.len()].trim_end_matches("=0");
        return pick([
            json!(word(1)),
            json!(word(2)),
            json!(zero.unwrap_or(word(0))),
        ]);
    }
    match kind {
        "string" => pick([json!("one"), json!("two"), json!("")]),
        "bool" => pick([json!(true), json!(true), json!(false)]),
        "int" | "int32" | "uint" | "uint64" | "uint32" | "uint16" | "uint8" => {
            pick([json!(7), json!(8), json!(0)])
        }
        "duration" => pick([json!("1m0s"), json!("2m0s"), json!("0s")]),
        "base64" => pick([json!("b25l"), json!("dHdv"), json!("")]),
        "pem(crt,key)" => pick([
            json!({"crt": "b25l", "key": "b25l"}),
            json!({"crt": "dHdv", "key": "dHdv"}),
            json!({"crt": "", "key": ""}),
        ]),
        "pem(crt)" => pick([
            json!({"crt": "b25l"}),
            json!({"crt": "dHdv"}),
            json!({"crt": ""}),
        ]),
        "pem(key)" => pick([
            json!({"key": "b25l"}),
            json!({"key": "dHdv"}),
            json!({"key": ""}),
        ]),
        "endpoint" | "url" => pick([
            json!("https://a.example:1/x?y=z"),
            json!("http://b.example"),
            json!("https://a.example"),
        ]),
        "object" => pick([
            json!({"a": {"b": 1, "c": [1]}}),
            json!({"a": {"b": 2, "c": [2]}, "d": "e"}),
            json!({}),
        ]),
        "argument" => pick([json!("one"), json!(["two", "three"]), json!("")]),
        "bytesize" | "disksize" => pick([json!("10GB"), json!("20GiB"), json!("0")]),
        "size" => pick([json!("10GB"), json!("20GiB"), json!("30GB")]),
        "portrange" => pick([json!(80), json!("90-99"), json!(1)]),
        "hwaddr" => pick([
            json!("02:00:00:00:00:01"),
            json!("02:00:00:00:00:02"),
            json!("02:00:00:00:00:03"),
        ]),
        "table" => pick([json!("main"), json!("local"), json!("unspec")]),
        // Expressions have cases of their own; addresses cannot be merged by talosctl, which cannot see into its own types.
        _ => None,
    }
}
