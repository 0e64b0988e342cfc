//! What a kind.yaml may say and how it is refused.

mod network;
mod patches;
mod values;
mod whole;

use std::path::Path;

use super::{KindConfig, decode};
use crate::config::Error;
use crate::error::Hint;
use crate::yaml::{Source, load_untyped};

fn try_decode(body: &str) -> Result<KindConfig, Error> {
    let text = format!("kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n{body}");
    let source = Source::new("kind.yaml");
    let root = load_untyped(&text, &source).unwrap().remove(0);
    decode(&root, &source, Path::new("/work/dir"))
}

#[track_caller]
fn decoded(body: &str) -> KindConfig {
    try_decode(body).unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn refused(body: &str) -> String {
    try_decode(body).unwrap_err().to_string()
}

#[track_caller]
fn hint(body: &str) -> Option<String> {
    try_decode(body).unwrap_err().hint().map(String::from)
}
