//! `/networks/…`

use serde_json::{Value, json};

use super::containers::filter;
use super::server::Reply;
use super::state::{Call, Network, Refusal, State};

pub(super) fn route(state: &mut State, call: &Call, rest: &[&str]) -> Result<Reply, Refusal> {
    match (call.method.as_str(), rest) {
        ("GET", [] | [""]) => Ok(list(state, call)),
        ("POST", ["create"]) => create(state, call),
        ("GET", [id]) => {
            let found = found(state, id)?;
            Ok(Reply::Json(200, described(state, found, true)))
        }
        ("DELETE", [id]) => {
            let (id, name) = {
                let network = found(state, id)?;
                (network.id.clone(), network.name.clone())
            };
            if users(state, &name) > 0 {
                return Err((
                    403,
                    format!(
                        "error while removing network: network {name} id {id} has active endpoints"
                    ),
                ));
            }
            state.networks.retain(|network| network.id != id);
            Ok(Reply::Empty(204))
        }
        ("POST", [id, "connect"]) => {
            let name = found(state, id)?.name.clone();
            let container = call.json()["Container"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            let ix = state.wanted(&container)?;
            let address = state.lease(&name)?;
            state.containers[ix].addresses.insert(name, address);
            Ok(Reply::Empty(200))
        }
        _ => Err((404, "page not found".to_owned())),
    }
}

/// By id or name; a name that two networks share is no answer.
fn found<'a>(state: &'a State, wanted: &str) -> Result<&'a Network, Refusal> {
    let by_id = state.networks.iter().find(|network| network.id == wanted);
    if let Some(network) = by_id {
        return Ok(network);
    }
    let named: Vec<&Network> = state
        .networks
        .iter()
        .filter(|network| network.name == wanted)
        .collect();
    match named.as_slice() {
        [] => Err((404, format!("network {wanted} not found"))),
        [one] => Ok(one),
        more => Err((
            400,
            format!(
                "network {wanted} is ambiguous ({} matches found on name)",
                more.len()
            ),
        )),
    }
}

fn users(state: &State, name: &str) -> usize {
    let attached = |container: &&super::state::Container| container.addresses.contains_key(name);
    state.containers.iter().filter(attached).count()
}

fn described(state: &State, network: &Network, with_containers: bool) -> Value {
    let mut config = match &network.body["IPAM"]["Config"] {
        Value::Array(config) => config.clone(),
        _ => Vec::new(),
    };
    if !network.subnet.is_empty() {
        config.push(json!({"Subnet": network.subnet, "Gateway": address(&network.subnet, 1)}));
    }
    let containers: serde_json::Map<String, Value> = state
        .containers
        .iter()
        .filter(|_| with_containers)
        .filter_map(|container| {
            let address = container.addresses.get(&network.name)?;
            let endpoint = json!({"Name": container.name, "EndpointID": "e0", "MacAddress": "02:42:ac:12:00:02", "IPv4Address": format!("{address}/16"), "IPv6Address": ""});
            Some((container.id.clone(), endpoint))
        })
        .collect();
    let or_empty = |value: &Value| {
        if value.is_null() {
            json!({})
        } else {
            value.clone()
        }
    };
    json!({
        "Name": network.name, "Id": network.id, "Created": "2023-11-14T22:13:20Z", "Scope": "local",
        "Driver": "bridge", "EnableIPv6": network.body["EnableIPv6"] == true,
        "IPAM": {"Driver": "default", "Options": {}, "Config": config},
        "Internal": false, "Attachable": false, "Ingress": false, "ConfigFrom": {"Network": ""}, "ConfigOnly": false,
        "Containers": containers, "Options": or_empty(&network.body["Options"]), "Labels": or_empty(&network.body["Labels"]),
    })
}

fn list(state: &State, call: &Call) -> Reply {
    let names = filter(call, "name");
    let found: Vec<Value> = state
        .networks
        .iter()
        // As in the Engine, a part of the name is enough.
        .filter(|network| {
            names.is_empty()
                || names
                    .iter()
                    .any(|name| network.name.contains(name.as_str()))
        })
        .map(|network| described(state, network, false))
        .collect();
    Reply::Json(200, Value::Array(found))
}

