//! Manifests and what is found in them.

mod custom;
mod definitions;
mod objects;
mod whole;

use super::{Catalog, Checked, Options, Release, UnknownFields, check_documents};
use crate::workload::build::parse_texts;
use crate::workload::discover::Text;
use crate::yaml::Source;

const STRICT: Options = Options {
    ignore_missing_schemas: false,
    unknown_fields: UnknownFields::Error,
};

/// What is found in one text, as it is.
fn check(text: &str, options: Options) -> Checked {
    let parsed = parse_texts(vec![Text {
        source: Source::new("a.yaml"),
        text: text.to_owned(),
    }]);
    let mut catalog = Catalog::bundled(Release::NEWEST).unwrap();
    check_documents(&parsed.unwrap(), &mut catalog, options)
}

/// Findings without the name of the file.
fn findings(text: &str) -> Vec<String> {
    let found = check(text, STRICT).findings.into_iter();
    found
        .map(|finding| {
            finding
                .to_string()
                .strip_prefix("a.yaml:")
                .unwrap()
                .to_owned()
        })
        .collect()
}

/// A ConfigMap, a Pod and so on of which only this is of interest.
fn object(kind: &str, rest: &str) -> String {
    let version = match kind {
        "Deployment" | "StatefulSet" => "apps/v1",
        "NetworkPolicy" | "Ingress" => "networking.k8s.io/v1",
        _ => "v1",
    };
    format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{name: x}}\n{rest}")
}
