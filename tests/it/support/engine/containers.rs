//! `/containers/…`

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::archives;
use super::server::Reply;
use super::state::{Call, Container, Life, Refusal, Started, State};

pub(super) fn route(state: &mut State, call: &Call, rest: &[&str]) -> Result<Reply, Refusal> {
    match (call.method.as_str(), rest) {
        ("GET", ["json"]) => Ok(list(state, call)),
        ("POST", ["create"]) => create(state, call),
        ("GET", [id, "json"]) => {
            let ix = state.wanted(id)?;
            Ok(Reply::Json(200, inspected(&state.containers[ix])))
        }
        ("POST", [id, "start"]) => {
            let ix = state.wanted(id)?;
            if state.containers[ix].state == Life::Running {
                return Ok(Reply::Empty(304));
            }
            state.start(id)?;
            Ok(Reply::Empty(204))
        }
        ("POST", [id, "stop"]) => {
            let ix = state.wanted(id)?;
            if state.containers[ix].state != Life::Running {
                return Ok(Reply::Empty(304));
            }
            state.end(id, 143);
            Ok(Reply::Empty(204))
        }
        ("DELETE", [id]) => remove(state, call, id),
        ("PUT", [id, "archive"]) => archives::upload(state, call, id),
        ("GET", [id, "archive"]) => archives::download(state, call, id),
        ("HEAD", [id, "archive"]) => archives::look(state, call, id),
        _ => Err((404, "page not found".to_owned())),
    }
}

/// The values of one filter, e.g. `{"label": ["a=b"]}` or the older `{"label": {"a=b": true}}`.
pub(super) fn filter(call: &Call, name: &str) -> Vec<String> {
    let filters: Value = call
        .query
        .get("filters")
        .map_or(Value::Null, |text| serde_json::from_str(text).unwrap());
    match &filters[name] {
        Value::Array(values) => values
            .iter()
            .map(|value| value.as_str().unwrap().to_owned())
            .collect(),
        Value::Object(values) => values.keys().cloned().collect(),
        _ => Vec::new(),
    }
}

/// Whether labels contain every wanted `key` or `key=value`.
pub(super) fn labelled(labels: &Value, wanted: &[String]) -> bool {
    wanted.iter().all(|wanted| match wanted.split_once('=') {
        Some((key, value)) => labels[key] == value,
        None => !labels[wanted.as_str()].is_null(),
    })
}

fn list(state: &State, call: &Call) -> Reply {
    let all = call
        .query
        .get("all")
        .is_some_and(|all| all == "true" || all == "1");
    let labels = filter(call, "label");
    let mut found: Vec<Value> = state
        .containers
        .iter()
        .filter(|container| all || container.state == Life::Running)
        .filter(|container| labelled(&container.body["Labels"], &labels))
        .map(listed)
        .collect();
    found.reverse();
    Reply::Json(200, Value::Array(found))
}

fn endpoints(container: &Container) -> Value {
    let networks: BTreeMap<&String, Value> = container
        .addresses
        .iter()
        .map(|(name, address)| {
            let endpoint = json!({"IPAddress": address, "IPPrefixLen": 16, "GlobalIPv6Address": "", "MacAddress": "02:42:ac:12:00:02"});
            (name, endpoint)
        })
        .collect();
    if networks.is_empty() {
        let name = container.body["HostConfig"]["NetworkMode"]
            .as_str()
            .unwrap_or("bridge");
        let fixed = &container.body["NetworkingConfig"]["EndpointsConfig"][name]["IPAMConfig"];
        return json!({name: {"IPAMConfig": fixed, "IPAddress": "", "IPPrefixLen": 0, "GlobalIPv6Address": ""}});
    }
    json!(networks)
}

fn listed(container: &Container) -> Value {
    let ports: Vec<Value> = container
        .ports
        .iter()
        .map(|(key, address, port)| {
            let (inner, protocol) = key.split_once('/').unwrap();
            json!({"IP": address, "PrivatePort": inner.parse::<u16>().unwrap(), "PublicPort": port, "Type": protocol})
        })
        .collect();
    let status = match container.state {
        Life::Created => "Created".to_owned(),
        Life::Running => "Up 2 seconds".to_owned(),
        Life::Exited => format!("Exited ({}) 1 second ago", container.exit_code),
    };
    json!({
        "Id": container.id, "Names": [format!("/{}", container.name)], "Image": container.body["Image"],
        "ImageID": "sha256:0", "Command": "/usr/local/bin/entrypoint /sbin/init", "Created": 1_700_000_000,
        "Ports": ports, "Labels": labels(container), "State": container.state.as_str(), "Status": status,
        "HostConfig": {"NetworkMode": container.body["HostConfig"]["NetworkMode"]},
        "NetworkSettings": {"Networks": endpoints(container)}, "Mounts": [],
    })
}

