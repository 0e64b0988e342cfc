//! What a k3d.yaml may say and how it is refused.

mod filters;
mod flags;
mod options;
mod ports;
mod secrets;
mod values;
mod volumes;
mod whole;

use std::path::Path;

use super::{Counts, K3dConfig, check, decode};
use crate::config::Error;
use crate::error::Hint;
use crate::yaml::{Source, load_untyped};

const THREE_TWO: Counts = counts(3, 2, true);

const fn counts(servers: u32, agents: u32, load_balancer: bool) -> Counts {
    Counts {
        servers,
        agents,
        load_balancer,
    }
}

fn try_decode(body: &str) -> Result<K3dConfig, Error> {
    let text = format!("kind: Simple\napiVersion: k3d.io/v1alpha5\n{body}");
    let source = Source::new("k3d.yaml");
    let root = load_untyped(&text, &source).unwrap().remove(0);
    decode(&root, &source, Path::new("/work/dir"))
}

#[track_caller]
fn decoded(body: &str) -> K3dConfig {
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

/// What [`check`] has against a body that can be decoded.
#[track_caller]
fn unfit(body: &str, counts: Counts) -> String {
    check(&decoded(body), counts).unwrap_err().to_string()
}

#[track_caller]
fn fit(body: &str, counts: Counts) {
    if let Err(error) = check(&decoded(body), counts) {
        panic!("{error}");
    }
}
