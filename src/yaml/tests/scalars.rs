//! Row by row: what Go-based Kubernetes tools make of a scalar.

use serde_json::{Value, json};

use super::{json as load_json, refused};

/// Asserts that `v: TEXT` has this value for every text.
#[track_caller]
fn all(texts: &str, expected: impl Into<Value>) {
    let expected = expected.into();
    for text in texts.split_whitespace() {
        let found = load_json(&format!("v: {text}"))["v"].clone();
        assert_eq!(found, expected, "{text}");
    }
}

/// Asserts that the text is kept as a string.
#[track_caller]
fn strings(texts: &[&str]) {
    for text in texts {
        let found = load_json(&format!("v: {text}"))["v"].clone();
        assert_eq!(found, json!(text), "{text}");
    }
}

#[test]
fn integers_in_every_base() {
    all("0644 0o644 +0644 0O644", 420);
    all("-0644", -420);
    all("0x1F 0X1f 31 +31 0b11111 0B11111", 31);
    all("-0x1F -0b11111 -31", -31);
    all("0b11 0b+11", 3);
    all("0b-11", -3);
    all("1_000 1__000 1000_", 1000);
    all("1__0", 10);
    all("0 -0 +0 00", 0);
    all("9223372036854775807", i64::MAX);
    all("-9223372036854775808", i64::MIN);
    all("12345678901234567890", 12_345_678_901_234_567_890_u64);
    all("18446744073709551615 0xFFFFFFFFFFFFFFFF", u64::MAX);
}

#[test]
fn floats_and_integral_floats() {
    all("08 8. 8.0 +8", 8);
    all("0. 0.0 -0.0", 0);
    all("1. 1.0 +1", 1);
    all("1e3 1E3 1e+3 1.0e3", 1000);
    all(".5 0.5 +.5 5e-1", 0.5);
    all("-.5", -0.5);
    all("123456789012345678901234567890", 1.234_567_890_123_456_8e29);
    all("18446744073709551616", 1.844_674_407_370_955_2e19);
    all("+18446744073709551615", 1.844_674_407_370_955_2e19);
    all("1e20", 1e20);
    all("1e18", 1_000_000_000_000_000_000_i64);
    all("1234567890123456789.0", 1_234_567_890_123_456_800_i64);
}

#[test]
fn booleans_and_nulls_in_every_spelling() {
    all("y Y yes Yes YES true True TRUE on On ON", true);
    all("n N no No NO false False FALSE off Off OFF", false);
    all("~ null Null NULL", Value::Null);
    assert_eq!(load_json("v:"), json!({"v": null}));
    assert_eq!(load_json("v: # nothing"), json!({"v": null}));
    strings(&["yEs", "tRUE", "oN", "nULL", "nil", "none"]);
}

#[test]
fn text_that_merely_resembles_something() {
    strings(&[
        "0o8",
        "1e",
        "0x",
        "0xG",
        "0b2",
        "0b",
        "1.5e400",
        "12:30:45",
        "2020-01-01",
        "2020-01-01T00:00:00Z",
        "2001-12-14 21:59:43.10 -5:00",
        "=",
        "<<",
        "1.2.3",
        "10.0.0.0/8",
        "100m",
        "1Gi",
        "+",
        ".",
        "..",
        "._5",
        "1e5e5",
        "-+1",
        "+-1",
        "0x-1",
        "+0b+1",
        "0B+1",
        "0b++1",
        "v1",
        "1,000",
        "_1",
        ".5e400",
    ]);
}

#[test]
fn quotes_and_blocks_keep_text() {
    assert_eq!(load_json(r#"v: "yes""#), json!({"v": "yes"}));
    assert_eq!(load_json("v: '0644'"), json!({"v": "0644"}));
    assert_eq!(load_json("v: |\n  0644\n"), json!({"v": "0644\n"}));
    assert_eq!(load_json("v: >-\n  yes\n"), json!({"v": "yes"}));
    assert_eq!(load_json(r#"v: """#), json!({"v": ""}));
    assert_eq!(load_json(r#"v: "\x41\u00e9\t\\""#), json!({"v": "Aé\t\\"}));
}

#[test]
fn explicit_tags() {
    assert_eq!(load_json("v: !!str 5"), json!({"v": "5"}));
    assert_eq!(load_json("v: !!str"), json!({"v": ""}));
    assert_eq!(load_json("v: !!int \"5\""), json!({"v": 5}));
    assert_eq!(load_json("v: !!float 5"), json!({"v": 5}));
    assert_eq!(
        load_json("v: !!float 9223372036854775807"),
        json!({"v": 9_223_372_036_854_775_807_f64})
    );
    assert_eq!(load_json("v: !!bool \"yes\""), json!({"v": true}));
    assert_eq!(load_json("v: !!null ~"), json!({"v": null}));
    assert_eq!(load_json("v: !!binary aGk="), json!({"v": "hi"}));
    assert_eq!(load_json("v: !!binary |\n  aG\n  k=\n"), json!({"v": "hi"}));
    assert_eq!(load_json("v: !custom 5"), json!({"v": "5"}));
    assert_eq!(load_json("v: ! 5"), json!({"v": "5"}));
    assert_eq!(load_json("v: !<tag:yaml.org,2002:int> 5"), json!({"v": 5}));
    assert_eq!(load_json("v: !!map {a: 1}"), json!({"v": {"a": 1}}));
    assert_eq!(
        refused("v: !!int x"),
        "t.yaml:1:4: the value does not fit its tag `!!int`"
    );
    assert_eq!(
        refused("v: !!binary '*'"),
        "t.yaml:1:4: the value does not fit its tag `!!binary`"
    );
    assert_eq!(
        refused("v: !!binary //8="),
        "t.yaml:1:4: the value does not fit its tag `!!binary`"
    );
}

#[test]
fn infinities_have_no_json_form() {
    for text in [".inf", "-.inf", "+.INF", ".nan", ".NaN"] {
        assert_eq!(
            refused(&format!("v: {text}")),
            "t.yaml:1:4: infinity and `.nan` have no JSON form"
        );
    }
}

#[test]
fn keys_become_the_text_of_their_value() {
    for (key, text) in [
        ("y", "true"),
        ("off", "false"),
        ("0644", "420"),
        ("1_000", "1000"),
        ("1.50", "1.5"),
        ("1.0", "1"),
        ("1e6", "1e+06"),
        ("0.00001", "1e-05"),
        ("123456.0", "123456"),
        ("12345678901234567890", "12345678901234567890"),
        (".inf", ".inf"),
        ("'y'", "y"),
        ("\"0644\"", "0644"),
        ("2020-01-01", "2020-01-01"),
        ("!!str 5", "5"),
        ("=", "="),
        ("'<<'", "<<"),
        ("''", ""),
    ] {
        assert_eq!(load_json(&format!("{key}: x")), json!({text: "x"}), "{key}");
    }
}