fn labels(container: &Container) -> Value {
    match &container.body["Labels"] {
        Value::Null => json!({}),
        labels => labels.clone(),
    }
}

fn inspected(container: &Container) -> Value {
    let running = container.state == Life::Running;
    json!({
        "Id": container.id, "Name": format!("/{}", container.name), "Created": "2023-11-14T22:13:20Z",
        "State": {
            "Status": container.state.as_str(), "Running": running, "Paused": false, "Restarting": false,
            "OOMKilled": false, "Dead": false, "Pid": u32::from(running) * 4242,
            "ExitCode": container.exit_code, "Error": "", "StartedAt": "2023-11-14T22:13:21Z",
        },
        "Image": "sha256:0", "HostConfig": container.body["HostConfig"], "Config": container.body,
        "NetworkSettings": {"Networks": endpoints(container), "Ports": bound(container)},
    })
}

/// Published ports as an inspect shows them.
fn bound(container: &Container) -> Value {
    let mut ports = json!({});
    for (key, address, port) in &container.ports {
        let binding = json!({"HostIp": address, "HostPort": port.to_string()});
        match &mut ports[key] {
            Value::Array(bindings) => bindings.push(binding),
            missing => *missing = json!([binding]),
        }
    }
    ports
}

fn create(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let body = call.json();
    let image = body["Image"].as_str().unwrap_or_default();
    if !state.images.contains(image) {
        return Err((404, format!("No such image: {image}")));
    }
    let name = call
        .query
        .get("name")
        .cloned()
        .unwrap_or_else(|| "eager_hopper".to_owned());
    if let Some(other) = state.find(&name) {
        let id = &other.id;
        return Err((
            409,
            format!(
                "Conflict. The container name \"/{name}\" is already in use by container \"{id}\". You have to remove (or rename) that container to be able to reuse that name."
            ),
        ));
    }
    let id = state.add_container(&name, body);
    Ok(Reply::Json(201, json!({"Id": id, "Warnings": []})))
}

fn remove(state: &mut State, call: &Call, id: &str) -> Result<Reply, Refusal> {
    let ix = state.wanted(id)?;
    let force = call
        .query
        .get("force")
        .is_some_and(|force| force == "true" || force == "1");
    if state.containers[ix].state == Life::Running && !force {
        let id = &state.containers[ix].id;
        return Err((
            409,
            format!(
                "You cannot remove a running container {id}. Stop the container before attempting removal or force remove"
            ),
        ));
    }
    state.end(id, 137);
    state.event(ix, "destroy", json!({}));
    let removed = state.containers.remove(ix);
    if let Some(program) = state.program(&removed.name) {
        program.removed(&removed.name);
    }
    state.touch();
    Ok(Reply::Empty(204))
}

impl State {
    pub(super) fn add_container(&mut self, name: &str, body: Value) -> String {
        let id = self.id();
        self.containers.push(Container {
            id: id.clone(),
            name: name.to_owned(),
            body,
            state: Life::Created,
            exit_code: 0,
            files: BTreeMap::new(),
            log: Vec::new(),
            addresses: BTreeMap::new(),
            ports: Vec::new(),
        });
        self.touch();
        id
    }

    /// Starts a container: network, ports, then its script.
    pub(super) fn start(&mut self, id: &str) -> Result<(), Refusal> {
        let ix = self.wanted(id)?;
        let (name, body) = (
            self.containers[ix].name.clone(),
            self.containers[ix].body.clone(),
        );
        let network = body["HostConfig"]["NetworkMode"]
            .as_str()
            .unwrap_or("bridge")
            .to_owned();
        let fixed = &body["NetworkingConfig"]["EndpointsConfig"][&network]["IPAMConfig"];
        let address = match fixed["IPv4Address"].as_str() {
            Some(address) => self.lease_fixed(&network, address)?,
            None => self.lease(&network)?,
        };
        let ports = self.publish(&name, &body["HostConfig"]["PortBindings"])?;
        let container = &mut self.containers[ix];
        container.addresses.insert(network, address);
        container.ports = ports;
        container.state = Life::Running;
        self.event(ix, "start", json!({}));
        let script = self.scripts.get(&name).cloned().unwrap_or_default();
        for (path, content) in &script.files {
            self.write(&name, path, content);
        }
        for line in &script.logs {
            self.say(&name, line);
        }
        if let Some(program) = &script.program {
            let container = &self.containers[ix];
            program.started(&Started {
                name: &container.name,
                body: &container.body,
                addresses: &container.addresses,
                ports: &container.ports,
            });
        }
        if let Some((delay, code)) = script.dies {
            self.doomed
                .push((self.containers[ix].id.clone(), delay, code, script.oom));
        }
        Ok(())
    }
}
