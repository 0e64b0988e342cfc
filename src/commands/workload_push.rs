//! `ksail workload push`

mod address;
mod artifact;

use serde_json::json;

use self::address::{arguments, tags};
use self::artifact::{built_tree, describe, file_tree};
use super::workload_context::{Project, WorkloadContext, program_error};
use crate::cli::workload::{Push, PushOutput};
use crate::context::Context;
use crate::exit::Exit;
use crate::oci::{self, Artifact, Options, Pushed, Reference, Registry};
use crate::text::{Bytes, Count, List};
use crate::workload::{Error, pack};
use crate::yaml;

/// The command as the program calls it.
pub async fn command(args: &Push, mut context: Context<'_>) -> Result<Exit, crate::error::Error> {
    let (_, sources) = arguments(args).map_err(Error::Registry)?;
    let project = Project::find(&sources, true, &mut context)?;
    let run = run(args, &mut project.with(&mut context)).await;
    run.map_err(program_error)
}

/// Packs the sources and uploads what the registry lacks of them.
pub async fn run(args: &Push, context: &mut WorkloadContext<'_>) -> Result<Exit, Error> {
    let (address, sources) = arguments(args).map_err(Error::Registry)?;
    let reference = Reference::parse(address)?;
    let tags = tags(args, &reference)?;
    let tree = if args.build {
        built_tree(&sources, context).await?
    } else {
        let ignored = args.ignore_paths.as_deref();
        file_tree(&sources, ignored, context)?
    };
    for skipped in &tree.skipped {
        let shown = skipped.display();
        context.events.warn(format!(
            "`{shown}` is no regular file and is left out, as Flux would"
        ));
    }
    let packed = context
        .events
        .timed("pack", || pack::pack_files(&tree.files))
        .map_err(Error::Pack)?;
    let annotations = describe(args, &sources, context).await;
    let artifact = Artifact::new(packed.bytes, &packed.unpacked, &annotations);
    let files = Count(tree.files.len(), "file");
    if args.dry_run {
        let size = Bytes(artifact.layer.bytes.len() as u64);
        context
            .events
            .note(format!("would push {files}, {size}, to `{reference}`"));
    } else {
        let sent = send(args, &reference, &artifact, &tags, context);
        let pushed = tokio::time::timeout(args.timeout, sent).await;
        let pushed = pushed.map_err(|_| oci::Error::TimedOut {
            after: args.timeout,
        })??;
        context
            .events
            .note(told(&pushed, &reference, &files.to_string()));
    }
    let text = result(args.output, &reference, &tags, &artifact.manifest.digest);
    context
        .stdout
        .write_all(text.as_bytes())
        .and_then(|()| context.stdout.flush())
        .map_err(Error::Output)?;
    Ok(Exit::Done)
}

async fn send(
    args: &Push,
    reference: &Reference,
    artifact: &Artifact,
    tags: &[String],
    context: &WorkloadContext<'_>,
) -> Result<Pushed, oci::Error> {
    let options = Options {
        insecure: args.insecure_registry,
        authority: args.ca_file.as_ref().map(|path| context.cwd.join(path)),
        configuration: oci::credentials::directory(context.env),
    };
    let mut registry = Registry::connect(reference, &options, context.env).await?;
    oci::push(&mut registry, artifact, tags).await
}

fn told(pushed: &Pushed, reference: &Reference, files: &str) -> String {
    let moved: Vec<&String> = pushed
        .tags
        .iter()
        .filter(|tag| tag.1)
        .map(|tag| &tag.0)
        .collect();
    if moved.is_empty() && pushed.uploaded == 0 {
        return format!("unchanged: {files} are in `{reference}` already");
    }
    let size = Bytes(pushed.uploaded);
    match moved.as_slice() {
        [] => format!("pushed {files}, {size} uploaded; no tag moved"),
        _ => format!(
            "pushed {files}, {size} uploaded, tagged {}",
            List::and(moved)
        ),
    }
}

/// The result, in the fields of `flux push artifact`.
fn result(
    output: Option<PushOutput>,
    reference: &Reference,
    tags: &[String],
    digest: &str,
) -> String {
    let url = format!("oci://{reference}@{digest}");
    let document = json!({
        "url": url, "repository": reference.to_string(), "tag": tags.first(), "tags": tags, "digest": digest
    });
    match output {
        None => format!("{url}\n"),
        Some(PushOutput::Digest) => format!("{digest}\n"),
        Some(PushOutput::Json) => format!("{document:#}\n"),
        Some(PushOutput::Yaml) => yaml::to_yaml(&document),
    }
}
