//! `ksail cluster list`: one label-filtered call for each distribution, whoever created the clusters.

use serde_json::json;

use super::target;
use crate::cli::cluster::{Format, List};
use crate::cluster::summary::ClusterSummary;
use crate::context::Context;
use crate::error::Error;
use crate::exit::Exit;
use crate::text;
use crate::ui::table::table;

/// Runs the command.
pub async fn run(args: &List, mut context: Context<'_>) -> Result<Exit, Error> {
    let engine = context.engine().await?;
    let clusters = target::clusters(&engine).await?;
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
                    let (running, nodes) = cluster.count();
                    vec![
                        cluster.name.clone(),
                        cluster.distribution.clone(),
                        cluster.status.to_string(),
                        format!("{running}/{nodes}"),
                        cluster
                            .nodes
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
