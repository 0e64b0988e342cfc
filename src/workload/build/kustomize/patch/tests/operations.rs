//! JSON patches.

use serde_json::{Value, json};

use super::super::json::Operation;

fn object() -> Value {
    json!({ "a": { "b": 1, "n": null }, "l": [1, 2, { "c": 3 }], "x/y": 4, "~": 5 })
}

fn apply(operation: &Value) -> Result<Value, String> {
    let mut object = object();
    Operation::read(operation)?.apply(&mut object)?;
    Ok(object)
}

#[test]
fn operations_change_what_their_path_leads_to() {
    let cases = [
        (
            json!({ "op": "add", "path": "/l/-", "value": 9 }),
            "/l",
            json!([1, 2, { "c": 3 }, 9]),
        ),
        (
            json!({ "op": "add", "path": "/l/0", "value": 9 }),
            "/l",
            json!([9, 1, 2, { "c": 3 }]),
        ),
        (
            json!({ "op": "add", "path": "/l/3", "value": 9 }),
            "/l",
            json!([1, 2, { "c": 3 }, 9]),
        ),
        (
            json!({ "op": "add", "path": "/l/-1", "value": 9 }),
            "/l",
            json!([1, 2, { "c": 3 }, 9]),
        ),
        (
            json!({ "op": "add", "path": "/l/-2", "value": 9 }),
            "/l",
            json!([1, 2, 9, { "c": 3 }]),
        ),
        (
            json!({ "op": "add", "path": "/a/new" }),
            "/a/new",
            Value::Null,
        ),
        (
            json!({ "op": "add", "path": "any/new", "value": 9 }),
            "/new",
            json!(9),
        ),
        (
            json!({ "op": "replace", "path": "/a/new", "value": 9 }),
            "/a/new",
            json!(9),
        ),
        (
            json!({ "op": "replace", "path": "/l/-1/c", "value": 9 }),
            "/l/2/c",
            json!(9),
        ),
        (
            json!({ "op": "replace", "path": "", "value": { "z": 1 } }),
            "",
            json!({ "z": 1 }),
        ),
        (
            json!({ "op": "remove", "path": "/l/-1" }),
            "/l",
            json!([1, 2]),
        ),
        (
            json!({ "op": "remove", "path": "/a/b" }),
            "/a",
            json!({ "n": null }),
        ),
        (
            json!({ "op": "replace", "path": "/x~1y", "value": 9 }),
            "/x~1y",
            json!(9),
        ),
        (
            json!({ "op": "replace", "path": "/~0", "value": 9 }),
            "/~0",
            json!(9),
        ),
        (
            json!({ "op": "move", "from": "/l/0", "path": "/a/m" }),
            "/a/m",
            json!(1),
        ),
        (
            json!({ "op": "copy", "from": "/a/missing", "path": "/a/c" }),
            "/a/c",
            Value::Null,
        ),
        (
            json!({ "op": "test", "path": "/a/b", "value": 1 }),
            "",
            object(),
        ),
        (
            json!({ "op": "test", "path": "/a/missing", "value": null }),
            "",
            object(),
        ),
        (
            json!({ "op": "test", "path": "/l", "value": [1, 2, { "c": 3 }] }),
            "",
            object(),
        ),
    ];
    for (operation, path, expected) in cases {
        let changed = apply(&operation).unwrap_or_else(|why| panic!("{operation}: {why}"));
        assert_eq!(changed.pointer(path), Some(&expected), "{operation}");
    }
}

#[test]
fn failures_name_operation_path_and_reason() {
    let cases = [
        (
            json!({ "op": "add", "path": "/a/q/r", "value": 1 }),
            "the operation `add` at `/a/q/r` fails: there is no `/a/q`",
        ),
        (
            json!({ "op": "add", "path": "/a/n/r", "value": 1 }),
            "the operation `add` at `/a/n/r` fails: there is no `/a/n`",
        ),
        (
            json!({ "op": "add", "path": "/a/b/c", "value": 1 }),
            "the operation `add` at `/a/b/c` fails: `/a/b` is a number",
        ),
        (
            json!({ "op": "add", "path": "/l/4", "value": 1 }),
            "the operation `add` at `/l/4` fails: the index 4 is beyond a list with 3 items",
        ),
        (
            json!({ "op": "replace", "path": "/l/-4", "value": 1 }),
            "the operation `replace` at `/l/-4` fails: the index -4 is beyond a list with 3 items",
        ),
        (
            json!({ "op": "replace", "path": "/l/-", "value": 1 }),
            "the operation `replace` at `/l/-` fails: `-` is no index of a list",
        ),
        (
            json!({ "op": "remove", "path": "/a/q" }),
            "the operation `remove` at `/a/q` fails: there is no `/a/q`",
        ),
        (
            json!({ "op": "remove", "path": "a" }),
            "the operation `remove` at `a` fails: the path `a` has no slash",
        ),
        (
            json!({ "op": "test", "path": "/a/b", "value": 2 }),
            "the operation `test` at `/a/b` fails: the value is another one",
        ),
        (
            json!({ "op": "put", "path": "/a" }),
            "`op` must be `add`, `remove`, `replace`, `move`, `copy`, or `test`, not `put`",
        ),
        (json!({ "op": "add" }), "`add` needs `path`"),
        (json!({ "op": "copy", "path": "/a" }), "`copy` needs `from`"),
        (
            json!({ "op": "add", "path": 1 }),
            "`path` of `add` must be a string",
        ),
        (json!("add"), "an operation must be a mapping, not a string"),
    ];
    for (operation, expected) in cases {
        assert_eq!(apply(&operation), Err(expected.to_owned()), "{operation}");
    }
}
