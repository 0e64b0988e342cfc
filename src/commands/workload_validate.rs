//! `ksail workload validate`

use serde_json::json;

use super::workload_context::{Project, WorkloadContext, cache, connect, program_error};
use super::workload_kustomize::{Kustomizer, inputs};
use super::workload_reading::{Reading, compute, read};
use crate::cli::workload::{Report, SchemaSource, Server, Strict, Validate};
use crate::context::Context;
use crate::exit::Exit;
use crate::text::{self, Count};
use crate::workload::build::Parsed;
use crate::workload::validate::{self, Catalog, Checked, Finding, Release, UnknownFields};
use crate::workload::{Error, schemas};

/// The command as the program calls it.
pub async fn command(
    args: &Validate,
    mut context: Context<'_>,
) -> Result<Exit, crate::error::Error> {
    let asks_cluster = args.schema_source == SchemaSource::Cluster;
    if asks_cluster && args.kubernetes_version.is_some() {
        return Err(crate::error::Error::Usage {
            message: "`--kubernetes-version` chooses bundled schemas, `--schema-source=cluster` uses none".to_owned(),
            hint: Some("leave one of the two out".to_owned()),
        });
    }
    let cluster_is_named = !asks_cluster || args.context.is_some();
    let project = Project::find(&args.sources, cluster_is_named, &mut context)?;
    let run = run(args, &mut project.with(&mut context)).await;
    run.map_err(program_error)
}

/// Checks and prints.
pub async fn run(args: &Validate, context: &mut WorkloadContext<'_>) -> Result<Exit, Error> {
    let inputs = inputs(&args.sources, context)?;
    let (env, no_decrypt, events) = (context.env.clone(), args.no_decrypt, context.events.weak());
    let kustomizer = Kustomizer::new(&args.sources, context);
    let read = move || {
        let read = || read(inputs, no_decrypt, &kustomizer, &env);
        Ok(events.timed("parse", read))
    };
    let Reading {
        parsed,
        findings,
        sealed,
    } = compute(context, read).await?;
    for error in &sealed {
        let why = crate::error::chain(error);
        context
            .events
            .warn(format!("{why}; encrypted values are not checked"));
    }
    let (mut catalog, schemas) = catalog(args, &parsed, context).await?;
    let options = validate::Options {
        ignore_missing_schemas: args.ignore_missing_schemas,
        unknown_fields: match args.strict {
            Strict::True => UnknownFields::Error,
            Strict::Warn => UnknownFields::Warning,
            Strict::False => UnknownFields::Ignored,
        },
    };
    let events = context.events.weak();
    let check = move || {
        let check = || validate::check_documents(&parsed, &mut catalog, options);
        Ok(events.timed("validate", check))
    };
    let mut checked = compute(context, check).await?;
    checked.findings.splice(0..0, findings);
    report(args.output, &checked, &schemas, context)
}

/// The schemas to check against, and what messages call them.
async fn catalog(
    args: &Validate,
    parsed: &[Parsed],
    context: &WorkloadContext<'_>,
) -> Result<(Catalog, String), Error> {
    if args.schema_source == SchemaSource::Bundled {
        let release = args.kubernetes_version.unwrap_or(Release::NEWEST);
        let catalog = Catalog::bundled(release).map_err(Error::Schemas)?;
        return Ok((catalog, format!("Kubernetes {}", release.name())));
    }
    let server = Server {
        context: args.context.clone(),
        kubeconfig: args.kubeconfig.clone(),
        namespace: None,
    };
    let (api, _) = connect(&server, &context.project, context.env).await?;
    let cache = cache(context.env, "openapi");
    let wanted = validate::api_versions(parsed);
    let catalog = schemas::of_cluster(&api, &wanted, cache.as_deref()).await?;
    Ok((catalog, format!("the schemas of {}", api.server())))
}

fn report(
    form: Report,
    checked: &Checked,
    schemas: &str,
    context: &mut WorkloadContext<'_>,
) -> Result<Exit, Error> {
    for warning in &checked.warnings {
        context.events.warn(warning.to_string());
    }
    for notice in &checked.notices {
        context.events.warn(notice.clone());
    }
    let Checked {
        findings,
        objects,
        invalid,
        skipped,
        ..
    } = checked;
    let printed = match form {
        Report::Text => text::lines(findings),
        Report::Json => {
            let summary = json!({ "objects": objects, "invalid": invalid, "skipped": skipped, "findings": findings.len() });
            let rows: Vec<_> = findings.iter().map(Finding::to_json).collect();
            format!("{:#}\n", json!({ "findings": rows, "summary": summary }))
        }
    };
    let written = context.stdout.write_all(printed.as_bytes());
    written
        .and_then(|()| context.stdout.flush())
        .map_err(Error::Output)?;
    let left_out = match skipped {
        0 => String::new(),
        skipped => format!(", {skipped} not checked"),
    };
    if findings.is_empty() {
        context.events.note(format!(
            "{} valid against {schemas}{left_out}",
            Count(*objects, "object")
        ));
        return Ok(Exit::Done);
    }
    Err(Error::Invalid {
        findings: findings.len(),
        invalid: *invalid,
        objects: *objects,
    })
}
