//! Documents, anchors, merge keys, JSON and the odd ends of the format.

use serde_json::json;

use super::super::{Mark, Source, documents, load_untyped};
use super::{json as load_json, loaded};

#[test]
fn empty_documents_are_skipped_and_lines_kept() {
    let text =
        "# only a comment\n---\n---\na: 1\n---\n# nothing\n---\nnull\n---\n\n# b\nb: 2\n...\n";
    let found: Vec<_> = documents(text, &Source::new("t"))
        .unwrap()
        .into_iter()
        .map(|document| (document.line, document.root.into_json()))
        .collect();
    assert_eq!(found, [(4, json!({"a": 1})), (12, json!({"b": 2}))]);
    assert!(loaded("").is_empty());
    assert!(loaded("\n# x\n").is_empty());
}

#[test]
fn every_node_knows_its_place() {
    let [node] = <[_; 1]>::try_from(loaded("a:\n  - é: [1, \"x\"]\nb:\nc: 1\n")).unwrap();
    let at = |line, column| Mark { line, column };
    assert_eq!(node.at, at(1, 1));
    let item = &node.get("a").unwrap().items()[0];
    assert_eq!(item.at, at(2, 5));
    let inner = item.get("é").unwrap();
    assert_eq!(inner.at, at(2, 8));
    assert_eq!(
        (inner.items()[0].at, inner.items()[1].at),
        (at(2, 9), at(2, 12))
    );
    assert!(inner.items()[0].plain && !inner.items()[1].plain);
    assert_eq!(
        node.get("b").unwrap().at,
        at(3, 2),
        "a missing value is after its colon"
    );
    let order: Vec<_> = node
        .entries()
        .iter()
        .map(|entry| entry.key.as_str())
        .collect();
    assert_eq!(order, ["a", "b", "c"]);
}

#[test]
fn layout_that_must_not_matter() {
    assert_eq!(load_json("\u{feff}a: 1\n"), json!({"a": 1}));
    assert_eq!(
        load_json("a: 1\r\nb: |\r\n  x\r\n  y\r\n"),
        json!({"a": 1, "b": "x\ny\n"})
    );
    assert_eq!(
        load_json("a:\tx\nb:\t'x'\nc: \t y\t # z\n"),
        json!({"a": "x", "b": "x", "c": true})
    );
    assert_eq!(load_json("a: 1\n...\n"), json!({"a": 1}));
    assert_eq!(load_json("--- # first\na: 1\n"), json!({"a": 1}));
    assert_eq!(
        load_json("a: |\n  x\n  ---\n  y\n"),
        json!({"a": "x\n---\ny\n"})
    );
    assert_eq!(
        load_json("a:\n- 1\n-\n- - 2\n"),
        json!({"a": [1, null, [2]]})
    );
    assert_eq!(
        load_json("{a: 1, b: [x, {c: }]}"),
        json!({"a": 1, "b": ["x", {"c": null}]})
    );
    assert_eq!(load_json("a: b\n  c\n\n  d\n"), json!({"a": "b c\nd"}));
    assert_eq!(load_json("? a\n: b\n"), json!({"a": "b"}));
    assert_eq!(load_json("plain"), json!("plain"));
}

#[test]
fn anchors_and_merge_keys() {
    assert_eq!(load_json("a: &x [1]\nb: *x\n"), json!({"a": [1], "b": [1]}));
    assert_eq!(
        load_json("a: &x 1\nb: *x\nc: &x 2\nd: *x\n"),
        json!({"a": 1, "b": 1, "c": 2, "d": 2})
    );
    assert_eq!(load_json("&k a: *k\n"), json!({"a": "a"}));
    assert_eq!(
        load_json("a: &x y\n*x : 1\n"),
        json!({"a": true, "true": 1})
    );
    assert_eq!(
        load_json("base: &b {x: 1, z: 2}\nuse:\n  <<: *b\n  x: 9\n"),
        json!({"base": {"x": 1, "z": 2}, "use": {"x": 9, "z": 2}})
    );
    // kubectl's reader goes by the order of the text.
    assert_eq!(
        load_json("x: 9\n<<: {x: 1, z: 2}\ny0: 3\n<<: [{z: 4}, {z: 5, w: 6}]\nw: 7\n"),
        json!({"x": 1, "y0": 3, "z": 4, "w": 7})
    );
    assert_eq!(
        load_json("- &a {x: 1}\n- &b {x: 2, z: 2}\n- <<: [*a, *b]\n  w: 3\n")[2],
        json!({"x": 1, "z": 2, "w": 3})
    );
    assert_eq!(load_json("<<: {a: 1}\n"), json!({"a": 1}));
    assert_eq!(load_json("a: <<\n"), json!({"a": "<<"}));
}

