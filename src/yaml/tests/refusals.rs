//! What must not load, with the exact message.

use std::fmt::Write as _;

use super::super::{Source, load};
use super::refused;
use crate::error::Hint as _;

#[test]
fn duplicate_keys_name_both_lines() {
    assert_eq!(
        refused("a: 1\nb: 2\na: 3\n"),
        "t.yaml:3:1: key `a` is already set on line 1"
    );
    assert_eq!(
        refused("x:\n  1: a\n  '1': b\n"),
        "t.yaml:3:3: key `1` is already set on line 2"
    );
    assert_eq!(
        refused("{\"a\": 1,\n \"a\": 2}"),
        "t.yaml:2:2: key `a` is already set on line 1"
    );
    let lines: Vec<_> = (0..100).chain([7]).map(|n| format!("k{n}: x")).collect();
    let many = lines.join("\n");
    assert_eq!(
        refused(&many),
        "t.yaml:101:1: key `k7` is already set on line 8"
    );
}

#[test]
fn keys_that_have_no_text() {
    assert_eq!(
        refused("a:\n  ~: 1\n"),
        "t.yaml:2:3: a key must not be null"
    );
    assert_eq!(refused("a:\n  : 1\n"), "t.yaml:2:3: a key must not be null");
    let complex = "a key must be a single value, not a list or mapping";
    assert_eq!(refused("[a]: 1\n"), format!("t.yaml:1:1: {complex}"));
    assert_eq!(refused("a: {{ name }}\n"), format!("t.yaml:1:5: {complex}"));
    assert_eq!(
        refused("a: &x [1]\n*x : 2\n"),
        format!("t.yaml:2:1: {complex}")
    );
}

#[test]
fn bad_anchors_and_merges() {
    let unknown = "the alias refers to an anchor that this document does not define before it";
    assert_eq!(
        refused("a: &x 1\n---\nb: *x\n"),
        format!("t.yaml:3:4: {unknown}")
    );
    assert_eq!(
        refused("a: &x [*x]\n"),
        "t.yaml:1:8: the anchor contains itself"
    );
    let merge = "the merge key `<<` takes a mapping or a list of mappings";
    assert_eq!(refused("<<: 5\n"), format!("t.yaml:1:5: {merge}"));
    assert_eq!(
        refused("<<: [{a: 1}, b]\n"),
        format!("t.yaml:1:14: {merge}")
    );
}

#[test]
fn alias_bombs_end_early() {
    let mut bomb = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for level in 1..40 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        writeln!(bomb, "a{level}: &a{level} [{aliases}]").unwrap();
    }
    assert!(refused(&bomb).ends_with("the aliases of this text expand to more than 64 MiB"));
    let long = format!(
        "a: &a {}\nb: [{}]\n",
        "x".repeat(1 << 20),
        vec!["*a"; 100].join(", ")
    );
    assert!(refused(&long).ends_with("expand to more than 64 MiB"));
}

#[test]
fn nesting_is_limited_before_the_stack_is() {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(5000), close.repeat(5000));
    for text in [
        deep("[", "]"),
        deep("{a: ", "}"),
        deep("{\"a\":", "}"),
        "- ".repeat(5000),
    ] {
        let message = refused(&text);
        assert!(
            message.contains("nested deeper than 127 levels") || message.contains("recursion"),
            "{message}"
        );
    }
    let mut chain = String::from("a0: &a0 [x]\n");
    for level in 1..200 {
        writeln!(chain, "a{level}: &a{level} [*a{}]", level - 1).unwrap();
    }
    assert!(refused(&chain).ends_with("nested deeper than 127 levels"));
    assert_eq!(
        super::loaded(&format!("{}{}", "[".repeat(127), "]".repeat(127))).len(),
        1
    );
}

#[test]
fn characters_and_escapes() {
    assert_eq!(
        refused("a: 1\nb: é\u{1}\n"),
        "t.yaml:2:5: control character U+0001 is not allowed"
    );
    assert_eq!(
        refused("a: é\u{2028}b\n"),
        "t.yaml:1:5: control character U+2028 is not allowed"
    );
    assert_eq!(
        refused("{\"a\": \"\u{85}\"}\n---\nb: \u{85}\n"),
        "t.yaml:3:4: control character U+0085 is not allowed"
    );
    assert_eq!(
        refused("\u{feff}\u{feff}a: 1\n"),
        "t.yaml:1:1: control character U+FEFF is not allowed"
    );
    let escape = "`\\/` is no escape sequence of Kubernetes' YAML readers";
    assert_eq!(
        refused("é: '\\/'\na: \"x\\/y\"\n"),
        format!("t.yaml:2:4: {escape}")
    );
    assert_eq!(super::json("a: \"\\\\/\"\nb: '\\/'\nc: \\/\n")["a"], "\\/");
}

#[test]
fn syntax_errors_have_a_place_and_an_excerpt() {
    let text = "a: 1\nb: [1, 2\nc: 3\n";
    let error = load(text, &Source::new("dir/t.yaml")).unwrap_err();
    assert!(error.to_string().starts_with("dir/t.yaml:3:2: "), "{error}");
    assert_eq!(error.excerpt(), Some("3 | c: 3\n  |  ^"));
    let hint = "the `[` of line 2 needs a `]`, or a `,` is missing before this place";
    assert_eq!(error.hint().as_deref(), Some(hint));
    let error = load(text, &Source::new("t").confidential()).unwrap_err();
    assert_eq!(error.excerpt(), None);
    assert_eq!(error.hint().as_deref(), Some(hint));
    assert!(refused("a: b: c\n").starts_with("t.yaml:1:5: "));
    assert!(refused("a:\n\t- 1\n").starts_with("t.yaml:2:"));
    assert!(refused("a: @x\n").starts_with("t.yaml:1:4: "));
    assert!(refused("a: 'x\n").starts_with("t.yaml:"));
    assert!(refused("{\"a\": 1,,}").starts_with("t.yaml:1:9: "));
}

#[test]
fn a_missing_quote_is_reported_where_the_text_begins() {
    assert_eq!(
        refused("a: 1\nb: 'x\nc: 1\nd: it's\ne: 2\n"),
        "t.yaml:2:4: invalid indentation in quoted scalar"
    );
    assert_eq!(
        refused("ok: [\n]\n---\nb: \"x\nc: 1\n"),
        "t.yaml:4:4: invalid indentation in quoted scalar"
    );
    assert!(refused("a: [\n1\n]\n  b: 1\n").starts_with("t.yaml:4:"));
}

#[test]
fn excerpts_of_long_lines_stay_short() {
    let text = format!("{}: 1, x: 2\n", "k".repeat(300));
    let error = load(&text, &Source::new("t")).unwrap_err();
    let excerpt = error.excerpt().unwrap();
    assert!(
        excerpt.lines().all(|line| line.chars().count() <= 110),
        "{excerpt}"
    );
    assert!(excerpt.ends_with('^'));
}
