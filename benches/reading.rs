//! Reading manifests: bytes per second of 10 000 documents, in YAML and JSON.
//!
//! Everything is single-threaded, so the throughput is that of one core. `allocations` counts what it allocates.
#![expect(
    clippy::unwrap_used,
    reason = "a bench that cannot set up its input should stop"
)]

#[path = "support/allocator.rs"]
mod allocator;
#[path = "support/manifests.rs"]
mod manifests;
#[path = "support/readers.rs"]
mod readers;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use readers::{nodes, serde_yaml, values};

fn reading(criterion: &mut Criterion) {
    let yaml = manifests::yaml(readers::MANY);
    let json = readers::json(&yaml);
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
        group.bench_function(format!("{name}/values and drop"), |bencher| {
            bencher.iter(|| values(text));
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
