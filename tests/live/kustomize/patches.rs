//! Patches by chance, for objects that are there.

use serde_json::{Map, Value, json};

use super::case::{Case, inline};
use super::objects::{NAMES, WORDS};
use super::pods::{CONTAINERS, IMAGES};
use super::shrink::{Step, part, places};
use crate::reading::texts::Dice;

/// Puts patches into the kustomization of a folder.
pub(super) fn some(
    dice: &mut Dice,
    case: &mut Case,
    folder: &str,
    kustomization: &mut Value,
    known: &[Value],
) {
    let count = 1 + dice.below(3);
    for at in 0..count {
        let object = &known[dice.below(known.len())];
        if dice.once_in(8) {
            legacy(dice, kustomization, object);
            continue;
        }
        let mut entry = json!({});
        let patch = match dice.below(4) {
            0 | 1 => merging(dice, object),
            2 => {
                entry["target"] = exact(object);
                operations(dice, object)
            }
            _ => {
                entry["target"] = target(dice, object);
                if dice.once_in(3) {
                    merging(dice, object)
                } else {
                    json!([{"op": "add", "path": "/metadata/generation", "value": dice.below(9)}])
                }
            }
        };
        if dice.once_in(8) && entry.get("target").is_some() {
            entry["options"] = json!({"allowNameChange": true, "allowKindChange": dice.once_in(2)});
        }
        if dice.once_in(2) {
            entry["patch"] = inline(&patch);
        } else {
            let path = format!("patch{at}.yaml");
            case.put(format!("{folder}/{path}"), vec![patch]);
            entry["path"] = path.into();
        }
        append(kustomization, "patches", entry);
    }
}

fn append(kustomization: &mut Value, field: &str, entry: Value) {
    match kustomization[field].as_array_mut() {
        Some(entries) => entries.push(entry),
        None => kustomization[field] = json!([entry]),
    }
}

fn exact(object: &Value) -> Value {
    json!({"kind": object["kind"], "name": object["metadata"]["name"]})
}

fn legacy(dice: &mut Dice, kustomization: &mut Value, object: &Value) {
    if dice.once_in(2) {
        let patch = inline(&merging(dice, object));
        append(kustomization, "patchesStrategicMerge", patch);
        return;
    }
    let (group, version) = group_version(object);
    let target = json!({"group": group, "version": version, "kind": object["kind"], "name": object["metadata"]["name"]});
    let patch = inline(&operations(dice, object));
    append(
        kustomization,
        "patchesJson6902",
        json!({"target": target, "patch": patch}),
    );
}

fn group_version(object: &Value) -> (&str, &str) {
    let api = object["apiVersion"].as_str().unwrap_or("");
    api.rsplit_once('/').unwrap_or(("", api))
}

fn target(dice: &mut Dice, object: &Value) -> Value {
    let (group, version) = group_version(object);
    let name = object["metadata"]["name"].as_str().unwrap_or("");
    match dice.below(8) {
        0 => json!({"kind": object["kind"]}),
        1 => json!({"kind": object["kind"], "name": format!("{}.*", &name[..1])}),
        2 => json!({"group": group, "version": version, "kind": object["kind"]}),
        3 => json!({"labelSelector": format!("app={}", dice.pick(NAMES))}),
        4 => {
            json!({"kind": object["kind"], "labelSelector": dice.pick(&["app", "!app", "app in (web, db)", "tier!=t", "app notin (web)"])})
        }
        5 => json!({"kind": object["kind"], "annotationSelector": "note=yes"}),
        6 => json!({"name": format!(".*{name}.*"), "kind": object["kind"]}),
        _ => exact(object),
    }
}

/// A patch that names the object and has a few of its fields, some of them with directives.
fn merging(dice: &mut Dice, object: &Value) -> Value {
    let mut patch = json!({"apiVersion": object["apiVersion"], "kind": object["kind"], "metadata": {"name": object["metadata"]["name"]}});
    if let Some(space) = object["metadata"].get("namespace") {
        patch["metadata"]["namespace"] = space.clone();
    }
    if dice.once_in(25) {
        patch["$patch"] = dice.pick(&["delete", "delete", "replace"]).into();
        return patch;
    }
    match dice.below(4) {
        0 => patch["metadata"]["labels"] = json!({"app": dice.pick(&["x", "y"]), "tier": null}),
        1 => patch["metadata"]["annotations"] = json!({"note": dice.pick(WORDS)}),
        _ => {}
    }
    for (key, value) in object.as_object().into_iter().flatten() {
        if !["apiVersion", "kind", "metadata"].contains(&key.as_str()) {
            patch[key] = partial(dice, value, key);
        }
    }
    patch
}

