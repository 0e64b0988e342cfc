//! `/images/…`, `/info` and `/version`

use serde_json::{Value, json};

use super::server::Reply;
use super::state::{Call, Refusal, State};

pub(super) fn version(state: &State) -> Value {
    json!({
        "Platform": {"Name": ""}, "Version": "20.10.24", "ApiVersion": state.api, "MinAPIVersion": state.minimum_api,
        "GitCommit": "5d6db84", "GoVersion": "go1.19.8", "Os": "linux", "Arch": "amd64", "KernelVersion": "6.1.0",
        "BuildTime": "2023-04-04T18:23:17.000000000+00:00",
    })
}

pub(super) fn info(state: &State) -> Value {
    let mut info = json!({
        "ID": "FAKE", "Containers": state.containers.len(), "Images": state.images.len(), "Driver": "overlay2",
        "DriverStatus": [["Backing Filesystem", "extfs"], ["Supports d_type", "true"]],
        "MemoryLimit": true, "SwapLimit": true, "CPUShares": true, "CpuCfsPeriod": true, "PidsLimit": true,
        "CgroupDriver": "systemd", "CgroupVersion": "2", "KernelVersion": "6.1.0", "OperatingSystem": "Fake",
        "OSType": "linux", "Architecture": "x86_64", "NCPU": 2, "MemTotal": 8_000_000_000_u64,
        "ServerVersion": "20.10.24", "SecurityOptions": ["name=apparmor", "name=seccomp,profile=default", "name=cgroupns"],
        "Warnings": null,
    });
    if let Value::Object(fields) = &mut info {
        fields.extend(state.info.clone());
    }
    info
}

pub(super) fn route(state: &mut State, call: &Call, rest: &[&str]) -> Result<Reply, Refusal> {
    match (call.method.as_str(), rest) {
        ("POST", ["create"]) => pull(state, call),
        ("GET", ["json"]) => {
            let all: Vec<Value> = state
                .images
                .iter()
                .map(|name| json!({"Id": "sha256:0", "RepoTags": [name]}))
                .collect();
            Ok(Reply::Json(200, Value::Array(all)))
        }
        ("GET", [name @ .., "json"]) => {
            let name = name.join("/");
            if !state.images.contains(&name) {
                return Err((404, format!("No such image: {name}")));
            }
            let inspected = json!({
                "Id": format!("sha256:{}", "0".repeat(64)), "RepoTags": [name], "RepoDigests": [],
                "Created": "2023-11-14T22:13:20Z", "Architecture": "amd64", "Os": "linux", "Size": 1000,
                "Config": {}, "RootFS": {"Type": "layers", "Layers": []},
            });
            Ok(Reply::Json(200, inspected))
        }
        _ => Err((404, "page not found".to_owned())),
    }
}

/// A pull of two layers, one of which is there already.
fn pull(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let query = |key: &str| call.query.get(key).cloned().unwrap_or_default();
    let (name, tag) = (query("fromImage"), query("tag"));
    let joined = match tag.as_str() {
        "" => name.clone(),
        digest if digest.contains(':') => format!("{name}@{digest}"),
        tag => format!("{name}:{tag}"),
    };
    // A reference may carry a tag before its digest.
    let known = |wanted: &String| {
        *wanted == joined
            || *wanted == name
            || wanted.split_once('@').is_some_and(|(before, digest)| {
                digest == tag && before.rsplit_once(':').map_or(before, |(name, _)| name) == name
            })
    };
    let Some(found) = state.pullable.iter().find(|wanted| known(wanted)).cloned() else {
        return Err((
            404,
            format!(
                "pull access denied for {name}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied"
            ),
        ));
    };
    state.images.insert(found);
    let lines = [
        json!({"status": format!("Pulling from {name}"), "id": tag}),
        json!({"status": "Already exists", "progressDetail": {}, "id": "a2abf6c4d29d"}),
        json!({"status": "Pulling fs layer", "progressDetail": {}, "id": "c7c8c9e4f0a1"}),
        json!({"status": "Downloading", "progressDetail": {"current": 512, "total": 1024}, "progress": "[==>  ]", "id": "c7c8c9e4f0a1"}),
        json!({"status": "Download complete", "progressDetail": {}, "id": "c7c8c9e4f0a1"}),
        json!({"status": "Pull complete", "progressDetail": {}, "id": "c7c8c9e4f0a1"}),
        json!({"status": format!("Digest: sha256:{}", "0".repeat(64))}),
        json!({"status": format!("Status: Downloaded newer image for {joined}")}),
    ];
    let text = lines.map(|line| format!("{line}\r\n")).concat();
    Ok(Reply::Bytes("application/json", text.into()))
}
