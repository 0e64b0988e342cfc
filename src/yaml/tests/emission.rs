//! What we write is read back the same, by our YAML 1.1 reader and by an independent YAML 1.2 reader.

use serde_json::{Value, json};

use super::super::{documents_to_yaml, to_yaml};
use super::{json as load_json, loaded};

const NASTY: &[&str] = &[
    "",
    " ",
    "y",
    "Y",
    "yes",
    "On",
    "OFF",
    "no",
    "n",
    "true",
    "True",
    "null",
    "~",
    "Null",
    "nUll",
    "=",
    "<<",
    "0644",
    "0o7",
    "0o8",
    "0x1F",
    "0b11",
    "1_000",
    "12:30:45",
    "190:20:30.15",
    "2020-01-01",
    "2020-01-01T00:00:00Z",
    "2001-12-14 21:59:43.10 -5:00",
    "1e3",
    "1.5",
    ".5",
    "5.",
    "+1",
    "-1",
    "-0",
    "-",
    "--",
    "---",
    "--- a",
    "...",
    ".",
    "..",
    ".inf",
    "-.INF",
    "+.inf",
    ".nan",
    ".NaN",
    "1,000",
    "a: b",
    "a:",
    ":a",
    "a #b",
    "#a",
    "- a",
    "-a",
    "? a",
    "?",
    "[a]",
    "{a}",
    "a, b",
    "a]",
    "&a",
    "*a",
    "!a",
    "!!int 5",
    "|",
    ">",
    "'",
    "\"",
    "'a'",
    "\"a\"",
    "it's",
    "say \"hi\"",
    "a'b\"c",
    "%a",
    "@a",
    "`a",
    "\\",
    "\\n",
    "a\\/b",
    "\t",
    "a\tb",
    "\ta",
    " a",
    "a ",
    "\n",
    "\n\n",
    "a\n",
    "a\nb",
    "a\nb\n",
    "a\nb\n\n",
    "a\n\nb\n\n\n",
    "\na",
    "\n\na\n",
    " a\nb",
    "  a\n b\n",
    "\ta\nb",
    " \na\n",
    "\n \n  a\n",
    "a\n b\n",
    "a \nb \n",
    "a\n\tb",
    "a\n---\nb",
    "a\n...\nb",
    "#a\n#b\n",
    "a\r\nb",
    "a\rb",
    "\u{85}",
    "a\u{2028}b\nc",
    "\u{feff}a",
    "a\u{1}b",
    "\u{7f}",
    "\u{9f}",
    "\0",
    "é",
    "日本",
    "😀",
    "a\u{a0}b",
    "\u{a0}",
    "\u{3000}a\nb",
    "100m",
    "1Gi",
    "10.0.0.0/8",
    "--flag=x",
    "{{ .Values.x }}",
    "key: |\n  text\n",
    "- a\n- b\n",
    "a\n\u{a0}\nb",
];

/// Every way a string can stand in a document.
fn placements(text: &str) -> Value {
    json!({
        "a": text,
        "list": [text, [text, [text]], {"x": text, "y": [text]}, text],
        "map": {"k": {"deep": text}, text: text},
        text: {"under": [text]},
        "z": text,
    })
}

#[test]
fn nasty_strings_survive() {
    for text in NASTY {
        for value in [
            placements(text),
            json!(text),
            json!([text]),
            json!({"only": text}),
        ] {
            let yaml = to_yaml(&value);
            assert_eq!(load_json_or_null(&yaml), value, "ours: {text:?}\n{yaml}");
            let other: Value =
                serde_yaml::from_str(&yaml).unwrap_or_else(|e| panic!("{text:?}: {e}\n{yaml}"));
            assert_eq!(other, value, "other: {text:?}\n{yaml}");
        }
    }
}

#[track_caller]
fn load_json_or_null(yaml: &str) -> Value {
    loaded(yaml)
        .pop()
        .map_or(Value::Null, super::super::Node::into_json)
}

#[test]
fn numbers_and_empty_collections_survive() {
    let value = json!({
        "i": [0, -1, i64::MIN, i64::MAX, u64::MAX], "f": [0.5, -1.25, 1e22, 1.5e-9, 1.234_567_890_123_456_8e29],
        "e": {"m": {}, "s": [], "n": null, "b": [true, false], "l": [[], {}, [[]], [{}]]},
    });
    let yaml = to_yaml(&value);
    assert_eq!(load_json(&yaml), value);
    assert_eq!(serde_yaml::from_str::<Value>(&yaml).unwrap(), value);
    for scalar in [json!({}), json!([]), json!(5), json!(true)] {
        assert_eq!(load_json(&to_yaml(&scalar)), scalar);
    }
}

#[test]
fn objects_begin_with_what_they_are() {
    let value = json!({
        "spec": {"args": ["--v=2", "yes"], "mode": 420, "ports": [{"port": 80, "name": "http"}], "none": []},
        "metadata": {"name": "x", "labels": {"on": "y"}},
        "kind": "Pod", "data": {"run.sh": "#!/bin/sh\necho hi\n", "z": "  x\ny"},
        "apiVersion": "v1",
    });
    insta::assert_snapshot!(to_yaml(&value), @r#"
    apiVersion: v1
    kind: Pod
    metadata:
      name: x
      labels:
        "on": "y"
    spec:
      args:
      - --v=2
      - "yes"
      mode: 420
      ports:
      - port: 80
        name: http
      none: []
    data:
      run.sh: |
        #!/bin/sh
        echo hi
      z: |2-
          x
        y
    "#);
}

#[test]
fn documents_are_separated() {
    let yaml = documents_to_yaml(&[json!({"a": "x\n\n"}), json!({"b": 1})]);
    assert_eq!(yaml, "a: |+\n  x\n\n---\nb: 1\n");
    assert_eq!(loaded(&yaml).len(), 2);
    assert_eq!(documents_to_yaml(&[]), "");
}

#[test]
fn very_long_keys_use_the_explicit_form() {
    let key = "k".repeat(2000);
    let value = json!({"a": {&key: [1], "b": {&key: {"c": "x\ny\n"}}}});
    let yaml = to_yaml(&value);
    assert_eq!(load_json(&yaml), value);
    assert_eq!(serde_yaml::from_str::<Value>(&yaml).unwrap(), value);
}
