//! A kustomization of many Deployments, from files to objects: what `workload build` computes. The overlay is that of
//! `benches/kustomize`, which compares with kustomize.
#![expect(
    clippy::unwrap_used,
    reason = "a bench that cannot set up its input should stop"
)]

#[path = "support/allocator.rs"]
mod allocator;

use std::fmt::Write as _;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ksail::fsx;
use ksail::workload::{KustomizationOptions, build_kustomization};
use tempfile::TempDir;

/// Namespace, prefix, image, labels and a JSON patch for all objects.
const OVERLAY: &str = "resources: [../base]
namespace: bench
namePrefix: stage-
images: [{name: nginx, newTag: '1.29'}]
labels: [{pairs: {team: bench, tier: web}, includeSelectors: true}]
patches:
- target: {kind: Deployment}
  patch: '[{op: replace, path: /spec/replicas, value: 3}]'
";

/// A folder with a base of so many Deployments and an overlay.
fn tree(deployments: usize) -> TempDir {
    let mut text = String::new();
    for number in 0..deployments {
        write!(
            text,
            "---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web-{number}\nspec:\n  replicas: 1\n  \
             selector:\n    matchLabels:\n      app: web-{number}\n  template:\n    metadata:\n      labels:\n        \
             app: web-{number}\n    spec:\n      containers:\n        - name: main\n          image: nginx:1.27\n          \
             env:\n            - name: MODE\n              value: bench\n"
        )
        .unwrap();
    }
    let folder = TempDir::new().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fsx::create_dirs(path.parent().unwrap()).unwrap();
        fsx::write_atomic(&path, text.as_bytes(), 0o644).unwrap();
    };
    write("base/kustomization.yaml", "resources: [all.yaml]\n");
    write("base/all.yaml", &text);
    write("overlay/kustomization.yaml", OVERLAY);
    folder
}

fn overlay(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("overlay");
    group.sample_size(10);
    for deployments in [1_000, 10_000] {
        let folder = tree(deployments);
        let overlay = folder.path().join("overlay");
        group.throughput(Throughput::Elements(deployments as u64));
        group.bench_function(format!("{deployments} Deployments"), |bencher| {
            bencher.iter(|| {
                let built = build_kustomization(&overlay, KustomizationOptions::default());
                assert_eq!(built.unwrap().len(), deployments);
            });
        });
    }
    group.finish();
}

criterion_group!(benches, overlay);
criterion_main!(benches);
