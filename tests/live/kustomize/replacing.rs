//! Replacements and variables by chance, between objects that are there.

use serde_json::{Value, json};

use super::case::Case;
use super::shrink::{Step, places};
use crate::reading::texts::Dice;

/// Puts replacements into the kustomization of a folder.
pub(super) fn replacements(
    dice: &mut Dice,
    case: &mut Case,
    folder: &str,
    kustomization: &mut Value,
    known: &[Value],
) {
    let count = 1 + dice.below(2);
    let made: Vec<Value> = (0..count).map(|_| replacement(dice, known)).collect();
    kustomization["replacements"] = if dice.once_in(3) {
        let file = match made.len() {
            1 if dice.once_in(2) => made,
            _ => vec![Value::Array(made)],
        };
        case.put(format!("{folder}/replace.yaml"), file);
        json!([{"path": "replace.yaml"}])
    } else {
        Value::Array(made)
    };
}

fn replacement(dice: &mut Dice, known: &[Value]) -> Value {
    let source = &known[dice.below(known.len())];
    let targets: Vec<Value> = (0..=dice.below(2)).map(|_| target(dice, known)).collect();
    if dice.once_in(12) {
        return json!({"sourceValue": dice.pick(&["given", "a:b", "7"]), "targets": targets});
    }
    let mut from = json!({"kind": source["kind"], "name": source["metadata"]["name"]});
    if !dice.once_in(3) {
        let path = path(dice, source);
        from["fieldPath"] = path.replace('*', "0").into();
        if dice.once_in(3) {
            from["options"] =
                json!({"delimiter": dice.pick(&[":", "/", "."]), "index": dice.below(2)});
        }
    }
    json!({"source": from, "targets": targets})
}

fn target(dice: &mut Dice, known: &[Value]) -> Value {
    let object = &known[dice.below(known.len())];
    let mut select = json!({"kind": object["kind"]});
    match dice.below(4) {
        0 => {}
        1 => select["labelSelector"] = dice.pick(&["app", "app=web", "tier!=t"]).into(),
        _ => select["name"] = object["metadata"]["name"].clone(),
    }
    let mut target = json!({"select": select, "fieldPaths": [path(dice, object)]});
    match dice.below(6) {
        0 => {
            target["options"] = json!({"create": true});
            target["fieldPaths"] = json!([dice.pick(&[
                "metadata.annotations.made",
                "metadata.labels.[made.example/x]",
                "spec.template.spec.containers.[name=main].env.[name=NEW].value",
                "spec.made.deep",
                "data.made",
                "metadata.annotations.a\\.b",
            ])]);
        }
        1 => {
            target["options"] =
                json!({"delimiter": dice.pick(&[":", "/", "."]), "index": dice.below(3)});
        }
        2 => target["options"] = json!({"delimiter": ":", "index": -1}),
        _ => {}
    }
    if dice.once_in(6) {
        let other = &known[dice.below(known.len())];
        target["reject"] = json!([{"kind": other["kind"], "name": other["metadata"]["name"]}]);
    }
    target
}

/// The path of a field that an object has, in one of the ways in which it can be written.
fn path(dice: &mut Dice, object: &Value) -> String {
    let places = places(object);
    let scalar = |value: Option<&Value>| value.is_some_and(|v| !v.is_object() && !v.is_array());
    let leaves: Vec<&Vec<Step>> = places
        .iter()
        .filter(|place| scalar(at(object, place)))
        .collect();
    let place = match dice.below(8) {
        0 => &places[dice.below(places.len())],
        _ => leaves[dice.below(leaves.len())],
    };
    let mut parts = Vec::new();
    for (depth, step) in place.iter().enumerate() {
        parts.push(match step {
            Step::Key(key) if key.contains('.') => format!("[{key}]"),
            Step::Key(key) => key.clone(),
            Step::Item(item) => {
                let name = at(object, &place[..=depth]).and_then(|v| v["name"].as_str());
                match (dice.below(4), name) {
                    (0, _) => "*".to_owned(),
                    (1 | 2, Some(name)) => format!("[name={name}]"),
                    _ => item.to_string(),
                }
            }
        });
    }
    parts.join(".")
}

fn at<'v>(value: &'v Value, place: &[Step]) -> Option<&'v Value> {
    place.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get(key),
        Step::Item(at) => value.get(at),
    })
}

/// Puts the variables that objects mention into the kustomization of a folder.
pub(super) fn variables(dice: &mut Dice, kustomization: &mut Value, known: &[Value]) {
    let mut made = Vec::new();
    for name in ["VAR", "PORT"] {
        let object = &known[dice.below(known.len())];
        let objref = json!({"apiVersion": object["apiVersion"], "kind": object["kind"], "name": object["metadata"]["name"]});
        let mut variable = json!({"name": name, "objref": objref});
        if name == "PORT" && object["kind"] == "Service" {
            variable["fieldref"] = json!({"fieldPath": "spec.ports[0].port"});
        } else if dice.once_in(3) {
            variable["fieldref"] = json!({"fieldPath": "metadata.name"});
        }
        made.push(variable);
    }
    kustomization["vars"] = json!(made);
}
