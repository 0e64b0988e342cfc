//! `ksail cluster talosconfig` and `ksail cluster secrets`: what a control plane knows of its machines, so that nothing
//! has to be kept elsewhere.

use std::path::Path;

use super::target::{self, Found, Target};
use crate::cli::cluster::{Secrets as SecretsArgs, Selector, Talosconfig as TalosconfigArgs};
use crate::cluster::family::Secrets;
use crate::cluster::perform;
use crate::context::Context;
use crate::docker::Engine;
use crate::error::Error;
use crate::exit::Exit;
use crate::talosconfig::{Access, Talosconfig};
use crate::userfile::Document as _;

/// Prints the talosconfig of a cluster, or merges it.
pub async fn talosconfig(args: &TalosconfigArgs, mut context: Context<'_>) -> Result<Exit, Error> {
    let (engine, target, found) = find(&args.selector, &mut context).await?;
    let secrets = secrets_of(&engine, &target, &found).await?;
    let endpoint = found.family.machine_endpoint(&found.containers);
    let (Some(endpoint), Some(name)) = (endpoint, found.family.machine_context(&target.name))
    else {
        return Err(no_machines(&target, &found));
    };
    let server = target::server_at(&engine, endpoint).await?;
    let now = time::OffsetDateTime::now_utc();
    let access = secrets.access(server, now).map_err(perform::Error::from)?;
    let control_plane = found.family.control_plane(&found.containers);
    let addresses = control_plane
        .into_iter()
        .flat_map(|node| node.addresses.values());
    let access = Access {
        name: name.clone(),
        endpoints: vec![access.server.trim_start_matches("https://").to_owned()],
        nodes: addresses.map(ToString::to_string).take(1).collect(),
        authority: access.ca,
        certificate: access.certificate,
        key: access.key,
    };
    if !args.merge {
        context.print(Talosconfig::of(&access).render().expose())?;
        return Ok(Exit::Done);
    }
    let file: Option<&Path> = args.talosconfig.as_deref();
    if let Some(files) = target::talosconfig(found.family, file, &context)? {
        files.check_writable(&name).await?;
        files.add(&access, true).await?;
        context.events.note(format!("context `{name}` is current"));
    }
    Ok(Exit::Done)
}

/// Prints the secrets of a cluster.
pub async fn secrets(args: &SecretsArgs, mut context: Context<'_>) -> Result<Exit, Error> {
    let (engine, target, found) = find(&args.selector, &mut context).await?;
    let secrets = secrets_of(&engine, &target, &found).await?;
    context.print(secrets.text().expose())?;
    Ok(Exit::Done)
}

async fn find(
    selector: &Selector,
    context: &mut Context<'_>,
) -> Result<(Engine, Target, Found), Error> {
    let target = target::find(selector, None, context)?;
    let engine = context.engine().await?;
    let found = target.existing(&engine).await?;
    Ok((engine, target, found))
}

async fn secrets_of(
    engine: &Engine,
    target: &Target,
    found: &Found,
) -> Result<Box<dyn Secrets>, Error> {
    let nobody = || {
        Error::usage(
            format!(
                "cluster `{}` has no control plane that was configured",
                target.name
            ),
            "run `ksail cluster create` again",
        )
    };
    let control_plane = found
        .family
        .control_plane(&found.containers)
        .ok_or_else(nobody)?;
    let file = target::access_file(engine, found.family, control_plane).await?;
    let file = file.ok_or_else(nobody)?;
    let secrets = found.family.secrets(file.expose(), control_plane);
    let secrets = secrets.ok_or_else(|| no_machines(target, found))?;
    Ok(secrets.map_err(perform::Error::from)?)
}

fn no_machines(target: &Target, found: &Found) -> Error {
    let distribution = found.family.labels().distribution;
    Error::usage(
        format!(
            "the nodes of `{}`, a cluster of {distribution}, have no API of their own",
            target.name
        ),
        "only Talos machines have one",
    )
}
