//! From a YAML tree to a [`K3dConfig`].

use std::net::Ipv4Addr;
use std::path::Path;

use super::labels::is_host;
use super::model::{Api, ApiPort, K3dConfig, RegistriesConfig, Subnet};
use super::variable::refuse_bare;
use super::{API_VERSION, lists, options};
use crate::config::error::{Error, Problem};
use crate::config::fields::{Cell, Fields, Located};
use crate::config::name;
use crate::config::notation::Refusal;
use crate::config::path::absolute;
use crate::secret::Secret;
use crate::yaml::{self, Node, Source, Value};

/// Versions that k3d still reads and turns into the newest.
const OLDER_VERSIONS: [&str; 3] = ["k3d.io/v1alpha2", "k3d.io/v1alpha3", "k3d.io/v1alpha4"];
/// The most nodes of a kind: a Docker network of the usual size has no addresses for more.
const MAX_NODES: i64 = 65533;

/// Reads a document whose variables are already expanded. Relative paths on the host are taken from `directory`.
pub fn decode(root: &Node, source: &Source, directory: &Path) -> Result<K3dConfig, Error> {
    let document = Cell::root(root, source);
    let mut fields = document.fields()?;
    header(&mut fields)?;
    let mut config = K3dConfig {
        name: metadata(&mut fields)?,
        servers: fields.read("servers", |cell| count(cell, 1))?,
        agents: fields.read("agents", |cell| count(cell, 0))?,
        api: fields.read("kubeAPI", api)?.unwrap_or_default(),
        image: text(&mut fields, "image")?,
        network: fields.read("network", network)?.flatten(),
        subnet: fields.read("subnet", subnet)?.flatten(),
        token: fields.read("token", token)?.flatten(),
        volumes: lists::volumes(&mut fields, directory)?,
        ports: lists::ports(&mut fields)?,
        env: lists::env(&mut fields)?,
        files: lists::files(&mut fields, directory)?,
        registries: fields
            .read("registries", |cell| registries(cell, directory))?
            .flatten(),
        host_aliases: lists::host_aliases(&mut fields)?,
        ..K3dConfig::default()
    };
    fields.read("options", |cell| options::decode(cell, &mut config))?;
    fields.finish()?;
    Ok(config)
}

fn header(fields: &mut Fields<'_>) -> Result<(), Error> {
    let version = fields.require("apiVersion")?;
    if let Some(older) = version
        .node
        .as_str()
        .filter(|text| OLDER_VERSIONS.contains(text))
    {
        return Err(version.rule(format!(
            "is `{older}`, which ksail does not read; `k3d config migrate OLD NEW` makes it `{API_VERSION}`"
        )));
    }
    version.choice(&[(API_VERSION, ())], false)?;
    fields
        .require("kind")?
        .choice(&[("Simple", ())], false)
        .map(drop)
}

/// A text; an empty one is the same as none to k3d.
pub(super) fn text(
    fields: &mut Fields<'_>,
    name: &'static str,
) -> Result<Option<Located<String>>, Error> {
    let text = fields.read(name, |cell| Ok(cell.located(cell.text()?)))?;
    Ok(text.filter(|text| !text.value.is_empty()))
}

/// The error that a refused text is in its cell.
pub(super) fn refuse(cell: &Cell<'_>, refusal: Refusal) -> Error {
    Error::field(cell.at(), refusal.problem(&cell.path))
}

fn metadata(fields: &mut Fields<'_>) -> Result<Option<Located<String>>, Error> {
    let Some(cell) = fields.take("metadata") else {
        return Ok(None);
    };
    let mut fields = cell.fields()?;
    let name = fields.read("name", |cell| {
        let text = cell.text()?;
        if !text.is_empty() {
            name::check_k3d(&text).map_err(|why| cell.rule(why))?;
        }
        Ok(cell.located(text))
    })?;
    fields.finish()?;
    Ok(name.filter(|name| !name.value.is_empty()))
}

fn count(cell: &Cell<'_>, least: i64) -> Result<Located<u32>, Error> {
    let number = cell.integer(least..=MAX_NODES)?;
    Ok(cell.located(u32::try_from(number).unwrap_or(u32::MAX)))
}

fn api(cell: &Cell<'_>) -> Result<Api, Error> {
    let mut fields = cell.fields()?;
    let api = Api {
        host: fields.read("host", host)?.flatten(),
        host_ip: fields.read("hostIP", host_ip)?.flatten(),
        host_port: fields.read("hostPort", host_port)?.flatten(),
    };
    fields.finish()?;
    Ok(api)
}

fn host(cell: &Cell<'_>) -> Result<Option<Located<String>>, Error> {
    let text = cell.text()?;
    if text.is_empty() {
        return Ok(None);
    }
    if !is_host(&text) {
        return Err(cell.rule(format!("must be a host name, not `{text}`")));
    }
    Ok(Some(cell.located(text)))
}

