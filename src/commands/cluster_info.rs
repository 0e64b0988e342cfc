//! `ksail cluster info`

use std::time::Duration;

use serde_json::{Value, json};

use super::target::{self, Found};
use crate::cli::cluster::{Format, Info};
use crate::cluster::summary::{self, ClusterSummary};
use crate::context::Context;
use crate::docker::Engine;
use crate::error::Error;
use crate::exit::Exit;
use crate::k8s;
use crate::ui::table::table;

/// An API server that does not answer within this time is reported as not answering.
const PATIENCE: Duration = Duration::from_secs(5);

/// Runs the command.
pub async fn run(args: &Info, mut context: Context<'_>) -> Result<Exit, Error> {
    let target = target::find(&args.selector, None, &mut context)?;
    let engine = context.engine().await?;
    let found = target.existing(&engine).await?;
    let clusters = summary::clusters(&found.family.labels(), &found.containers);
    let api = ask(&engine, &found).await;
    let names = target.names(found.family);
    let text = render(&clusters[0], &names.context, &api, args.output);
    context.print(&text)?;
    Ok(Exit::Done)
}

/// What the API server says of itself and its nodes. That it does not answer is a result, not a failure.
async fn ask(engine: &Engine, found: &Found) -> Value {
    let silent = |why: String| json!({"answers": false, "why": why});
    if found.family.control_plane(&found.containers).is_none() {
        return silent("there is no control plane".into());
    }
    let access = match target::admin_access(engine, found.family, &found.containers, false).await {
        Ok(Some(access)) => access,
        Ok(None) => return silent("the control plane was never set up".into()),
        Err(error) => return silent(crate::error::chain(&error)),
    };
    let server = access.server.clone();
    let questions = async {
        let api = k8s::connect::from_parts(
            &access.server,
            &access.ca,
            &access.certificate,
            access.key.expose(),
        )?;
        let (version, nodes) = tokio::try_join!(api.get("/version"), api.get("/api/v1/nodes"))?;
        Ok::<_, k8s::Error>((version, nodes))
    };
    match tokio::time::timeout(PATIENCE, questions).await {
        Ok(Ok((version, nodes))) => {
            let states: Value = nodes["items"]
                .as_array()
                .into_iter()
                .flatten()
                .map(node_state)
                .collect();
            json!({"answers": true, "server": server, "version": version["gitVersion"], "nodes": states})
        }
        Ok(Err(error)) => silent(crate::error::chain(&error)),
        Err(_) => silent(format!(
            "no answer from {server} within {} s",
            PATIENCE.as_secs()
        )),
    }
}

fn node_state(node: &Value) -> (String, Value) {
    let conditions = node["status"]["conditions"].as_array();
    let ready = conditions
        .into_iter()
        .flatten()
        .find(|condition| condition["type"] == "Ready");
    let name = node["metadata"]["name"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    (
        name,
        json!(ready.is_some_and(|ready| ready["status"] == "True")),
    )
}

fn render(cluster: &ClusterSummary, context: &str, api: &Value, format: Format) -> String {
    let value = || {
        let mut value = json!(cluster);
        value["context"] = json!(context);
        value["api"] = api.clone();
        value
    };
    match format {
        Format::Json => format!("{:#}\n", value()),
        Format::Yaml => crate::yaml::to_yaml(&value()),
        Format::Name => format!("{}\n", cluster.name),
        Format::Table => {
            let server = match api["answers"].as_bool() {
                Some(true) => format!(
                    "{} ({})",
                    api["server"].as_str().unwrap_or_default(),
                    api["version"].as_str().unwrap_or_default()
                ),
                _ => format!("not answering: {}", api["why"].as_str().unwrap_or_default()),
            };
            let rows: Vec<Vec<String>> = cluster
                .nodes
                .iter()
                .map(|node| {
                    let ready = match api["nodes"][&node.name].as_bool() {
                        Some(true) => "yes",
                        Some(false) => "no",
                        None => "-",
                    };
                    let address = node.address.clone().unwrap_or_else(|| "-".into());
                    vec![
                        node.name.clone(),
                        node.role.clone(),
                        ready.into(),
                        address,
                        node.state.clone(),
                        node.image.clone(),
                    ]
                })
                .collect();
            format!(
                "name:          {}\ndistribution:  {}\nstatus:        {}\ncontext:       {context}\nserver:        {server}\n\n{}",
                cluster.name,
                cluster.distribution,
                cluster.status,
                table(
                    &["NODE", "ROLE", "READY", "ADDRESS", "STATE", "IMAGE"],
                    &rows
                ),
            )
        }
    }
}
