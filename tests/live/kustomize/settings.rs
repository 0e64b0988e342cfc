//! What a kustomization says about all of its objects: names, namespaces, labels, annotations, images, replicas.

use serde_json::{Value, json};

use super::objects::{SPACES, WORDS};
use crate::reading::texts::Dice;

/// Puts some of them into a kustomization. `apart` makes sure that names differ from those of other folders.
pub(super) fn some(
    dice: &mut Dice,
    kustomization: &mut Value,
    known: &[Value],
    apart: Option<&str>,
) {
    if let Some(mark) = apart {
        match dice.below(3) {
            0 => kustomization["namespace"] = mark.into(),
            1 => kustomization["namePrefix"] = format!("{mark}-").into(),
            _ => kustomization["nameSuffix"] = format!("-{mark}").into(),
        }
    }
    if dice.once_in(6) {
        kustomization["namespace"] = dice.pick(SPACES).into();
    }
    if dice.once_in(6) {
        kustomization["namePrefix"] = dice.pick(&["p-", "q-", "web-"]).into();
    }
    if dice.once_in(8) {
        kustomization["nameSuffix"] = dice.pick(&["-s", "-t"]).into();
    }
    if dice.once_in(5) {
        kustomization["labels"] = labels(dice);
    }
    if dice.once_in(8) {
        kustomization["commonLabels"] = json!({"common": dice.pick(WORDS)});
    }
    if dice.once_in(6) {
        kustomization["commonAnnotations"] = json!({"all": dice.pick(WORDS), "note": "new"});
    }
    if dice.once_in(4) {
        kustomization["images"] = images(dice);
    }
    let scales =
        |object: &&Value| object["kind"] == "Deployment" || object["kind"] == "StatefulSet";
    if let Some(object) = known.iter().find(scales)
        && dice.once_in(5)
    {
        let name = &object["metadata"]["name"];
        kustomization["replicas"] = json!([{"name": name, "count": dice.below(9)}]);
    }
    if dice.once_in(15) {
        kustomization["configurations"] = json!(["fields.yaml"]);
    }
    if dice.once_in(25) {
        kustomization["openapi"] = json!({"path": "schema.yaml"});
    }
    if dice.once_in(25) {
        kustomization["crds"] = json!(["types.yaml"]);
    }
}

/// Some of them have the same label, so that overlays change those of bases.
fn labels(dice: &mut Dice) -> Value {
    let (key, places) = match dice.below(5) {
        0 | 1 => ("selected", json!({"includeSelectors": true})),
        2 => ("templated", json!({"includeTemplates": true})),
        3 => {
            let template = json!({"path": "spec/template/metadata/labels", "create": true});
            let crew =
                json!({"path": "spec/crewLabels", "kind": "Boat", "create": dice.once_in(2)});
            ("placed", json!({"fields": [crew, template]}))
        }
        _ => ("own", json!({})),
    };
    let key = if dice.once_in(2) { "entry" } else { key };
    let mut entry = json!({"pairs": {key: dice.pick(WORDS)}});
    for (field, value) in places.as_object().cloned().unwrap_or_default() {
        entry[field] = value;
    }
    let mut entries = vec![entry];
    if dice.once_in(3) {
        entries.push(json!({"pairs": {"second": "yes"}, "includeSelectors": true}));
    }
    json!(entries)
}

fn images(dice: &mut Dice) -> Value {
    let image = |dice: &mut Dice| {
        let mut image =
            json!({"name": dice.pick(&["nginx", "app", "reg.example:5000/app", "none"])});
        if dice.once_in(2) {
            image["newName"] = dice.pick(&["mirror.example/x", "nginx", "app"]).into();
        }
        match dice.below(4) {
            0 | 1 => image["newTag"] = dice.pick(&["v9", "1.0", "7"]).into(),
            2 => image["digest"] = format!("sha256:{}", "1".repeat(64)).into(),
            _ => image["tagSuffix"] = "-slim".into(),
        }
        image
    };
    let count = 1 + dice.below(2);
    (0..count).map(|_| image(dice)).collect()
}

/// A file for `configurations`.
pub(super) fn fields() -> Value {
    json!({
        "nameReference": [
            {"kind": "ConfigMap", "version": "v1", "fieldSpecs": [{"path": "spec/name", "kind": "Boat"}]},
            {"kind": "Boat", "group": "example.org", "fieldSpecs": [{"path": "data/name", "kind": "ConfigMap"}]},
        ],
        "images": [{"path": "spec/engine", "kind": "Boat"}],
        "commonLabels": [{"path": "spec/crewLabels", "kind": "Boat", "create": true}],
        "varReference": [{"path": "metadata/annotations", "kind": "Service"}, {"path": "data", "kind": "ConfigMap"}],
        "namePrefix": [{"path": "spec/alias", "kind": "Boat"}],
        "replicas": [{"path": "spec/size", "kind": "Boat"}],
    })
}

/// A file for `openapi`: lists in boats are merged.
pub(super) fn schema() -> Value {
    let merged = |key: &str| json!({"type": "array", "items": {"type": "object"}, "x-kubernetes-patch-merge-key": key, "x-kubernetes-patch-strategy": "merge"});
    let spec = json!({"properties": {"crew": merged("name"), "deep": {"properties": {"flags":
        {"type": "array", "items": {"type": "string"}, "x-kubernetes-patch-strategy": "merge"}}}}});
    let kind = json!([{"group": "example.org", "version": "v1", "kind": "Boat"}]);
    json!({"definitions": {"Boat": {"properties": {"spec": spec}, "x-kubernetes-group-version-kind": kind}}})
}

/// A file for `crds`: boats refer to other objects.
pub(super) fn types() -> Value {
    let name = json!({"x-kubernetes-object-ref-api-version": "v1", "x-kubernetes-object-ref-kind": "ConfigMap", "type": "string"});
    let spec = json!({"$ref": "example.org/v1.BoatSpec"});
    json!({
        "example.org/v1.Boat": {"Schema": {"properties": {"apiVersion": {"type": "string"}, "kind": {"type": "string"},
            "metadata": {"type": "object"}, "spec": spec}}},
        "example.org/v1.BoatSpec": {"Schema": {"properties": {"conf": name, "marks": {"x-kubernetes-label-selector": "", "type": "object"}}}},
    })
}
