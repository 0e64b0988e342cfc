//! `kubectl` reads what `ksail workload build` prints, in both forms, as what we read from the files ourselves.

use serde_json::{Value, json};

use crate::support::world::World;

/// Strings that readers of YAML 1.1 or 1.2 take for something else if they are not quoted, or break on.
const NASTY: &[&str] = &[
    "",
    " ",
    "y",
    "N",
    "yes",
    "On",
    "OFF",
    "true",
    "null",
    "~",
    "0644",
    "0o17",
    "0x1F",
    "1_000",
    "12:30:45",
    "190:20:30.15",
    "2020-01-01",
    "2020-01-01T00:00:00Z",
    "1e3",
    "1.5",
    ".5",
    "+1",
    "-0",
    ".inf",
    ".NaN",
    "=",
    "<<",
    "a: b",
    "a #b",
    "- a",
    "? a",
    "[a]",
    "&a",
    "*a",
    "!a",
    "|",
    ">",
    "'",
    "\"",
    "%a",
    "@a",
    "`a",
    "\\n",
    "---",
    "...",
    "a\n---\nb\n",
    "a\n...\nb",
    "#a\n",
    "\ta",
    "a\tb",
    " a\nb",
    "a \nb \n",
    "\n",
    "\n\na\n",
    "a\n\n\n",
    "a\r\nb",
    "\u{85}",
    "a\u{2028}b\nc",
    "\u{feff}a",
    "a\u{1}b",
    "\u{7f}",
    "é",
    "日本",
    "😀",
    "\u{a0}",
    "{{ .x }}",
    "key: |\n  text\n",
];

fn objects() -> Vec<Value> {
    let map = |name: &str, data: Value| json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": name }, "data": data });
    let values: serde_json::Map<String, Value> = NASTY
        .iter()
        .enumerate()
        .map(|(number, text)| (format!("k{number:02}"), (*text).into()))
        .collect();
    let keys: serde_json::Map<String, Value> =
        ["y", "no", "1", "0644", "null", "a b", "~", "1.5", "<<", "="]
            .iter()
            .map(|key| ((*key).to_owned(), "v".into()))
            .collect();
    let free = json!({
        "apiVersion": "x.io/v1", "kind": "Thing", "metadata": { "name": "free" },
        "spec": {
            "lists": [NASTY, [[NASTY]], {"a": [{"b": NASTY}]}], "numbers": [0, -1, 420, i64::MAX, 0.5, 1.5e-9, 1e22],
            "rest": [null, true, false, {}, [], [[]], [{}]]
        }
    });
    vec![map("values", values.into()), map("keys", keys.into()), free]
}

#[test]
#[ignore = "needs kubectl (make testbed)"]
fn kubectl_reads_what_build_prints() {
    let world = World::new();
    let objects = objects();
    for (number, object) in objects.iter().enumerate() {
        world.file(&format!("k8s/{number}.json"), &object.to_string());
    }
    for output in ["yaml", "json"] {
        let built = world
            .ksail(["workload", "build", "k8s", "--output", output])
            .expect(0);
        assert_eq!(
            built.stdout,
            world
                .ksail(["workload", "build", "k8s", "-o", output])
                .expect(0)
                .stdout
        );
        let path = world.file(&format!("built.{output}"), &built.stdout);
        // It changes nothing but says what it has read; it needs no server for that.
        let read = world
            .kubectl([
                "annotate",
                "--local",
                "--output=json",
                "--filename",
                &path,
                "none-",
            ])
            .expect(0);
        let mut found: Vec<Value> = serde_json::Deserializer::from_str(&read.stdout)
            .into_iter()
            .map(Result::unwrap)
            .collect();
        for object in &mut found {
            object["metadata"]
                .as_object_mut()
                .unwrap()
                .remove("annotations");
        }
        assert_eq!(found.len(), objects.len(), "{}", read.raw());
        for (found, object) in found.iter().zip(&objects) {
            assert_eq!(found, object, "{output}");
        }
    }
}
