//! `ksail workload build`, and the stages that `apply` shares with it.

mod files;

use super::workload_context::{Project, WorkloadContext, program_error};
use super::workload_reading::{compute, source_paths};
use crate::cli::workload::{Build, BuildOutput, Sources};
use crate::context::Context;
use crate::env::EnvMap;
use crate::exec::event::Events;
use crate::exit::Exit;
use crate::sops::Keyring;
use crate::workload::discover::Text;
use crate::workload::object::Object;
use crate::workload::order::{Wave, order_objects};
use crate::workload::{Error, build, discover};

/// The command as the program calls it.
pub async fn command(args: &Build, mut context: Context<'_>) -> Result<Exit, crate::error::Error> {
    let project = Project::find(&args.sources, true, &mut context)?;
    let run = run(args, &mut project.with(&mut context)).await;
    run.map_err(program_error)
}

/// Prints the objects, or writes them to files.
pub async fn run(args: &Build, context: &mut WorkloadContext<'_>) -> Result<Exit, Error> {
    let waves = build_all(&args.sources, !args.no_decrypt, context).await?;
    let objects: Vec<&Object> = waves.iter().flat_map(|wave| &wave.objects).collect();
    if let Some(directory) = &args.output_dir {
        return files::write(
            &objects,
            &context.cwd.join(directory),
            args.allow_plaintext,
            context,
        );
    }
    let events = context.events;
    let pieces = events.timed("render", || match args.output {
        BuildOutput::Yaml => build::render_objects(&objects),
        BuildOutput::Json => build::render_list(&objects),
    });
    for piece in pieces {
        let written = context.stdout.write_all(piece.as_bytes());
        written.map_err(Error::Output)?;
    }
    context.stdout.flush().map_err(Error::Output)?;
    Ok(Exit::Done)
}

/// From paths to waves of objects that have names. Nothing was sent anywhere yet.
pub async fn build_waves(
    sources: &Sources,
    decrypt: bool,
    context: &mut WorkloadContext<'_>,
) -> Result<Vec<Wave>, Error> {
    let waves = build_all(sources, decrypt, context).await?;
    refuse_generated(&waves, "").map(|()| waves)
}

/// Refuses objects with a `generateName` only, which nothing but creating them makes sense for.
pub fn refuse_generated(waves: &[Wave], remedy: &str) -> Result<(), Error> {
    let mut objects = waves.iter().flat_map(|wave| &wave.objects);
    match objects.find(|object| object.id.is_generated()) {
        None => Ok(()),
        Some(object) => Err(Error::Object {
            origin: object.origin.clone(),
            reason: format!(
                "{} has `metadata.generateName` and no `metadata.name`, by which it could be found again{remedy}",
                object.id.kind
            ),
        }),
    }
}

/// From paths to waves, objects without a name of their own included. Nothing was sent anywhere yet.
pub async fn build_all(
    sources: &Sources,
    decrypt: bool,
    context: &mut WorkloadContext<'_>,
) -> Result<Vec<Wave>, Error> {
    let decrypt = if decrypt {
        Decrypt::All
    } else {
        Decrypt::Nothing
    };
    let objects = build_objects(sources, decrypt, context).await?;
    let order = || order_objects(objects);
    context.events.timed("order", order)
}

/// From paths to waves of objects of which only the names count. Keys are needed only where names are encrypted.
pub async fn build_names(
    sources: &Sources,
    context: &mut WorkloadContext<'_>,
) -> Result<Vec<Wave>, Error> {
    let objects = build_objects(sources, Decrypt::Names, context).await?;
    match order_objects(build::names_only(&objects, true)) {
        Ok(waves) => Ok(waves),
        Err(error) => {
            // What is wrong with dependencies must not keep anybody from cleaning up.
            let warning = format!("{error}; dependencies between objects are not considered");
            context.events.warn(warning);
            order_objects(build::names_only(&objects, false))
        }
    }
}

/// What to decrypt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decrypt {
    All,
    /// Files in which the names of objects are encrypted.
    Names,
    Nothing,
}

async fn build_objects(
    sources: &Sources,
    decrypt: Decrypt,
    context: &mut WorkloadContext<'_>,
) -> Result<Vec<Object>, Error> {
    let paths = source_paths(sources, context)?;
    let events = context.events.weak();
    let texts = events.timed("read", || {
        discover::read_sources(&paths, context.cwd, context.stdin)
    })?;
    let env = context.env.clone();
    let built = compute(context, move || build_texts(texts, decrypt, &env, &events)).await?;
    for skipped in built.skipped {
        context.events.warn(skipped);
    }
    if built.objects.is_empty() {
        let named: Vec<String> = paths
            .iter()
            .map(|path| format!("`{}`", path.display()))
            .collect();
        return Err(Error::Empty(named.join(", ")));
    }
    Ok(built.objects)
}

/// The computing stages: parse, decrypt, expand.
fn build_texts(
    texts: Vec<Text>,
    decrypt: Decrypt,
    env: &EnvMap,
    events: &Events,
) -> Result<build::Built, Error> {
    let mut parsed = events.timed("parse", || build::parse_texts(texts))?;
    let needs_keys = |parsed: &build::Parsed| match decrypt {
        Decrypt::All => parsed.is_encrypted(),
        Decrypt::Names => parsed.has_encrypted_names(),
        Decrypt::Nothing => false,
    };
    if parsed.iter().any(needs_keys) {
        let keys = events.timed("find keys", || Keyring::discover(env));
        let decrypted = || build::decrypt_documents(parsed, &keys, needs_keys);
        parsed = events.timed("decrypt", decrypted)?;
    }
    events.timed("expand", || {
        let mut built = build::expand_documents(parsed)?;
        if decrypt != Decrypt::Names {
            built.objects = build::drop_repetitions(built.objects)?;
        }
        Ok(built)
    })
}