fn host_ip(cell: &Cell<'_>) -> Result<Option<Located<Ipv4Addr>>, Error> {
    let text = cell.text()?;
    if text.is_empty() {
        return Ok(None);
    }
    let address = text
        .parse()
        .map_err(|_| cell.rule(format!("must be an IPv4 address, not `{text}`")))?;
    Ok(Some(cell.located(address)))
}

/// A port, in quotes or not; `random` and 0 are any free one.
fn host_port(cell: &Cell<'_>) -> Result<Option<Located<ApiPort>>, Error> {
    let text = cell.text()?;
    let port = match text.as_str() {
        "" => return Ok(None),
        "random" | "0" => ApiPort::Random,
        _ => {
            let digits = text.bytes().all(|byte| byte.is_ascii_digit());
            let port = text.parse().ok().filter(|_| digits);
            let why = || cell.rule(format!("must be a port or `random`, not `{text}`"));
            ApiPort::Fixed(port.ok_or_else(why)?)
        }
    };
    Ok(Some(cell.located(port)))
}

fn network(cell: &Cell<'_>) -> Result<Option<Located<String>>, Error> {
    let text = cell.text()?;
    if text.is_empty() {
        return Ok(None);
    }
    let end = |c: char| c.is_ascii_alphanumeric();
    let fits = |c: char| end(c) || matches!(c, '_' | '.' | '-');
    if !text.starts_with(end) || !text.chars().all(fits) {
        return Err(cell.rule(format!("must be the name of a network, not `{text}`")));
    }
    Ok(Some(cell.located(text)))
}

fn subnet(cell: &Cell<'_>) -> Result<Option<Located<Subnet>>, Error> {
    let text = cell.text()?;
    let subnet = match text.as_str() {
        "" => return Ok(None),
        "auto" => Subnet::Auto,
        _ => Subnet::Range(text.parse().map_err(|_| {
            cell.rule(format!(
                "must be `auto` or an address range such as `172.28.0.0/16`, not `{text}`"
            ))
        })?),
    };
    Ok(Some(cell.located(subnet)))
}

fn token(cell: &Cell<'_>) -> Result<Option<Located<Secret<String>>>, Error> {
    let text = cell.text().map_err(without_excerpt)?;
    if text.is_empty() {
        return Ok(None);
    }
    if refuse_bare(&text).is_err() {
        let why = "holds a `$` before a name, which is not expanded; put the name in braces";
        return Err(without_excerpt(cell.rule(why)));
    }
    Ok(Some(cell.located(Secret::new(text))))
}

/// The same error about a value whose line must not show up in the message.
fn without_excerpt(mut error: Error) -> Error {
    if let Error::Field { at, .. } = &mut error {
        at.source = at.source.clone().confidential();
    }
    error
}

fn registries(
    cell: &Cell<'_>,
    directory: &Path,
) -> Result<Option<Located<RegistriesConfig>>, Error> {
    let mut fields = cell.fields()?;
    let config = fields.read("config", |cell| registries_config(cell, directory))?;
    for name in ["create", "use"] {
        // An empty `create` makes a registry, an empty `use` does nothing.
        if let Some(cell) = fields.take(name)
            && !(name == "use" && cell.items()?.is_empty())
        {
            let what = format!("`{}`", cell.path);
            return Err(Error::field(cell.at(), Problem::NotYet { what }));
        }
    }
    fields.finish()?;
    Ok(config.flatten())
}

fn registries_config(
    cell: &Cell<'_>,
    directory: &Path,
) -> Result<Option<Located<RegistriesConfig>>, Error> {
    let text = cell.text()?;
    if text.is_empty() {
        return Ok(None);
    }
    if !text.contains('\n') {
        refuse_bare(&text).map_err(|refusal| refuse(cell, refusal))?;
        let path = RegistriesConfig::Path(absolute(&text, directory));
        return Ok(Some(cell.located(path)));
    }
    check_registries(cell, &text).map_err(without_excerpt)?;
    let config = RegistriesConfig::Inline(Secret::new(text));
    Ok(Some(cell.located(config)))
}

fn check_registries(cell: &Cell<'_>, text: &str) -> Result<(), Error> {
    let documents = yaml::load(text, &Source::new("registries")).map_err(|error| {
        let (line, column, kind) = (error.at.line, error.at.column, error.kind);
        cell.rule(format!(
            "is not valid YAML: line {line}, column {column} of the text: {kind}"
        ))
    })?;
    match documents.as_slice() {
        [root] if matches!(root.value, Value::Map(_)) => Ok(()),
        [_] => Err(cell.rule("must hold a mapping with `mirrors` or `configs`")),
        _ => Err(cell.rule("must hold exactly one YAML document")),
    }
}
