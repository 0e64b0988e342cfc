//! A short notation for the rules that are built in.
//!
//! A line is a list of kinds, a path, and `+` if missing parts are made. A kind is written `Kind.group@version` with or
//! without the last two; `*` is any. In a path `{a,b}` stands for each of the two, and `{pod}` for the place where the
//! kind has the specification of its pods.

use super::super::fieldspec::FieldSpec;
use super::super::gvk::Gvk;
use super::model::BackReferences;

/// The specifications of a table.
pub(super) fn specs(table: &str) -> Vec<FieldSpec> {
    table.lines().flat_map(line).collect()
}

/// A table in which a line that begins with `>` names the kind that the next ones refer to.
pub(super) fn references(table: &str) -> Vec<BackReferences> {
    let mut found: Vec<BackReferences> = Vec::new();
    for row in table.lines() {
        match (row.trim().strip_prefix('>'), found.last_mut()) {
            (Some(target), _) => found.push(BackReferences {
                gvk: gvk(target.trim()),
                referrers: Vec::new(),
            }),
            (None, Some(last)) => last.referrers.extend(line(row)),
            (None, None) => {}
        }
    }
    found
}

fn line(line: &str) -> Vec<FieldSpec> {
    let mut words = line.split_whitespace();
    let (Some(kinds), Some(path)) = (words.next(), words.next()) else {
        return Vec::new();
    };
    let create = words.next() == Some("+");
    let mut specs = Vec::new();
    for kind in kinds.split(',') {
        let gvk = gvk(kind);
        let path = path.replace("{pod}", pod_of(&gvk.kind));
        for path in alternatives(&path) {
            specs.push(FieldSpec {
                gvk: gvk.clone(),
                path,
                create,
            });
        }
    }
    specs
}

fn gvk(text: &str) -> Gvk {
    let (text, version) = text.split_once('@').unwrap_or((text, ""));
    let (kind, group) = text.split_once('.').unwrap_or((text, ""));
    Gvk {
        group: group.to_owned(),
        version: version.to_owned(),
        kind: kind.trim_start_matches('*').to_owned(),
    }
}

/// Where a kind has the specification of its pods.
fn pod_of(kind: &str) -> &'static str {
    match kind {
        "Pod" => "spec",
        "PodTemplate" => "template/spec",
        "CronJob" => "spec/jobTemplate/spec/template/spec",
        _ => "spec/template/spec",
    }
}

/// What a path with `{a,b}` stands for.
fn alternatives(path: &str) -> Vec<String> {
    let parts = path
        .split_once('{')
        .and_then(|(before, rest)| Some((before, rest.split_once('}')?)));
    match parts {
        Some((before, (choices, behind))) => choices
            .split(',')
            .flat_map(|choice| alternatives(&format!("{before}{choice}{behind}")))
            .collect(),
        None => vec![path.to_owned()],
    }
}
