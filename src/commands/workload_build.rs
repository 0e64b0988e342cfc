//! `ksail workload build`, and the stages that `apply` shares with it.

mod files;

use super::workload_context::{Project, WorkloadContext, program_error};
use super::workload_kustomize::{Kustomizer, inputs};
use super::workload_reading::{compute, source_paths};
use crate::cli::workload::{Build, BuildOutput, Sources};
use crate::context::Context;
use crate::env::EnvMap;
use crate::exec::event::Events;
use crate::exit::Exit;
use crate::sops::Keyring;
use crate::workload::build::Fate;
use crate::workload::discover::{Input, Text};
use crate::workload::object::Object;
use crate::workload::order::{Wave, order_objects};
use crate::workload::unseal::Wanted;
use crate::workload::{Error, build};

/// The command as the program calls it.
pub async fn command(args: &Build, mut context: Context<'_>) -> Result<Exit, crate::error::Error> {
    let project = Project::find(&args.sources, true, &mut context)?;
    let run = run(args, &mut project.with(&mut context)).await;
    run.map_err(program_error)
}

/// Prints the objects, or writes them to files.
pub async fn run(args: &Build, context: &mut WorkloadContext<'_>) -> Result<Exit, Error> {
    let decrypt = decrypt(!args.no_decrypt);
    let built = build_objects(&args.sources, decrypt, Fate::Shown, context).await?;
    let objects = if built.is_one_kustomization {
        // Whoever pipes it into another program wants the order that the kustomization asks for.
        built.objects
    } else {
        let order = || order_objects(built.objects);
        let waves = context.events.timed("order", order)?;
        waves.into_iter().flat_map(|wave| wave.objects).collect()
    };
    let objects: Vec<&Object> = objects.iter().collect();
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
    decrypt: Decrypt,
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
    decrypt: Decrypt,
    context: &mut WorkloadContext<'_>,
) -> Result<Vec<Wave>, Error> {
    let objects = build_objects(sources, decrypt, Fate::Cluster, context)
        .await?
        .objects;
    let order = || order_objects(objects);
    context.events.timed("order", order)
}

/// From paths to waves of objects of which only the names count. Keys are needed only where names are encrypted.
pub async fn build_names(
    sources: &Sources,
    context: &mut WorkloadContext<'_>,
) -> Result<Vec<Wave>, Error> {
    let objects = build_objects(sources, Decrypt::Names, Fate::Cluster, context)
        .await?
        .objects;
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
pub enum Decrypt {
    /// Everything.
    All,
    /// Files in which the names of objects are encrypted.
    Names,
    /// Sources of kustomizations that names of objects depend on, and nothing else.
    Sources,
    /// Nothing.
    Nothing,
}

/// All or nothing.
fn decrypt(wanted: bool) -> Decrypt {
    if wanted {
        Decrypt::All
    } else {
        Decrypt::Nothing
    }
}

/// What came out of the computing stages.
struct Objects {
    objects: Vec<Object>,
    is_one_kustomization: bool,
}

async fn build_objects(
    sources: &Sources,
    decrypt: Decrypt,
    fate: Fate,
    context: &mut WorkloadContext<'_>,
) -> Result<Objects, Error> {
    let events = context.events.weak();
    let inputs = events.timed("read", || inputs(sources, context))?;
    let is_one_kustomization = matches!(inputs.as_slice(), [Input::Kustomization(_)]);
    let kustomizer = Kustomizer::new(sources, context);
    let env = context.env.clone();
    let work = move || {
        let mut built = build_inputs(inputs, (decrypt, fate), &kustomizer, &env, &events)?;
        let settled = is_one_kustomization && fate == Fate::Shown;
        if decrypt != Decrypt::Names && !settled {
            built.objects = build::drop_repetitions(built.objects)?;
        }
        Ok(built)
    };
    let built = compute(context, work).await?;
    for skipped in built.skipped {
        context.events.warn(skipped);
    }
    // A kustomization may be nothing but a place for what others add.
    if built.objects.is_empty() && !(is_one_kustomization && fate == Fate::Shown) {
        let paths = source_paths(sources, context)?;
        let named: Vec<String> = paths
            .iter()
            .map(|path| format!("`{}`", path.display()))
            .collect();
        return Err(Error::Empty(named.join(", ")));
    }
    Ok(Objects {
        objects: built.objects,
        is_one_kustomization,
    })
}

/// The computing stages: texts between two kustomizations together, kustomizations one by one.
fn build_inputs(
    inputs: Vec<Input>,
    (decrypt, fate): (Decrypt, Fate),
    kustomizer: &Kustomizer,
    env: &EnvMap,
    events: &Events,
) -> Result<build::Built, Error> {
    let wanted = match decrypt {
        Decrypt::All => Wanted::All,
        Decrypt::Names | Decrypt::Sources => Wanted::Names,
        Decrypt::Nothing => Wanted::Nothing,
    };
    let mut built = build::Built::default();
    let mut texts = Vec::new();
    for input in inputs {
        match input {
            Input::Text(text) => texts.push(text),
            Input::Kustomization(place) => {
                let before = std::mem::take(&mut texts);
                built.extend(build_texts(before, decrypt, env, events)?);
                built.extend(build::objects_of(kustomizer.build(&place, wanted)?, fate)?);
            }
        }
    }
    built.extend(build_texts(texts, decrypt, env, events)?);
    Ok(built)
}

/// The computing stages of texts: parse, decrypt, expand.
fn build_texts(
    texts: Vec<Text>,
    decrypt: Decrypt,
    env: &EnvMap,
    events: &Events,
) -> Result<build::Built, Error> {
    if texts.is_empty() {
        return Ok(build::Built::default());
    }
    let mut parsed = events.timed("parse", || build::parse_texts(texts))?;
    let needs_keys = |parsed: &build::Parsed| match decrypt {
        Decrypt::All => parsed.is_encrypted(),
        Decrypt::Names => parsed.has_encrypted_names(),
        Decrypt::Sources | Decrypt::Nothing => false,
    };
    if parsed.iter().any(needs_keys) {
        let keys = events.timed("find keys", || Keyring::discover(env));
        let decrypted = || build::decrypt_documents(parsed, &keys, needs_keys);
        parsed = events.timed("decrypt", decrypted)?;
    }
    events.timed("expand", || build::expand_documents(parsed))
}