fn create(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let body = call.json();
    let name = body["Name"].as_str().unwrap_or_default().to_owned();
    let minor: u32 = state.api.rsplit('.').next().unwrap().parse().unwrap();
    let checked = minor >= 44 || body["CheckDuplicate"] == true;
    if checked && state.networks.iter().any(|network| network.name == name) {
        return Err((409, format!("network with name {name} already exists")));
    }
    let subnets = |body: &Value| -> Vec<String> {
        let config = body["IPAM"]["Config"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        config
            .iter()
            .filter_map(|config| Some(config["Subnet"].as_str()?.to_owned()))
            .collect()
    };
    let wanted = subnets(&body);
    let used = |subnet: &String| {
        state
            .networks
            .iter()
            .any(|network| network.subnet == *subnet || subnets(&network.body).contains(subnet))
    };
    if wanted.iter().any(used) {
        return Err((
            403,
            "Pool overlaps with other one on this address space".to_owned(),
        ));
    }
    let id = state.id();
    let automatic = format!("172.{}.0.0/16", 16 + state.networks.len() as u64);
    let subnet = if wanted.iter().any(|subnet| subnet.contains('.')) {
        String::new()
    } else {
        automatic
    };
    state.networks.push(Network {
        id: id.clone(),
        name,
        body,
        subnet,
    });
    Ok(Reply::Json(201, json!({"Id": id, "Warning": ""})))
}

/// The `nth` address of an IPv4 /16.
fn address(subnet: &str, nth: u64) -> String {
    let prefix = subnet.split(".0.0/").next().unwrap_or("172.31");
    format!("{prefix}.0.{nth}")
}

impl State {
    pub(super) fn add_network(&mut self, name: &str, subnet: &str) {
        self.add_network_as(name, subnet, json!({}));
    }

    /// A network as it was created, with a subnet of the Engine's choice, if any.
    pub(super) fn add_network_as(&mut self, name: &str, subnet: &str, body: Value) {
        let id = self.id();
        self.networks.push(Network {
            id,
            name: name.to_owned(),
            body,
            subnet: subnet.to_owned(),
        });
    }

    /// A certain address of a network, which must be one of a subnet somebody chose.
    pub(super) fn lease_fixed(&mut self, name: &str, address: &str) -> Result<String, Refusal> {
        let network = found(self, name)?;
        if network.body["IPAM"]["Config"][0]["Subnet"].is_null() {
            let why = "user specified IP address is supported only when connecting to networks with user configured subnets";
            return Err((400, why.to_owned()));
        }
        let mut others = self.containers.iter();
        if others.any(|container| {
            container
                .addresses
                .get(name)
                .is_some_and(|own| own == address)
        }) {
            return Err((403, "Address already in use".to_owned()));
        }
        Ok(address.to_owned())
    }

    /// The next free address of a network.
    pub(super) fn lease(&mut self, name: &str) -> Result<String, Refusal> {
        let network = found(self, name)?;
        let used: Vec<&String> = self
            .containers
            .iter()
            .filter_map(|container| container.addresses.get(name))
            .collect();
        let subnet = if network.subnet.is_empty() {
            network.body["IPAM"]["Config"][0]["Subnet"]
                .as_str()
                .unwrap_or_default()
        } else {
            &network.subnet
        };
        Ok((2..1000)
            .map(|nth| address(subnet, nth))
            .find(|address| !used.contains(&address))
            .unwrap())
    }

    /// Host ports of a container that starts.
    pub(super) fn publish(
        &self,
        name: &str,
        bindings: &Value,
    ) -> Result<Vec<(String, String, u16)>, Refusal> {
        let mut published = Vec::new();
        let taken = |port: u16| {
            self.occupied.contains(&port)
                || self
                    .containers
                    .iter()
                    .flat_map(|other| &other.ports)
                    .any(|(_, _, used)| *used == port)
        };
        for (key, wanted) in bindings.as_object().into_iter().flatten() {
            for binding in wanted.as_array().into_iter().flatten() {
                let address = binding["HostIp"]
                    .as_str()
                    .filter(|ip| !ip.is_empty())
                    .unwrap_or("0.0.0.0");
                let port = match binding["HostPort"].as_str() {
                    None | Some("" | "0") => (32768..u16::MAX).find(|port| !taken(*port)).unwrap(),
                    Some(port) => port.parse().unwrap(),
                };
                if taken(port) {
                    return Err((
                        500,
                        format!(
                            "driver failed programming external connectivity on endpoint {name} (4f2d): Bind for {address}:{port} failed: port is already allocated"
                        ),
                    ));
                }
                published.push((key.clone(), address.to_owned(), port));
            }
        }
        Ok(published)
    }
}
