//! What a wait is about: the objects of manifests, or objects named on the command line.

use std::path::PathBuf;

use serde_json::Value;

use crate::cli::workload::Wait;
use crate::commands::workload_build::{Decrypt, build_waves};
use crate::commands::workload_context::{
    PATIENCE, WorkloadContext, cache, connect_gated, default_parallelism,
};
use crate::fsx;
use crate::k8s::Api;
use crate::k8s::discovery::{Discovery, Resource, Types};
use crate::k8s::goal::Goal;
use crate::k8s::live::{Extent, list};
use crate::k8s::wait::Target;
use crate::text::nearest;
use crate::workload::Error;
use crate::workload::named::{Named, read_names};
use crate::workload::object::ObjectId;
use crate::workload::place::place_objects;
use crate::workload::wait::{Awaited, Patience};

/// The words that name objects; none if manifests do.
pub(super) fn words(args: &Wait, context: &WorkloadContext<'_>) -> Result<Vec<String>, Error> {
    let path = args.sources.path.as_ref();
    let is_file = |path: &PathBuf| {
        let at = context.cwd.join(path);
        path.as_os_str() == "-" || fsx::is_file(&at) || fsx::is_dir(&at)
    };
    let picked = args.all || args.selector.is_some();
    match path {
        Some(path) if args.names.is_empty() && !picked && is_file(path) => Ok(Vec::new()),
        Some(path) => {
            let first = path.to_string_lossy().into_owned();
            Ok([first].into_iter().chain(args.names.clone()).collect())
        }
        None if picked => Err(Error::Argument {
            message: "`--all` and `--selector` need a TYPE".to_owned(),
            hint: "name one, e.g. `ksail workload wait pods --all`".to_owned(),
        }),
        None => Ok(Vec::new()),
    }
}

async fn connect(
    args: &Wait,
    patience: Patience,
    context: &WorkloadContext<'_>,
) -> Result<(Api, String), Error> {
    let parallelism = default_parallelism();
    let longest = patience.timeout.max(PATIENCE);
    connect_gated(&args.server, &args.pace, parallelism, longest, context).await
}

/// The objects of the manifests. Their content does not matter, so nothing is decrypted.
pub(super) async fn of_sources(
    args: &Wait,
    patience: Patience,
    context: &mut WorkloadContext<'_>,
) -> Result<(Api, Vec<Awaited>), Error> {
    let waves = build_waves(&args.sources, Decrypt::Sources, context).await?;
    let objects = waves.into_iter().flat_map(|wave| wave.objects).collect();
    let (api, namespace) = connect(args, patience, context).await?;
    let cache = cache(context.env, "discovery");
    let ask = || Discovery::fetch(&api, cache.as_deref());
    let served = patience.ask(context.events, ask).await?;
    let mut awaited = Vec::new();
    for placed in place_objects(objects, &served, &namespace) {
        let target = placed.target();
        let object = placed.object;
        placed.place?;
        awaited.extend(target.map(|target| Awaited {
            id: object.id.clone(),
            origin: Some(object.origin.clone()),
            confidential: object.confidential,
            target,
        }));
    }
    Ok((api, awaited))
}

/// The objects that are named, or that a selector picks.
pub(super) async fn of_names(
    args: &Wait,
    words: &[String],
    patience: Patience,
    context: &mut WorkloadContext<'_>,
) -> Result<(Api, Vec<Awaited>), Error> {
    let selector = args.selector.clone();
    let picked = args.all || selector.is_some();
    let argument = |message: String| {
        Error::Argument {
        message,
        hint: "name a file or directory, objects as `TYPE/NAME`, or a TYPE with `--all` or `--selector`".to_owned(),
    }
    };
    let names = read_names(words, picked).map_err(argument)?;
    let (api, namespace) = connect(args, patience, context).await?;
    let cache = cache(context.env, "discovery");
    let ask = || Types::fetch(&api, cache.as_deref());
    let types = patience.ask(context.events, ask).await?;
    let mut awaited = Vec::new();
    for Named { kind, name } in names {
        let (resource, kind) = types
            .find(&kind)
            .ok_or_else(|| unknown_type(&kind, &types))?;
        let own = resource.namespaced.then(|| namespace.clone());
        if let Some(name) = name {
            awaited.push(one(resource, kind, own, name, None));
            continue;
        }
        let selector = selector.as_deref().unwrap_or_default();
        for object in list(&api, resource, own.as_deref(), selector, Extent::Whole).await? {
            let name = object["metadata"]["name"].as_str().unwrap_or_default();
            let name = name.to_owned();
            awaited.push(one(resource, kind, own.clone(), name, Some(object)));
        }
    }
    // Nothing is left to wait for if all are to be gone.
    if awaited.is_empty() && !args.goals.contains(&Goal::Deleted) {
        return Err(Error::Argument {
            message: "no object matches".to_owned(),
            hint: "check `--namespace` and `--selector`".to_owned(),
        });
    }
    Ok((api, awaited))
}

fn one(
    resource: &Resource,
    kind: &str,
    namespace: Option<String>,
    name: String,
    object: Option<Value>,
) -> Awaited {
    Awaited {
        id: ObjectId {
            api_version: resource.api_version.clone(),
            kind: kind.to_owned(),
            namespace: namespace.clone(),
            name: name.clone(),
        },
        origin: None,
        confidential: kind == "Secret",
        target: Target {
            resource: resource.clone(),
            namespace,
            name,
            object,
        },
    }
}

fn unknown_type(name: &str, types: &Types) -> Error {
    let hint = match nearest(name, types.plurals()) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => "name it as kubectl does, e.g. `deployment/web`".to_owned(),
    };
    Error::Argument {
        message: format!("the server has no type `{name}`"),
        hint,
    }
}
