//! The `options` section.

use std::time::Duration;

use super::decode::{refuse, text};
use super::labels::{node_label, runtime_label};
use super::lists::rules;
use super::model::{
    K3dConfig, K3dOptions, K3sOptions, KubeconfigOptions, LoadBalancerOptions, RuntimeOptions,
    Ulimit,
};
use super::place::{Placed, Subject};
use crate::config::notation::Refusal;
use crate::config::sizes;

use crate::config::error::{Error, Problem};
use crate::config::fields::{Cell, Fields, Located};
use crate::text::parse_duration;

const WORKER_CONNECTIONS: &str = "settings.workerConnections";
const PROXY_TIMEOUT: &str = "settings.defaultProxyTimeout";

/// Limits that the Engine knows.
const ULIMITS: &[(&str, &str)] = &[
    ("core", "core"),
    ("cpu", "cpu"),
    ("data", "data"),
    ("fsize", "fsize"),
    ("locks", "locks"),
    ("memlock", "memlock"),
    ("msgqueue", "msgqueue"),
    ("nice", "nice"),
    ("nofile", "nofile"),
    ("nproc", "nproc"),
    ("rss", "rss"),
    ("rtprio", "rtprio"),
    ("rttime", "rttime"),
    ("sigpending", "sigpending"),
    ("stack", "stack"),
];

/// Reads the section into the configuration.
pub(super) fn decode(cell: &Cell<'_>, config: &mut K3dConfig) -> Result<(), Error> {
    let mut fields = cell.fields()?;
    config.k3d = fields.read("k3d", k3d)?.unwrap_or_default();
    config.k3s = fields.read("k3s", k3s)?.unwrap_or_default();
    config.kubeconfig = fields.read("kubeconfig", kubeconfig)?.unwrap_or_default();
    config.runtime = fields.read("runtime", runtime)?.unwrap_or_default();
    fields.finish()
}

fn k3d(cell: &Cell<'_>) -> Result<K3dOptions, Error> {
    let mut fields = cell.fields()?;
    let options = K3dOptions {
        wait: flag(&mut fields, "wait", true)?,
        timeout: fields.read("timeout", timeout)?.flatten(),
        disable_load_balancer: fields
            .read("disableLoadbalancer", |cell| Ok(cell.located(cell.flag()?)))?,
        disable_image_volume: flag(&mut fields, "disableImageVolume", false)?,
        disable_rollback: flag(&mut fields, "disableRollback", false)?,
        load_balancer: fields
            .read("loadbalancer", load_balancer)?
            .unwrap_or_default(),
    };
    fields.finish()?;
    Ok(options)
}

fn flag(fields: &mut Fields<'_>, name: &'static str, default: bool) -> Result<bool, Error> {
    Ok(fields.read(name, Cell::flag)?.unwrap_or(default))
}

fn timeout(cell: &Cell<'_>) -> Result<Option<Located<Duration>>, Error> {
    let text = cell.text()?;
    if text.is_empty() {
        return Ok(None);
    }
    let duration = parse_duration(&text).map_err(|_| {
        cell.rule(format!(
            "must be a duration such as `90s` or `1h30m`, not `{text}`"
        ))
    })?;
    Ok(Some(cell.located(duration)))
}

fn load_balancer(cell: &Cell<'_>) -> Result<LoadBalancerOptions, Error> {
    let mut fields = cell.fields()?;
    let mut options = LoadBalancerOptions::default();
    fields.list("configOverrides", |cell| {
        override_setting(cell, &mut options)
    })?;
    fields.finish()?;
    Ok(options)
}

fn override_setting(cell: &Cell<'_>, options: &mut LoadBalancerOptions) -> Result<(), Error> {
    let text = cell.filled_text()?;
    let Some((key, value)) = text.split_once('=') else {
        return Err(cell.rule("must be `KEY=VALUE`"));
    };
    let number = || match value.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(cell.rule(format!("must set a number from 1 on, not `{value}`"))),
    };
    match key {
        WORKER_CONNECTIONS => options.worker_connections = Some(Placed::of(cell, number()?)),
        PROXY_TIMEOUT => {
            let seconds = Duration::from_secs(number()?.into());
            options.proxy_timeout = Some(Placed::of(cell, seconds));
        }
        _ => {
            return Err(refuse(
                cell,
                Refusal::Choice {
                    found: key.to_owned(),
                    allowed: &[WORKER_CONNECTIONS, PROXY_TIMEOUT],
                },
            ));
        }
    }
    Ok(())
}

fn k3s(cell: &Cell<'_>) -> Result<K3sOptions, Error> {
    let mut fields = cell.fields()?;
    let options = K3sOptions {
        extra_args: rules(&mut fields, "extraArgs", "arg", Subject::K3sArg, |text| {
            Ok(text.to_owned())
        })?,
        node_labels: rules(
            &mut fields,
            "nodeLabels",
            "label",
            Subject::NodeLabel,
            node_label,
        )?,
    };
    fields.finish()?;
    Ok(options)
}

fn kubeconfig(cell: &Cell<'_>) -> Result<KubeconfigOptions, Error> {
    let mut fields = cell.fields()?;
    let options = KubeconfigOptions {
        update_default: flag(&mut fields, "updateDefaultKubeconfig", true)?,
        switch_context: flag(&mut fields, "switchCurrentContext", true)?,
    };
    fields.finish()?;
    Ok(options)
}

fn runtime(cell: &Cell<'_>) -> Result<RuntimeOptions, Error> {
    let mut fields = cell.fields()?;
    let options = RuntimeOptions {
        servers_memory: fields.read("serversMemory", memory)?.flatten(),
        agents_memory: fields.read("agentsMemory", memory)?.flatten(),
        host_pid_mode: flag(&mut fields, "hostPidMode", false)?,
        labels: rules(
            &mut fields,
            "labels",
            "label",
            Subject::RuntimeLabel,
            runtime_label,
        )?,
        ulimits: ulimits(&mut fields)?,
    };
    if let Some(gpus) = text(&mut fields, "gpuRequest")? {
        let what = format!("`{}.gpuRequest`", cell.path);
        return Err(Error::field(gpus.at, Problem::NotYet { what }));
    }
    fields.finish()?;
    Ok(options)
}

fn memory(cell: &Cell<'_>) -> Result<Option<Located<u64>>, Error> {
    let text = cell.text()?;
    if text.is_empty() {
        return Ok(None);
    }
    let bytes = sizes::memory(&text).map_err(|refusal| refuse(cell, refusal))?;
    Ok(Some(cell.located(bytes)))
}

fn ulimits(fields: &mut Fields<'_>) -> Result<Vec<Placed<Ulimit>>, Error> {
    let mut found: Vec<Placed<Ulimit>> = Vec::new();
    fields.list("ulimits", |cell| {
        let mut fields = cell.fields()?;
        let name = fields.require("name")?.choice(ULIMITS, false)?;
        let soft = fields.require("soft")?.integer(-1..=i64::MAX)?;
        let hard = fields.read("hard", |cell| cell.integer(-1..=i64::MAX))?;
        let hard = hard.unwrap_or(soft);
        fields.finish()?;
        if hard != -1 && (soft == -1 || soft > hard) {
            return Err(cell.rule("has a soft limit above its hard limit"));
        }
        if let Some(old) = found.iter().find(|old| old.value.name == name) {
            let why = format!(
                "limits `{name}`, which `{}` ({}) already does",
                old.field, old.at
            );
            return Err(cell.rule(why));
        }
        found.push(Placed::of(cell, Ulimit { name, soft, hard }));
        Ok(())
    })?;
    Ok(found)
}
