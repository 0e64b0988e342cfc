//! Trees of kustomizations by chance: bases, components, and overlays over them up to three levels deep.

use serde_json::{Value, json};

use super::case::{Case, File};
use super::objects::{NAMES, object};
use super::shrink::{part, places, remove};
use super::{making, patches, replacing, settings};
use crate::reading::texts::Dice;

/// A folder that others build on.
struct Folder {
    path: String,
    /// Its objects and those below it, as they were written.
    known: Vec<Value>,
    /// Its generators and those below it.
    made: Vec<String>,
}

/// A case of random shape. Most are valid.
pub(super) fn case(dice: &mut Dice) -> Case {
    let mut case = Case {
        legacy: dice.once_in(3),
        ..Case::default()
    };
    let bases: Vec<Folder> = (0..=dice.below(2))
        .map(|at| base(dice, &mut case, at))
        .collect();
    let first = match bases.len() {
        1 => overlay(dice, &mut case, "one", &[&bases[0]]),
        _ if dice.once_in(2) => overlay(dice, &mut case, "one", &[&bases[0], &bases[1]]),
        _ => overlay(dice, &mut case, "one", &[&bases[1]]),
    };
    let mut top = first;
    for name in ["two", "three"] {
        if dice.once_in(2) {
            let beside = &bases[0];
            top = if dice.once_in(3) {
                overlay(dice, &mut case, name, &[&top, beside])
            } else {
                overlay(dice, &mut case, name, &[&top])
            };
        }
    }
    case.target = top.path;
    root(dice, &mut case);
    if dice.once_in(12) {
        damage(dice, &mut case);
    }
    case
}

fn base(dice: &mut Dice, case: &mut Case, at: usize) -> Folder {
    let path = format!("base{at}");
    let mut known: Vec<Value> = Vec::new();
    for _ in 0..2 + dice.below(5) {
        let object = object(dice);
        let same = |other: &Value| {
            other["kind"] == object["kind"]
                && other["metadata"]["name"] == object["metadata"]["name"]
        };
        if !known.iter().any(same) {
            known.push(object);
        }
    }
    let split = dice.below(known.len());
    let mut resources = Vec::new();
    for (name, part) in [("a.yaml", &known[..split]), ("b.yaml", &known[split..])] {
        if !part.is_empty() {
            case.put(format!("{path}/{name}"), part.to_vec());
            resources.push(name);
        }
    }
    let mut kustomization = json!({ "resources": resources });
    let mut made = Vec::new();
    let apart = (at > 0).then_some("b1");
    fill(
        dice,
        case,
        &path,
        &mut kustomization,
        &known,
        &mut made,
        apart,
    );
    case.put(format!("{path}/kustomization.yaml"), vec![kustomization]);
    Folder { path, known, made }
}

fn overlay(dice: &mut Dice, case: &mut Case, name: &str, below: &[&Folder]) -> Folder {
    let path = format!("over/{name}");
    let mut resources: Vec<String> = below
        .iter()
        .map(|folder| format!("../../{}", folder.path))
        .collect();
    let mut known: Vec<Value> = below
        .iter()
        .flat_map(|folder| folder.known.clone())
        .collect();
    let mut made: Vec<String> = below
        .iter()
        .flat_map(|folder| folder.made.clone())
        .collect();
    if dice.once_in(4) {
        let mut more = object(dice);
        more["metadata"]["name"] = format!("{}-{name}", dice.pick(NAMES)).into();
        case.put(format!("{path}/more.yaml"), vec![more.clone()]);
        known.push(more);
        resources.push("more.yaml".to_owned());
    }
    let mut kustomization = json!({ "resources": resources });
    if dice.once_in(3) {
        let part = component(dice, case, name, &known, &mut made);
        kustomization["components"] = json!([format!("../../{part}")]);
    }
    fill(
        dice,
        case,
        &path,
        &mut kustomization,
        &known,
        &mut made,
        Some(name),
    );
    case.put(format!("{path}/kustomization.yaml"), vec![kustomization]);
    Folder { path, known, made }
}

fn component(
    dice: &mut Dice,
    case: &mut Case,
    name: &str,
    known: &[Value],
    made: &mut Vec<String>,
) -> String {
    let path = format!("parts/{name}");
    let mut kustomization = json!({"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component", "commonAnnotations": {"part": name}});
    fill(dice, case, &path, &mut kustomization, known, made, None);
    case.put(format!("{path}/kustomization.yaml"), vec![kustomization]);
    path
}

/// Puts features into the kustomization of a folder.
fn fill(
    dice: &mut Dice,
    case: &mut Case,
    path: &str,
    kustomization: &mut Value,
    known: &[Value],
    made: &mut Vec<String>,
    apart: Option<&str>,
) {
    settings::some(dice, kustomization, known, apart);
    for (field, file, content) in [
        ("configurations", "fields.yaml", settings::fields()),
        ("openapi", "schema.yaml", settings::schema()),
        ("crds", "types.yaml", settings::types()),
    ] {
        if kustomization.get(field).is_some() {
            case.put(format!("{path}/{file}"), vec![content]);
        }
    }
    making::generators(dice, case, path, kustomization, known, made);
    if dice.once_in(3) {
        patches::some(dice, case, path, kustomization, known);
    }
    if dice.once_in(6) {
        replacing::replacements(dice, case, path, kustomization, known);
    }
    let variables = "vars".to_owned();
    if dice.once_in(6) && !made.contains(&variables) {
        made.push(variables);
        replacing::variables(dice, kustomization, known);
    }
    if dice.once_in(6) {
        making::plugins(dice, case, path, kustomization, known);
    }
}

/// What only the kustomization that is built may say.
fn root(dice: &mut Dice, case: &mut Case) {
    let path = format!("{}/kustomization.yaml", case.target);
    let Some(File::Documents(documents)) = case.files.get_mut(&path) else {
        return;
    };
    match dice.below(12) {
        0 => documents[0]["sortOptions"] = json!({"order": "fifo"}),
        1 => {
            documents[0]["sortOptions"] = json!({"order": "legacy", "legacySortOptions": {"orderFirst": ["Service"], "orderLast": ["Pod", "ConfigMap"]}});
        }
        2 => documents[0]["buildMetadata"] = json!(["originAnnotations"]),
        3 => documents[0]["buildMetadata"] = json!(["transformerAnnotations", "originAnnotations"]),
        _ => {}
    }
}

/// Takes something away or puts something else into its place, somewhere.
fn damage(dice: &mut Dice, case: &mut Case) {
    let paths: Vec<String> = case.files.keys().cloned().collect();
    let path = &paths[dice.below(paths.len())];
    let Some(File::Documents(documents)) = case.files.get_mut(path) else {
        return;
    };
    let mut whole = Value::Array(documents.clone());
    let places = places(&whole);
    let place = &places[dice.below(places.len())];
    if dice.once_in(2) {
        remove(&mut whole, place);
    } else if let Some(value) = part(&mut whole, place) {
        *value = match dice.below(5) {
            0 => Value::Null,
            1 => json!([]),
            2 => json!({"odd": 1}),
            3 => json!(7),
            _ => json!("odd"),
        };
    }
    if let Value::Array(changed) = whole {
        *documents = changed;
    }
}
