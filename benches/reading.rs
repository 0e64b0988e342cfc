//! Reading manifests: bytes per second of 10 000 documents, in YAML and JSON, and how many allocations that takes.
//!
//! Everything is single-threaded, so the throughput is that of one core. Before it measures time, the bench prints the
//! number of allocations beside that of `serde_yaml` reading the same text into `serde_json` values, and fails if ours is
//! not at least 30 % below.
#![expect(
    clippy::unwrap_used,
    reason = "a bench that cannot set up its input should stop"
)]
#![expect(clippy::print_stderr, reason = "figures are what a bench is for")]

#[path = "support/manifests.rs"]
mod manifests;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ksail::yaml::{self, Source};
use serde::Deserialize as _;
use serde_json::Value;

const DOCUMENTS: usize = 10_000;

fn nodes(text: &str) -> Vec<yaml::Node> {
    yaml::load(text, &Source::new("bench")).unwrap()
}

fn values(text: &str) -> Vec<Value> {
    nodes(text).into_iter().map(yaml::Node::into_json).collect()
}

fn serde_yaml(text: &str) -> Vec<Value> {
    serde_yaml::Deserializer::from_str(text)
        .map(|document| Value::deserialize(document).unwrap())
        .collect()
}

fn compare_allocations(text: &str) {
    let ours = allocation_counter::measure(|| drop(values(text))).count_total;
    let theirs = allocation_counter::measure(|| drop(serde_yaml(text))).count_total;
    let percent = ours * 100 / theirs;
    eprintln!("allocations: {ours}, serde_yaml {theirs}: {percent} %");
    assert!(
        percent <= 70,
        "{percent} % of the allocations of serde_yaml"
    );
}

/// Says how many allocations JSON takes; nobody has promised how few.
fn count_allocations(text: &str, documents: usize) {
    let ours = allocation_counter::measure(|| drop(values(text))).count_total;
    eprintln!("allocations of JSON: {ours} for {documents} documents");
}

fn reading(criterion: &mut Criterion) {
    let yaml = manifests::yaml(DOCUMENTS);
    let documents = values(&yaml);
    let mut json = String::new();
    for document in &documents {
        json.extend([&document.to_string(), "\n"]);
    }
    compare_allocations(&yaml);
    count_allocations(&json, documents.len());

    let mut group = criterion.benchmark_group("reading");
    group.sample_size(20);
    for (name, text) in [("yaml", &yaml), ("json", &json)] {
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(format!("{name}/nodes"), |bencher| {
            bencher.iter_with_large_drop(|| nodes(text));
        });
        group.bench_function(format!("{name}/values"), |bencher| {
            bencher.iter_with_large_drop(|| values(text));
        });
    }
    group.throughput(Throughput::Bytes(yaml.len() as u64));
    group.bench_function("yaml/serde_yaml", |bencher| {
        bencher.iter_with_large_drop(|| serde_yaml(&yaml));
    });
    group.finish();
}

criterion_group!(benches, reading);
criterion_main!(benches);
