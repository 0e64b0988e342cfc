//! Generators, and transformers with files of their own.

use serde_json::{Value, json};

use super::case::{Case, File, inline};
use super::objects::WORDS;
use super::pods::{CONFIGS, SECRETS};
use crate::reading::texts::Dice;

/// Puts generators into the kustomization of a folder. Those that are in `made` already are merged or replaced.
pub(super) fn generators(
    dice: &mut Dice,
    case: &mut Case,
    folder: &str,
    kustomization: &mut Value,
    known: &[Value],
    made: &mut Vec<String>,
) {
    for (field, names) in [
        ("configMapGenerator", CONFIGS),
        ("secretGenerator", SECRETS),
    ] {
        if !dice.once_in(3) {
            continue;
        }
        let name = dice.pick(names);
        let mark = format!("{field} {name}");
        let kind = if names == CONFIGS {
            "ConfigMap"
        } else {
            "Secret"
        };
        let same = |other: &Value| other["kind"] == kind && other["metadata"]["name"] == name;
        let mut entry =
            json!({"name": name, "literals": [format!("k{}={}", dice.below(3), dice.pick(WORDS))]});
        if made.contains(&mark) || known.iter().any(same) {
            entry["behavior"] = dice.pick(&["merge", "merge", "replace"]).into();
        } else {
            made.push(mark);
        }
        if dice.once_in(4) {
            entry["files"] = json!(["notes.txt", "renamed=notes.txt"]);
            let text = dice.pick(&["one line", "two\nlines\n", "  tab\tand é\n\n", ""]);
            case.files
                .insert(format!("{folder}/notes.txt"), File::Text(text.to_owned()));
        }
        if dice.once_in(4) {
            entry["envs"] = json!(["some.env"]);
            let text = dice.pick(&["E=1\n# c\n\nF=a b\n", "E=\"q\"\n", " G =x\n"]);
            case.files
                .insert(format!("{folder}/some.env"), File::Text(text.to_owned()));
        }
        if dice.once_in(4) {
            entry["options"] =
                json!({"labels": {"made": "yes"}, "annotations": {"made": dice.pick(WORDS)}});
            if dice.once_in(3) {
                entry["options"]["disableNameSuffixHash"] = true.into();
            }
            if dice.once_in(4) {
                entry["options"]["immutable"] = true.into();
            }
        }
        if field == "secretGenerator" && dice.once_in(4) {
            entry["type"] = "example.org/kind".into();
        }
        kustomization[field] = json!([entry]);
    }
    if dice.once_in(10) {
        kustomization["generatorOptions"] =
            json!({"labels": {"options": "yes"}, "disableNameSuffixHash": dice.once_in(3)});
    }
}

/// Puts transformers with a configuration of their own into the kustomization of a folder.
pub(super) fn plugins(
    dice: &mut Dice,
    case: &mut Case,
    folder: &str,
    kustomization: &mut Value,
    known: &[Value],
) {
    let count = 1 + dice.below(2);
    let made: Vec<Value> = (0..count).map(|at| transformer(dice, known, at)).collect();
    kustomization["transformers"] = match dice.below(3) {
        0 => made.iter().map(inline).collect(),
        1 => {
            case.put(format!("{folder}/transformers.yaml"), made);
            json!(["transformers.yaml"])
        }
        _ => {
            case.put(format!("{folder}/steps/steps.yaml"), made);
            let resources = json!({"resources": ["steps.yaml"]});
            case.put(
                format!("{folder}/steps/kustomization.yaml"),
                vec![resources],
            );
            json!(["steps"])
        }
    };
}

fn transformer(dice: &mut Dice, known: &[Value], at: usize) -> Value {
    let object = &known[dice.below(known.len())];
    let (kind, fields) = match dice.below(9) {
        0 => (
            "PrefixTransformer",
            json!({"prefix": "t-", "fieldSpecs": [{"path": "metadata/name", "kind": "ConfigMap"}]}),
        ),
        1 => (
            "SuffixTransformer",
            json!({"suffix": "-t", "fieldSpecs": [{"path": "metadata/name"}]}),
        ),
        2 => (
            "LabelTransformer",
            json!({"labels": {"t": dice.pick(WORDS)}, "fieldSpecs": [{"path": "metadata/labels", "create": true}]}),
        ),
        3 => (
            "AnnotationsTransformer",
            json!({"annotations": {"t": dice.pick(WORDS)}, "fieldSpecs": [{"path": "metadata/annotations", "create": true}]}),
        ),
        4 => (
            "ImageTagTransformer",
            json!({"imageTag": {"name": "nginx", "newTag": "t"}}),
        ),
        5 => (
            "ReplicaCountTransformer",
            json!({"replica": {"name": object["metadata"]["name"], "count": 7},
            "fieldSpecs": [{"path": "spec/replicas", "create": true}, {"path": "spec/size", "kind": "Boat"}]}),
        ),
        6 => (
            "PatchTransformer",
            json!({"target": {"kind": "Deployment|Boat|Service"}, "patch": inline(&json!([{"op": "add", "path": "/spec/added", "value": {"by": "t"}}]))}),
        ),
        7 => (
            "ReplacementTransformer",
            json!({"replacements": [{"source": {"kind": object["kind"], "name": object["metadata"]["name"]}, "targets": [{"select": {"kind": "ConfigMap"}, "fieldPaths": ["data.name"], "options": {"create": true}}]}]}),
        ),
        _ => (
            "NamespaceTransformer",
            json!({"unsetOnly": dice.once_in(2), "setRoleBindingSubjects": dice.pick(&["defaultOnly", "allServiceAccounts", "none"]),
            "fieldSpecs": [{"path": "metadata/namespace", "create": true}]}),
        ),
    };
    let mut made =
        json!({"apiVersion": "builtin", "kind": kind, "metadata": {"name": format!("t{at}")}});
    if kind == "NamespaceTransformer" {
        made["metadata"]["namespace"] = "moved".into();
    }
    for (key, value) in fields.as_object().cloned().unwrap_or_default() {
        made[key] = value;
    }
    made
}