#[test]
fn json_is_accepted_with_its_own_escapes() {
    assert_eq!(
        load_json("{\n\t\"a\": \"\\/\\ud83d\\ude00\",\n\t\"b\": [1, 1.0, -2.5e3, true, null]\n}\n"),
        json!({"a": "/😀", "b": [1, 1, -2500, true, null]})
    );
    let both = loaded("{\"a\": \"\\/\"}\n{\"b\": 2}\n---\nc: y\n---\n{\"d\": 4}\n");
    let both: Vec<_> = both
        .into_iter()
        .map(|node| (node.at.line, node.into_json()))
        .collect();
    assert_eq!(
        both,
        [
            (1, json!({"a": "/"})),
            (2, json!({"b": 2})),
            (4, json!({"c": true})),
            (6, json!({"d": 4})),
        ]
    );
    assert_eq!(load_json("[]"), json!([]));
    assert_eq!(load_json("[{}, \"a\"]"), json!([{}, "a"]));
    let [node] = <[_; 1]>::try_from(loaded("{\n \"a\": {\"é\": \"x\", \"b\": 1}}")).unwrap();
    let inner = node.get("a").unwrap().get("b").unwrap();
    assert_eq!((inner.at.line, inner.at.column), (2, 23));
}

#[test]
fn untyped_loading_leaves_meaning_to_the_field() {
    let source = Source::new("t");
    let text = "y: on\n0644: 0644\nq: 'x'\nn: ~\ne:\ni: .inf\nt: !!int 5\nl: [1, yes]\n";
    let node = load_untyped(text, &source).unwrap().remove(0);
    assert_eq!(
        node.to_json(),
        json!({"y": "on", "0644": "0644", "q": "x", "n": null, "e": null, "i": ".inf", "t": 5, "l": ["1", "yes"]})
    );
    assert!(node.get("y").unwrap().plain && !node.get("q").unwrap().plain);
}

#[test]
fn brackets_and_quotes_may_stand_to_the_left() {
    assert_eq!(
        load_json("command: [\n  \"a\",\n  b\n]\nx: 1\n"),
        json!({"command": ["a", "b"], "x": 1})
    );
    assert_eq!(
        load_json("a:\n  - b: {\n  x: 1,\n\"y\": z\n  }\n    c: [\n1]\n"),
        json!({"a": [{"b": {"x": 1, "y": "z"}, "c": [1]}]})
    );
    assert_eq!(
        load_json("a: \"x\ny\"\nb: 1\n"),
        json!({"a": "x y", "b": 1})
    );
    assert_eq!(
        load_json("a:\n- b: 'it''s\n\n  y'\n  c: \"\\\n  d\\\"\n  \"\n"),
        json!({"a": [{"b": "it's\ny", "c": "d\" "}]})
    );
    let text = "a: [\n]\n---\nb: 1\n---\nc: {\n}\nd: [\n1]\ne: f\n";
    let found = loaded(text);
    assert_eq!(found.len(), 3);
    let at = |key: &str| found[2].get(key).unwrap().at;
    assert_eq!(
        at("e"),
        Mark {
            line: 10,
            column: 4
        }
    );
    assert_eq!(
        found[2].get("d").unwrap().items()[0].at,
        Mark { line: 9, column: 1 }
    );
}

#[test]
fn repairs_stay_cheap() {
    let one = "a: [\n  1,\n  2\n]\nb: 'x\ny'\n---\n";
    assert_eq!(loaded(&one.repeat(2000)).len(), 2000);
    let keys: Vec<_> = (0..100).map(|n| format!("k{n}: [\n]\n")).collect();
    assert_eq!(loaded(&keys.concat())[0].entries().len(), 100);
}
