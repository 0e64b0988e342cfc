//! `ksail cluster list`: one label-filtered call, whoever created the clusters.

use serde_json::json;

use crate::cli::cluster::{Format, List};
use crate::cluster::kind::desired::LABELS;
use crate::cluster::summary::{self, ClusterSummary};
use crate::context::Context;
use crate::docker;
use crate::error::Error;
use crate::exit::Exit;
use crate::text;
use crate::ui::table::table;

/// Runs the command.
pub async fn run(args: &List, mut context: Context<'_>) -> Result<Exit, Error> {
    let engine = context.engine().await?;
    let containers = docker::snapshot::list_labelled(&engine, LABELS.cluster).await?;
    let clusters = summary::clusters(&LABELS, &containers);
    if clusters.is_empty() && args.output == Format::Table {
        context.events.note("no clusters");
        return Ok(Exit::Done);
    }
    context.print(&render(&clusters, args.output))?;
    Ok(Exit::Done)
}

fn render(clusters: &[ClusterSummary], format: Format) -> String {
    let value = || json!(clusters);
    match format {
        Format::Json => format!("{:#}\n", value()),
        Format::Yaml => crate::yaml::to_yaml(&value()),
        Format::Name => text::lines(clusters.iter().map(|cluster| cluster.name.as_str())),
        Format::Table => {
            let rows: Vec<Vec<String>> = clusters
                .iter()
                .map(|cluster| {
                    let nodes = &cluster.nodes;
                    let running = nodes.iter().filter(|node| node.running).count();
                    vec![
                        cluster.name.clone(),
                        cluster.distribution.clone(),
                        cluster.status.to_string(),
                        format!("{running}/{}", nodes.len()),
                        nodes
                            .first()
                            .map(|node| node.image.clone())
                            .unwrap_or_default(),
                    ]
                })
                .collect();
            table(&["NAME", "DISTRIBUTION", "STATUS", "NODES", "IMAGE"], &rows)
        }
    }
}
