//! Which kinds there are, in the forms of current and of old servers.

use hyper::Response;
use serde_json::{Value, json};

use super::super::http::Body;
use super::server::{full, respond};
use super::state::State;

/// An answer that the client may know already.
pub(super) fn respond_tagged(
    locked: &mut State,
    body: &Value,
    known: Option<&str>,
) -> Response<Body> {
    let tag = format!("\"{}-{}\"", body.to_string().len(), locked.kinds.len());
    let mut response = respond(200, body);
    if known == Some(&tag) {
        locked.not_modified += 1;
        response = Response::builder().status(304).body(full("")).unwrap();
    }
    response.headers_mut().insert("etag", tag.parse().unwrap());
    response
}

pub(super) fn aggregate(state: &State, path: &str) -> Value {
    let mut items: Vec<Value> = Vec::new();
    for (api_version, kind, plural, namespaced) in &state.kinds {
        let (group, version) = api_version.rsplit_once('/').unwrap_or(("", api_version));
        if group.is_empty() != (path == "/api") {
            continue;
        }
        let scope = if *namespaced { "Namespaced" } else { "Cluster" };
        items.push(
            json!({ "metadata": { "name": group }, "versions": [{ "version": version, "resources": [
                { "resource": plural, "responseKind": { "kind": kind }, "scope": scope }
            ]}]}),
        );
    }
    for api_version in &state.stale {
        if let (Some((group, version)), "/apis") = (api_version.rsplit_once('/'), path) {
            items.push(json!({ "metadata": { "name": group }, "versions": [
                { "version": version, "resources": [], "freshness": "Stale" }
            ]}));
        }
    }
    json!({ "kind": "APIGroupDiscoveryList", "items": items })
}

pub(super) fn groups(state: &State, path: &str) -> Value {
    if path == "/api" {
        return json!({ "kind": "APIVersions", "versions": ["v1"] });
    }
    let mut versions: Vec<&String> = state
        .kinds
        .iter()
        .map(|kind| &kind.0)
        .filter(|version| version.contains('/'))
        .collect();
    versions.dedup();
    let groups: Vec<Value> = versions
        .iter()
        .map(|version| json!({ "versions": [{ "groupVersion": version }] }))
        .collect();
    json!({ "kind": "APIGroupList", "groups": groups })
}

pub(super) fn resources(state: &State, version: &str) -> Value {
    let of_version = state.kinds.iter().filter(|kind| kind.0 == version);
    let resources: Vec<Value> = of_version
        .map(|(_, kind, plural, namespaced)| json!({ "name": plural, "kind": kind, "namespaced": namespaced }))
        .collect();
    json!({ "kind": "APIResourceList", "resources": resources })
}
