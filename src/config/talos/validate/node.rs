//! What makes a configuration one of a node in a container.

use crate::config::error::Error;
use crate::config::talos::document::MachineConfig;
use crate::config::talos::tree::Tree;
use crate::config::talos::url::Url;
use crate::config::talos::version::Role;
use crate::yaml::Source;

pub(super) fn check(config: &MachineConfig, role: Role) -> Result<(), Error> {
    let Some(main) = config.main() else {
        let at = match config.documents.first() {
            Some(document) => document.at().clone(),
            None => Source::new("machine configuration").whole(),
        };
        return Err(Error::rule(at, "machine", "is missing"));
    };
    let root = &main.body;
    let machine = section(root, "machine")?;
    let cluster = section(root, "cluster")?;
    endpoint(cluster)?;
    if let Some(persist) = root
        .get("persist")
        .filter(|value| value.flag() == Some(false))
    {
        let why = "must not be false: Talos keeps its configuration";
        return Err(Error::rule(persist.at.clone(), "persist", why));
    }
    let wanted = role.as_str();
    match machine.get("type") {
        Some(kind) if kind.text() != Some(wanted) => {
            let why = format!("must be `{wanted}` for this node");
            Err(Error::rule(kind.at.clone(), "machine.type", why))
        }
        _ => Ok(()),
    }
}

/// A part that every machine needs.
fn section<'a>(root: &'a Tree, name: &str) -> Result<&'a Tree, Error> {
    root.get(name)
        .ok_or_else(|| Error::rule(root.at.clone(), name, "is missing"))
}

/// Where the API server is to be found.
fn endpoint(cluster: &Tree) -> Result<(), Error> {
    const FIELD: &str = "cluster.controlPlane.endpoint";
    let Some(endpoint) = cluster.at_path(&["controlPlane", "endpoint"]) else {
        return Err(Error::rule(cluster.at.clone(), FIELD, "is missing"));
    };
    let url = endpoint.text().and_then(|text| Url::parse(text).ok());
    let fits = |url: &Url| {
        let port = url.port().map(str::parse::<u16>);
        !url.scheme.is_empty() && !url.host_name().is_empty() && !matches!(port, Some(Err(_)))
    };
    if url.as_ref().is_some_and(fits) {
        return Ok(());
    }
    let why = "must be a URL such as `https://10.5.0.2:6443`";
    Err(Error::rule(endpoint.at.clone(), FIELD, why))
}
