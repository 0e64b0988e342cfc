//! `/volumes/…`: named volumes only.

use serde_json::{Value, json};

use super::containers::filter;
use super::server::Reply;
use super::state::{Call, Refusal, State};

pub(super) fn route(state: &mut State, call: &Call, rest: &[&str]) -> Result<Reply, Refusal> {
    match (call.method.as_str(), rest) {
        ("GET", [] | [""]) => {
            let labels = filter(call, "label");
            let matching = state.volumes.iter().filter(|(_, own)| {
                labels.iter().all(|label| match label.split_once('=') {
                    Some((key, value)) => own[key] == value,
                    None => !own[label.as_str()].is_null(),
                })
            });
            let listed: Vec<Value> = matching
                .map(|(name, labels)| described(name, labels))
                .collect();
            Ok(Reply::Json(
                200,
                json!({"Volumes": listed, "Warnings": null}),
            ))
        }
        ("POST", ["create"]) => {
            let body = call.json();
            let name = body["Name"].as_str().unwrap_or_default().to_owned();
            let labels = body["Labels"].clone();
            let created = described(&name, &labels);
            state.volumes.entry(name).or_insert(labels);
            Ok(Reply::Json(201, created))
        }
        ("DELETE", [name]) => match state.volumes.remove(*name) {
            Some(_) => Ok(Reply::Empty(204)),
            None => Err((404, format!("get {name}: no such volume"))),
        },
        _ => Err((404, "page not found".to_owned())),
    }
}

fn described(name: &str, labels: &Value) -> Value {
    json!({
        "Name": name, "Driver": "local", "Labels": labels, "Scope": "local", "Options": null,
        "Mountpoint": format!("/var/lib/docker/volumes/{name}/_data"),
    })
}
