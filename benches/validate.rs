//! What `workload validate` computes: documents along their schemas.
#![expect(
    clippy::unwrap_used,
    reason = "a bench that cannot set up its input should stop"
)]

#[path = "support/allocator.rs"]
mod allocator;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ksail::workload::build::parse_texts;
use ksail::workload::discover::Text;
use ksail::workload::validate::{Catalog, Options, Release, UnknownFields, check_documents};
use ksail::yaml::Source;

const OPTIONS: Options = Options {
    ignore_missing_schemas: false,
    unknown_fields: UnknownFields::Error,
};

/// One text with so many valid documents: pods with all their fields, deployments, configuration and services in turn.
fn manifests(documents: usize) -> String {
    let pod = include_str!("../testdata/validate/pods.yaml");
    let kinds = [
        pod.to_owned(),
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: valid\nspec:\n  replicas: 2\n  selector:\n    matchLabels: {app: bench}\n  \
         template:\n    metadata:\n      labels: {app: bench}\n    spec:\n      containers:\n        - name: main\n          \
         image: example.org/bench:v1\n          resources:\n            requests: {cpu: 100m, memory: 64Mi}\n"
            .to_owned(),
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: valid\ndata:\n  mode: \"0644\"\n  text: |\n    one\n    two\n".to_owned(),
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: valid\nspec:\n  selector: {app: bench}\n  ports:\n    - port: 80\n      \
         targetPort: 8080\n"
            .to_owned(),
    ];
    let documents = (0..documents).map(|number| {
        let document = &kinds[number % kinds.len()];
        format!(
            "---\n{}",
            document.replacen("name: valid", &format!("name: valid-{number}"), 1)
        )
    });
    documents.collect()
}

fn validate(criterion: &mut Criterion) {
    let text = manifests(10_000);
    let mut group = criterion.benchmark_group("validate");
    group.sample_size(20);
    group.bench_function("unpack a release", |bencher| {
        bencher.iter(|| Catalog::bundled(Release::NEWEST).unwrap());
    });
    group.throughput(Throughput::Bytes(text.len() as u64));
    let texts = || {
        vec![Text {
            source: Source::new("bench"),
            text: text.clone(),
        }]
    };
    let parsed = parse_texts(texts()).unwrap();
    let mut catalog = Catalog::bundled(Release::NEWEST).unwrap();
    let checked = check_documents(&parsed, &mut catalog, OPTIONS);
    assert_eq!((checked.objects, checked.findings.len()), (10_000, 0));
    group.bench_function("check 10000 documents", |bencher| {
        bencher.iter(|| check_documents(&parsed, &mut catalog, OPTIONS));
    });
    group.bench_function("parse and check 10000 documents", |bencher| {
        bencher.iter(|| check_documents(&parse_texts(texts()).unwrap(), &mut catalog, OPTIONS));
    });
    group.finish();
}

criterion_group!(benches, validate);
criterion_main!(benches);
