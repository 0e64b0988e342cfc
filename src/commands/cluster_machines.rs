//! `ksail cluster talosconfig` and `ksail cluster secrets`: what a control plane knows of its machines, so that nothing
//! has to be kept elsewhere.

use std::path::Path;

use super::target::{self, Found, Target};
use crate::cli::cluster::{Secrets as SecretsArgs, Selector, Talosconfig as TalosconfigArgs};
use crate::cluster::family::{MachineFamily, Secrets};
use crate::cluster::perform;
use crate::context::Context;
use crate::docker::Engine;
use crate::error::Error;
use crate::exit::Exit;
use crate::talosconfig::Talosconfig;
use crate::userfile::Document as _;

/// Prints the talosconfig of a cluster, or merges it.
pub async fn talosconfig(args: &TalosconfigArgs, mut context: Context<'_>) -> Result<Exit, Error> {
    let (engine, target, found) = find(&args.selector, &mut context).await?;
    let machines = machines(&target, &found)?;
    let secrets = secrets_of(&engine, &target, &found).await?;
    let endpoint = machines.endpoint(&found.containers);
    let endpoint = endpoint.ok_or_else(|| nobody(&target))?;
    let name = machines.context(&target.name);
    let server = target::server_at(&engine, endpoint).await?;
    let now = time::OffsetDateTime::now_utc();
    let access = secrets.access(server, now).map_err(perform::Error::from)?;
    let control_plane = found.family.control_plane(&found.containers);
    let addresses = control_plane
        .into_iter()
        .flat_map(|node| node.addresses.values());
    let nodes = addresses.map(ToString::to_string).take(1).collect();
    let access = access.to_machines(name.clone(), nodes);
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
    let machines = machines(target, found)?;
    let control_plane = found.family.control_plane(&found.containers);
    let control_plane = control_plane.ok_or_else(|| nobody(target))?;
    let file = target::access_file(engine, found.family, control_plane).await?;
    let file = file.ok_or_else(|| nobody(target))?;
    let secrets = machines.secrets(file.expose(), control_plane);
    Ok(secrets.map_err(perform::Error::from)?)
}

fn nobody(target: &Target) -> Error {
    Error::usage(
        format!(
            "cluster `{}` has no control plane that was configured",
            target.name
        ),
        "run `ksail cluster create` again",
    )
}

fn machines<'a>(target: &Target, found: &'a Found) -> Result<&'a dyn MachineFamily, Error> {
    found.family.machines().ok_or_else(|| {
        let distribution = found.family.labels().distribution;
        Error::usage(
            format!(
                "the nodes of `{}`, a cluster of {distribution}, have no API of their own",
                target.name
            ),
            "only Talos machines have one",
        )
    })
}
