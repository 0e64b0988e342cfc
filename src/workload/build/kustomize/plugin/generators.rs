//! Generators from configuration objects.

use serde_json::json;

use super::super::error::Error;
use super::super::file::{HelmChart, HelmGlobals, read_chart, read_generator, read_globals};
use super::super::generate::{Made, generate};
use super::super::objects::read_file;
use super::super::resource::Resource;
use super::super::tree::{Directory, Link};
use super::config::Config;
use super::foreign::{self, GENERATORS, TRANSFORMERS};
use crate::config::{Cell, Fields};

/// The objects that generators of configuration objects make, each generator's together.
pub(crate) fn generators(
    configs: &[Resource],
    directory: &Directory,
    warnings: &mut Vec<String>,
) -> Result<Vec<Vec<Resource>>, Error> {
    configs
        .iter()
        .map(|config| {
            let others = (&TRANSFORMERS[..], "transformers");
            foreign::check(config, &GENERATORS, "generator", others)?;
            run(config, directory, warnings)
        })
        .collect()
}

/// The charts among configuration objects, each with the link at which [`generators`] expects what helm makes of it.
pub(crate) fn charts_of(
    configs: &[Resource],
) -> Result<Vec<(String, HelmGlobals, HelmChart)>, Error> {
    configs
        .iter()
        .filter(|config| {
            config.api_version() == "builtin" && config.kind() == "HelmChartInflationGenerator"
        })
        .map(|resource| {
            let (globals, chart) = chart(resource)?;
            Ok((chart_link(resource), globals, chart))
        })
        .collect()
}

fn chart_link(resource: &Resource) -> String {
    format!("helm chart of {}", resource.id())
}

fn chart(resource: &Resource) -> Result<(HelmGlobals, HelmChart), Error> {
    Config::of(resource, &mut Vec::new()).read(|fields, cell| {
        let globals = read_globals(fields)?;
        Ok((globals, read_chart(fields, cell.at())?))
    })
}

fn run(
    resource: &Resource,
    directory: &Directory,
    warnings: &mut Vec<String>,
) -> Result<Vec<Resource>, Error> {
    let mut config = Config::of(resource, warnings);
    let made = match resource.kind() {
        "ConfigMapGenerator" => Made::ConfigMap,
        "SecretGenerator" => Made::Secret,
        "IAMPolicyGenerator" => return Ok(vec![iam_policy(&mut config, resource)?]),
        _ => return rendered(resource, directory),
    };
    let secret = made == Made::Secret;
    let generator = config.read_root(|cell| read_generator(cell, secret, true))?;
    warnings.extend(generator.odd.iter().cloned());
    let schema = resource.schema();
    Ok(vec![generate(made, &generator, None, directory, schema)?])
}

/// What helm has made of a chart.
fn rendered(resource: &Resource, directory: &Directory) -> Result<Vec<Resource>, Error> {
    chart(resource)?;
    match directory.links.get(&chart_link(resource)) {
        Some(Link::File(file)) => {
            let mut found = read_file(file, resource.schema())?;
            for resource in &mut found {
                resource.history.from_helm = true;
            }
            Ok(found)
        }
        Some(Link::Missing(why)) => Err(Error::object(resource, format!("the chart {why}"))),
        Some(Link::Directory(_)) | None => {
            let what = "the chart was not rendered: charts need `--enable-helm`";
            Err(Error::object(resource, what).with_hint("or name it in `helmCharts`"))
        }
    }
}

/// The service account of a workload that is one of a cloud too.
fn iam_policy(config: &mut Config<'_>, resource: &Resource) -> Result<Resource, Error> {
    let text = |fields: &mut Fields<'_>, name| -> Result<String, crate::config::Error> {
        Ok(fields.read(name, Cell::text)?.unwrap_or_default())
    };
    let object = config.read(|fields, _| {
        fields.require("cloud")?.choice(&[("gke", ())], false)?;
        let mut service = fields.require("kubernetesService")?.fields()?.fold_case();
        let (name, namespace) = (
            text(&mut service, "name")?,
            text(&mut service, "namespace")?,
        );
        service.finish()?;
        let mut account = fields.require("serviceAccount")?.fields()?.fold_case();
        let (user, project) = (
            text(&mut account, "name")?,
            text(&mut account, "projectId")?,
        );
        account.finish()?;
        let mail = format!("{user}@{project}.iam.gserviceaccount.com");
        let mut object = json!({
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"annotations": {"iam.gke.io/gcp-service-account": mail}, "name": name},
        });
        if !namespace.is_empty() {
            object["metadata"]["namespace"] = namespace.into();
        }
        Ok(object)
    })?;
    Ok(Resource::new(
        object,
        resource.origin.clone(),
        resource.schema(),
    ))
}
