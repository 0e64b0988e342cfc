//! `ksail workload gen`

mod kinds;
mod values;

use serde_json::Value;

use crate::cli::workload::generate::{Generate, Kind, ManifestFormat, NamespacedName, Secret};
use crate::context::Context;
use crate::exit::Exit;
use crate::workload::Error;
use crate::workload::generate::{self as make, Meta};
use crate::yaml;

/// Prints one manifest.
pub fn run(args: &Generate, mut context: Context<'_>) -> Result<Exit, crate::error::Error> {
    let object = object(&args.kind, &mut context)?;
    let text = match args.output {
        ManifestFormat::Yaml => yaml::to_yaml(&object),
        ManifestFormat::Json => format!("{object:#}\n"),
    };
    context.print(&text)?;
    Ok(Exit::Done)
}

fn meta(name: &NamespacedName) -> Meta<'_> {
    Meta {
        name: &name.name,
        namespace: name.namespace.as_deref(),
    }
}

fn object(kind: &Kind, context: &mut Context<'_>) -> Result<Value, Error> {
    Ok(match kind {
        Kind::Clusterrole(args) => doubted(kinds::cluster_role(args)?, context),
        Kind::Clusterrolebinding(args) => kinds::cluster_role_binding(args)?,
        Kind::Configmap(args) => {
            let data = values::read(&args.values, false, context)?;
            make::config_map(meta(&args.name), &data, args.values.append_hash)?
        }
        Kind::Cronjob(args) => kinds::cron_job(args)?,
        Kind::Deployment(args) => kinds::deployment(args)?,
        Kind::Ingress(args) => kinds::ingress(args)?,
        Kind::Job(args) => make::job(meta(&args.name), &args.image, &args.command)?,
        Kind::Namespace(args) => make::namespace(&args.name)?,
        Kind::Poddisruptionbudget(args) => kinds::disruption_budget(args)?,
        Kind::Priorityclass(args) => kinds::priority_class(args)?,
        Kind::Quota(args) => make::quota(meta(&args.name), &args.hard, &args.scopes)?,
        Kind::Role(args) => doubted(kinds::role(args)?, context),
        Kind::Rolebinding(args) => kinds::role_binding(args)?,
        Kind::Secret(kind) => secret(kind, context)?,
        Kind::Service(kind) => kinds::service(kind)?,
        Kind::Serviceaccount(args) => make::service_account(meta(args))?,
    })
}

fn secret(kind: &Secret, context: &mut Context<'_>) -> Result<Value, Error> {
    let (name, kind, hash, data) = match kind {
        Secret::Generic(args) => {
            let data = values::read(&args.values, true, context)?;
            (
                &args.name,
                args.kind.as_str(),
                args.values.append_hash,
                data,
            )
        }
        Secret::DockerRegistry(args) => {
            let data = values::docker_registry(args, context)?;
            (
                &args.name,
                "kubernetes.io/dockerconfigjson",
                args.append_hash,
                data,
            )
        }
        Secret::Tls(args) => {
            let data = values::tls(args, context)?;
            (&args.name, "kubernetes.io/tls", args.append_hash, data)
        }
    };
    Ok(make::secret(meta(name), kind, &data, hash)?)
}

fn doubted((object, doubts): (Value, Vec<String>), context: &Context<'_>) -> Value {
    for doubt in doubts {
        context.events.warn(doubt);
    }
    object
}
