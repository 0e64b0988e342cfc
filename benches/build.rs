//! From texts to waves of objects: what `workload apply` computes before it calls the API server.
#![expect(
    clippy::unwrap_used,
    reason = "a bench that cannot set up its input should stop"
)]

use std::fmt::Write;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use ksail::workload::build::{drop_repetitions, expand_documents, parse_texts};
use ksail::workload::discover::Text;
use ksail::workload::order::order_objects;
use ksail::yaml::Source;

/// One text with so many documents: deployments, configuration and services in turn.
fn manifests(documents: usize) -> Text {
    let mut text = String::new();
    for number in 0..documents {
        let (version, kind, body) = match number % 3 {
            0 => (
                "apps/v1",
                "Deployment",
                "spec:\n  replicas: 2\n  selector:\n    matchLabels: {app: bench}\n  template:\n    \
                 metadata:\n      labels: {app: bench}\n    spec:\n      containers:\n        - name: main\n          \
                 image: example.org/bench:v1\n          resources:\n            requests: {cpu: 100m, memory: 64Mi}\n",
            ),
            1 => (
                "v1",
                "ConfigMap",
                "data:\n  mode: \"0644\"\n  text: |\n    one\n    two\n    three\n",
            ),
            _ => (
                "v1",
                "Service",
                "spec:\n  selector: {app: bench}\n  ports:\n    - port: 80\n      targetPort: 8080\n",
            ),
        };
        write!(
            text,
            "---\napiVersion: {version}\nkind: {kind}\nmetadata:\n  name: bench-{number}\n  namespace: bench\n{body}"
        )
        .unwrap();
    }
    Text {
        source: Source::new("bench"),
        text,
    }
}

fn build(criterion: &mut Criterion) {
    let text = manifests(1_000);
    criterion.bench_function("build/1000 documents", |bencher| {
        bencher.iter_batched(
            || vec![text.clone()],
            |texts| {
                let built = expand_documents(parse_texts(texts).unwrap()).unwrap();
                order_objects(drop_repetitions(built.objects).unwrap()).unwrap()
            },
            BatchSize::LargeInput,
        );
    });
}

criterion_group!(benches, build);
criterion_main!(benches);
