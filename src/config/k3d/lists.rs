//! The lists of a `k3d.yaml`, most of whose entries say which nodes they are for.

use std::path::Path;

use super::decode::refuse;
use super::destination;
use super::filter::NodeFilter;
use super::labels::is_host;
use super::model::{EnvVar, FileRule, FileSource, HostAlias};
use super::place::PortRule;
use super::place::{Filtered, Placed, Subject};
use super::variable::refuse_bare;
use super::volume::VolumeSpec;
use crate::config::error::Error;
use crate::config::fields::{Cell, Fields};
use crate::config::notation::Refusal;
use crate::config::path::absolute;
use crate::config::ports::parse_ports;

/// The entries of a list, each a value under `key` and filters.
pub(super) fn rules<T>(
    fields: &mut Fields<'_>,
    name: &'static str,
    key: &'static str,
    subject: Subject,
    read: impl Fn(&str) -> Result<T, Refusal>,
) -> Result<Vec<Filtered<T>>, Error> {
    fields.list(name, |cell| {
        let mut fields = cell.fields()?;
        let cell = fields.require(key)?;
        let value = read(&cell.filled_text()?).map_err(|refusal| refuse(&cell, refusal))?;
        let rule = Filtered {
            item: Placed::of(&cell, value),
            subject,
            filters: filters(&mut fields, subject)?,
        };
        fields.finish()?;
        Ok(rule)
    })
}

fn filters(fields: &mut Fields<'_>, subject: Subject) -> Result<Vec<Placed<NodeFilter>>, Error> {
    fields.list("nodeFilters", |cell| {
        let filter = NodeFilter::parse(&cell.filled_text()?, subject);
        let filter = filter.map_err(|refusal| refuse(cell, refusal))?;
        Ok(Placed::of(cell, filter))
    })
}

pub(super) fn volumes(
    fields: &mut Fields<'_>,
    directory: &Path,
) -> Result<Vec<Filtered<VolumeSpec>>, Error> {
    rules(fields, "volumes", "volume", Subject::Volume, |text| {
        VolumeSpec::parse(text, directory)
    })
}

pub(super) fn ports(fields: &mut Fields<'_>) -> Result<Vec<PortRule>, Error> {
    rules(fields, "ports", "port", Subject::Port, parse_ports)
}

pub(super) fn env(fields: &mut Fields<'_>) -> Result<Vec<Filtered<EnvVar>>, Error> {
    rules(fields, "env", "envVar", Subject::Env, EnvVar::parse)
}

impl EnvVar {
    /// Reads `NAME=value`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        match text.split_once('=') {
            Some((name, value)) if !name.is_empty() && !name.contains(char::is_whitespace) => {
                Ok(Self {
                    name: name.to_owned(),
                    value: value.to_owned(),
                })
            }
            _ => Err(Refusal::rule("must be `NAME=value`")),
        }
    }
}

pub(super) fn files(
    fields: &mut Fields<'_>,
    directory: &Path,
) -> Result<Vec<Filtered<FileRule>>, Error> {
    fields.list("files", |cell| {
        let mut fields = cell.fields()?;
        let source = file_source(&fields.require("source")?, directory)?;
        let cell = fields.require("destination")?;
        let destination = destination::resolve_file(&cell.filled_text()?)
            .map_err(|refusal| refuse(&cell, refusal))?;
        let file = FileRule {
            source,
            destination,
            description: fields.read("description", Cell::text)?,
        };
        let rule = Filtered {
            item: Placed::of(&cell, file),
            subject: Subject::File,
            filters: filters(&mut fields, Subject::File)?,
        };
        fields.finish()?;
        Ok(rule)
    })
}

fn file_source(cell: &Cell<'_>, directory: &Path) -> Result<FileSource, Error> {
    let text = cell.filled_text()?;
    if text.contains('\n') {
        return Ok(FileSource::Inline(text));
    }
    refuse_bare(&text).map_err(|refusal| refuse(cell, refusal))?;
    Ok(FileSource::Path(absolute(&text, directory)))
}

pub(super) fn host_aliases(fields: &mut Fields<'_>) -> Result<Vec<Placed<HostAlias>>, Error> {
    fields.list("hostAliases", |cell| {
        let mut fields = cell.fields()?;
        let ip = fields.require("ip")?;
        let text = ip.text()?;
        let address = text
            .parse()
            .map_err(|_| ip.rule(format!("must be an IP address, not `{text}`")))?;
        let names = fields.require("hostnames")?;
        let hostnames: Vec<String> = names
            .items()?
            .iter()
            .map(hostname)
            .collect::<Result<_, _>>()?;
        if hostnames.is_empty() {
            return Err(names.rule("must hold at least one host name"));
        }
        fields.finish()?;
        let alias = HostAlias {
            ip: address,
            hostnames,
        };
        Ok(Placed::of(cell, alias))
    })
}

fn hostname(cell: &Cell<'_>) -> Result<String, Error> {
    let text = cell.filled_text()?;
    if is_host(&text) {
        return Ok(text);
    }
    Err(cell.rule(format!("must be a host name, not `{text}`")))
}