/// A value like another, with parts left out, changed, added or marked.
fn partial(dice: &mut Dice, value: &Value, key: &str) -> Value {
    match value {
        Value::Object(fields) => {
            let mut kept = Map::new();
            for (key, value) in fields {
                // What identifies items of lists is kept most of the time, or most patches would add items.
                let identifies = ["name", "containerPort", "port", "mountPath", "protocol"]
                    .contains(&key.as_str());
                if identifies && !dice.once_in(12) {
                    kept.insert(key.clone(), value.clone());
                } else if dice.once_in(2) {
                    kept.insert(key.clone(), partial(dice, value, key));
                }
            }
            match dice.below(24) {
                0 => drop(kept.insert(
                    "$patch".into(),
                    dice.pick(&["delete", "replace", "merge"]).into(),
                )),
                1 => drop(kept.insert("new".into(), json!({"x": dice.pick(WORDS)}))),
                2 => drop(kept.insert("x".into(), dice.pick(WORDS).into())),
                _ => {}
            }
            Value::Object(kept)
        }
        Value::Array(items) => list(dice, items, key),
        _ if dice.once_in(6) => Value::Null,
        Value::String(_) if key == "image" => dice.pick(IMAGES).into(),
        Value::String(_) => dice.pick(WORDS).into(),
        Value::Number(_) => dice.below(99).into(),
        other => other.clone(),
    }
}

fn list(dice: &mut Dice, items: &[Value], key: &str) -> Value {
    let mut kept: Vec<Value> = Vec::new();
    for item in items {
        if dice.once_in(2) {
            kept.push(partial(dice, item, ""));
        }
    }
    if dice.once_in(4) {
        kept.reverse();
    }
    match (dice.below(8), key) {
        (0, "containers") => {
            kept.push(json!({"name": dice.pick(CONTAINERS), "image": dice.pick(IMAGES)}));
        }
        (1, "containers") => kept.push(json!({"name": dice.pick(CONTAINERS), "$patch": "delete"})),
        (0, "env") => kept.push(json!({"name": dice.pick(&["A", "N"]), "value": dice.pick(WORDS)})),
        (1, "env") => kept.push(json!({"name": dice.pick(&["A", "B"]), "$patch": "delete"})),
        (0, "volumes") => {
            kept.push(json!({"name": dice.pick(&["a", "n"]), "hostPath": {"path": "/"}}));
        }
        (2, _) if dice.once_in(3) => kept.push(json!({"$patch": "replace"})),
        _ => {}
    }
    Value::Array(kept)
}

/// JSON6902 operations on fields that the object has.
fn operations(dice: &mut Dice, object: &Value) -> Value {
    let mut object = object.clone();
    let mut made = Vec::new();
    for _ in 0..=dice.below(2) {
        let places = places(&object);
        let place = &places[dice.below(places.len())];
        let pointer = pointer(place);
        if ["/apiVersion", "/kind", "/metadata", "/metadata/name"].contains(&pointer.as_str()) {
            continue;
        }
        let value = match dice.below(4) {
            0 => json!({"made": dice.pick(WORDS)}),
            1 => json!(dice.below(9)),
            2 => json!([dice.pick(WORDS)]),
            _ => dice.pick(WORDS).into(),
        };
        let is_list = part(&mut object, place).is_some_and(|value| value.is_array());
        let is_map = part(&mut object, place).is_some_and(|value| value.is_object());
        made.push(match dice.below(10) {
            0 | 1 => json!({"op": "replace", "path": pointer, "value": value}),
            2 => json!({"op": "remove", "path": pointer}),
            3 if is_list => json!({"op": "add", "path": format!("{pointer}/-"), "value": value}),
            3 | 4 if is_map => {
                json!({"op": "add", "path": format!("{pointer}/new~1key"), "value": value})
            }
            5 => json!({"op": "copy", "from": pointer, "path": "/metadata/copied"}),
            6 => json!({"op": "move", "from": pointer, "path": "/moved"}),
            7 => json!({"op": "test", "path": pointer, "value": part(&mut object, place)}),
            _ => json!({"op": "add", "path": pointer, "value": value}),
        });
    }
    if made.is_empty() {
        made.push(json!({"op": "add", "path": "/metadata/generation", "value": 2}));
    }
    Value::Array(made)
}

fn pointer(place: &[Step]) -> String {
    place.iter().fold(String::new(), |way, step| match step {
        Step::Key(key) => format!("{way}/{}", key.replace('~', "~0").replace('/', "~1")),
        Step::Item(at) => format!("{way}/{at}"),
    })
}
