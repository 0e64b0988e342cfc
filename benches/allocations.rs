//! How many allocations reading 10 000 manifests takes: printed beside the number of `serde_yaml`, which reads the same
//! text into `serde_json` values. Fails if ours is not at least 30 % below.
//!
//! It stands apart from `reading`, whose times are those of the program's own allocator.
#![expect(clippy::print_stderr, reason = "figures are what a bench is for")]
#![expect(
    clippy::unwrap_used,
    reason = "a bench that cannot set up its input should stop"
)]

#[path = "support/manifests.rs"]
mod manifests;
#[path = "support/readers.rs"]
mod readers;

use allocation_counter::measure;
use readers::{serde_yaml, values};

fn main() {
    let yaml = manifests::yaml(readers::MANY);
    let ours = measure(|| drop(values(&yaml))).count_total;
    let theirs = measure(|| drop(serde_yaml(&yaml))).count_total;
    let percent = ours * 100 / theirs;
    eprintln!("YAML: {ours} allocations, serde_yaml {theirs}: {percent} %");

    // Nobody has promised how few these are.
    let json = readers::json(&yaml);
    let ours = measure(|| drop(values(&json))).count_total;
    eprintln!("JSON: {ours} allocations");

    assert!(
        percent <= 70,
        "{percent} % of the allocations of serde_yaml"
    );
}
