//! `ksail workload images`

use serde_json::{Value, json};

use super::workload_context::{Project, WorkloadContext, program_error};
use super::workload_kustomize::{Kustomizer, inputs};
use super::workload_reading::{build_or_leave_sealed, compute, decrypt_each, is_missing_key};
use crate::cli::workload::{ImageList, Images};
use crate::context::Context;
use crate::exit::Exit;
use crate::text;
use crate::ui::table::table;
use crate::workload::discover::Input;
use crate::workload::images::{Image, find_images};
use crate::workload::object::ObjectId;
use crate::workload::{Error, build};

/// The command as the program calls it.
pub async fn command(args: &Images, mut context: Context<'_>) -> Result<Exit, crate::error::Error> {
    let project = Project::find(&args.sources, true, &mut context)?;
    let run = run(args, &mut project.with(&mut context)).await;
    run.map_err(program_error)
}

/// Prints the images.
pub async fn run(args: &Images, context: &mut WorkloadContext<'_>) -> Result<Exit, Error> {
    let inputs = inputs(&args.sources, context)?;
    let kustomizer = Kustomizer::new(&args.sources, context);
    let (env, full, no_decrypt) = (context.env.clone(), args.full, args.no_decrypt);
    let work = move || {
        let (texts, places) = Input::apart(inputs);
        let parsed = build::parse_texts(texts)?;
        let (parsed, mut errors) = if no_decrypt {
            (parsed, Vec::new())
        } else {
            decrypt_each(parsed, &env)
        };
        let mut built = build::expand_documents(parsed)?;
        for place in places {
            let (resources, why) = build_or_leave_sealed(&place, no_decrypt, &kustomizer)?;
            built.extend(build::objects_of(resources, build::Fate::Shown)?);
            errors.extend(why);
        }
        Ok((find_images(&built.objects, full), errors, built.skipped))
    };
    let (images, errors, skipped) = compute(context, work).await?;
    for error in errors {
        if !is_missing_key(&error) {
            return Err(error);
        }
        let why = crate::error::chain(&error);
        context
            .events
            .warn(format!("{why}; its encrypted images are left out"));
    }
    for skipped in skipped {
        context.events.warn(skipped);
    }
    if images.is_empty() && args.output != ImageList::Json {
        context.events.note("no images");
        return Ok(Exit::Done);
    }
    let printed = render(&images, args.output);
    let written = context.stdout.write_all(printed.as_bytes());
    written
        .and_then(|()| context.stdout.flush())
        .map_err(Error::Output)?;
    Ok(Exit::Done)
}

fn render(images: &[Image], form: ImageList) -> String {
    match form {
        ImageList::Name => text::lines(images.iter().map(|image| &image.reference)),
        ImageList::Json => format!(
            "{:#}\n",
            json!({ "images": images.iter().map(row).collect::<Vec<_>>() })
        ),
        ImageList::Table => {
            let rows: Vec<Vec<String>> = images
                .iter()
                .map(|image| {
                    let users: Vec<String> = image.objects.iter().map(user).collect();
                    vec![image.reference.clone(), users.join(", ")]
                })
                .collect();
            table(&["IMAGE", "USED BY"], &rows)
        }
    }
}

/// `deployment.apps/web`, with the namespace before it if there is one.
fn user(id: &ObjectId) -> String {
    match &id.namespace {
        Some(namespace) => format!("{namespace}:{id}"),
        None => id.to_string(),
    }
}

fn row(image: &Image) -> Value {
    let objects: Vec<Value> = image
        .objects
        .iter()
        .map(|id| json!({ "apiVersion": id.api_version, "kind": id.kind, "namespace": id.namespace, "name": id.name }))
        .collect();
    json!({ "reference": image.reference, "objects": objects })
}
