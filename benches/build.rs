//! From texts to waves of objects: what `workload apply` computes before it calls the API server.
#![expect(
    clippy::unwrap_used,
    reason = "a bench that cannot set up its input should stop"
)]

#[path = "support/allocator.rs"]
mod allocator;
#[path = "support/manifests.rs"]
mod manifests;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use ksail::workload::build::{drop_repetitions, expand_documents, parse_texts};
use ksail::workload::discover::Text;
use ksail::workload::order::order_objects;
use ksail::yaml::Source;

fn build(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("build");
    group.sample_size(20);
    for documents in [1_000, 10_000] {
        let text = Text {
            source: Source::new("bench"),
            text: manifests::yaml(documents),
        };
        group.throughput(Throughput::Bytes(text.text.len() as u64));
        group.bench_function(format!("{documents} documents"), |bencher| {
            bencher.iter_batched(
                || vec![text.clone()],
                |texts| {
                    let built = expand_documents(parse_texts(texts).unwrap()).unwrap();
                    order_objects(drop_repetitions(built.objects).unwrap())
                },
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, build);
criterion_main!(benches);
