//! Rows as text, in the form asked for.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

use crate::cli::workload::{Status as Args, StatusOutput};
use crate::text::lines;
use crate::ui::table::table;
use crate::workload::status::{HEADINGS, Status};
use crate::yaml::to_yaml;

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}

fn as_table(rows: &[Status]) -> String {
    let now = now();
    let cells: Vec<Vec<String>> = rows.iter().map(|row| row.cells(now)).collect();
    table(&HEADINGS, &cells)
}

/// All rows in the form asked for.
pub(super) fn all(rows: &[Status], args: &Args) -> String {
    let document = || json!({ "objects": rows.iter().map(Status::row).collect::<Vec<_>>() });
    match args.output {
        StatusOutput::Table => as_table(rows),
        StatusOutput::Name => lines(rows.iter().map(|row| &row.id)),
        StatusOutput::Json if args.watch => lines(rows.iter().map(Status::row)),
        StatusOutput::Json => format!("{:#}\n", document()),
        StatusOutput::Yaml if args.watch => {
            let documents = rows
                .iter()
                .map(|row| format!("---\n{}", to_yaml(&row.row())));
            documents.collect()
        }
        StatusOutput::Yaml => to_yaml(&document()),
    }
}

/// One row in the form asked for; in a table it lines up with the others.
pub(super) fn one(rows: &[Status], index: usize, args: &Args) -> String {
    if args.output == StatusOutput::Table {
        let table = as_table(rows);
        let line = table.lines().nth(index + 1).unwrap_or_default();
        return format!("{line}\n");
    }
    all(&rows[index..=index], args)
}
