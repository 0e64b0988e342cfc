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
}

fn labels(dice: &mut Dice) -> Value {
    let mut entry = json!({"pairs": {"entry": dice.pick(WORDS), "tier": "t"}});
    match dice.below(5) {
        0 | 1 => entry["includeSelectors"] = true.into(),
        2 => entry["includeTemplates"] = true.into(),
        3 => {
            let create = dice.once_in(2);
            entry["fields"] = json!([{"path": "spec/crewLabels", "kind": "Boat", "create": create}, {"path": "spec/template/metadata/labels", "create": true}]);
        }
        _ => {}
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
