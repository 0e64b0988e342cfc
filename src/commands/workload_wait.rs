//! `ksail workload wait`

use std::path::PathBuf;

use serde_json::{Value, json};

use super::workload_build::build_waves;
use super::workload_context::{Project, WorkloadContext, cache, connect, program_error};
use crate::cli::workload::{Sources, Wait, WaitOutput};
use crate::context::Context;
use crate::exit::Exit;
use crate::fsx;
use crate::k8s::Api;
use crate::k8s::discovery::{Discovery, Resource};
use crate::k8s::goal::Goal;
use crate::k8s::live::{Extent, list};
use crate::k8s::types::Types;
use crate::k8s::wait::{Target, Wish};
use crate::text::nearest;
use crate::workload::Error;
use crate::workload::named::{Named, read_names};
use crate::workload::object::ObjectId;
use crate::workload::place::place_objects;
use crate::workload::wait::{Awaited, wait_for};

/// The command as the program calls it.
pub async fn command(args: &Wait, mut context: Context<'_>) -> Result<Exit, crate::error::Error> {
    let cluster_is_named = args.server.context.is_some();
    let project = Project::find(&args.sources, cluster_is_named, &mut context)?;
    let run = run(args, &mut project.with(&mut context)).await;
    run.map_err(program_error)
}

/// Waits for the objects.
pub async fn run(args: &Wait, context: &mut WorkloadContext<'_>) -> Result<Exit, Error> {
    let words = words(args, context)?;
    let wish = Wish {
        goals: if args.goals.is_empty() {
            vec![Goal::Ready]
        } else {
            args.goals.clone()
        },
        may_come: words.is_empty() || args.goals.is_empty(),
    };
    let (api, awaited) = if words.is_empty() {
        of_sources(args, context).await?
    } else {
        of_names(args, &words, context).await?
    };
    let goal = wish.goals.last().map(ToString::to_string);
    let goal = goal.unwrap_or_default();
    let mut rows: Vec<Value> = Vec::new();
    let stdout = &mut *context.stdout;
    let mut report = |one: &Awaited| {
        match args.output {
            None => writeln!(stdout, "{} {goal}", one.id).map_err(Error::Output)?,
            Some(WaitOutput::Name) => writeln!(stdout, "{}", one.id).map_err(Error::Output)?,
            Some(WaitOutput::Json) => rows.push(row(one, &goal)),
        }
        stdout.flush().map_err(Error::Output)
    };
    let result = wait_for(
        &api,
        awaited,
        &wish,
        args.timeout,
        context.events,
        &mut report,
    )
    .await;
    if args.output == Some(WaitOutput::Json) {
        let document = json!({ "objects": rows });
        writeln!(context.stdout, "{document:#}").map_err(Error::Output)?;
    }
    result.map(|()| Exit::Done)
}

fn row(one: &Awaited, goal: &str) -> Value {
    let id = &one.id;
    json!({
        "apiVersion": id.api_version, "kind": id.kind, "namespace": one.target.namespace, "name": id.name,
        "result": goal
    })
}

/// The words that name objects; none if manifests do.
fn words(args: &Wait, context: &WorkloadContext<'_>) -> Result<Vec<String>, Error> {
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

/// The objects of the manifests. Their content does not matter, so nothing is decrypted.
async fn of_sources(
    args: &Wait,
    context: &mut WorkloadContext<'_>,
) -> Result<(Api, Vec<Awaited>), Error> {
    let sources: &Sources = &args.sources;
    let waves = build_waves(sources, false, context).await?;
    let objects = waves.into_iter().flat_map(|wave| wave.objects).collect();
    let (api, namespace) = connect(&args.server, &context.project, context.env).await?;
    let served = Discovery::fetch(&api, cache(context.env, "discovery").as_deref()).await?;
    let mut awaited = Vec::new();
    for placed in place_objects(objects, &served, &namespace) {
        let target = placed.target();
        let object = placed.object;
        placed.place?;
        awaited.extend(target.map(|target| Awaited {
            id: object.id,
            origin: Some(object.origin),
            confidential: object.confidential,
            target,
        }));
    }
    Ok((api, awaited))
}

/// The objects that are named, or that a selector picks.
async fn of_names(
    args: &Wait,
    words: &[String],
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
    let (api, namespace) = connect(&args.server, &context.project, context.env).await?;
    let types = Types::fetch(&api).await?;
    let mut awaited = Vec::new();
    for Named { kind, name } in names {
        let (resource, kind) = types
            .find(&kind)
            .ok_or_else(|| unknown_type(&kind, &types))?;
        let own = resource.namespaced.then(|| namespace.clone());
        match name {
            Some(name) => awaited.push(one(resource, kind, own, name, None)),
            None => {
                let selector = selector.as_deref().unwrap_or_default();
                let found = list(&api, resource, own.as_deref(), selector, Extent::Whole).await;
                for object in found? {
                    let name = object["metadata"]["name"].as_str().unwrap_or_default();
                    let name = name.to_owned();
                    awaited.push(one(resource, kind, own.clone(), name, Some(object)));
                }
            }
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
