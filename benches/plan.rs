//! From a configuration to the steps that make a cluster: what `cluster create` computes before it calls the Engine.
#![expect(
    clippy::unwrap_used,
    reason = "a bench that cannot set up its input should stop"
)]

use std::collections::BTreeMap;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use ksail::cluster::diff;
use ksail::cluster::kind::desired::{Input, desired};
use ksail::cluster::observed::{HostFacts, Observed, Snapshot};
use ksail::cluster::plan::{self, WaitFor};
use ksail::config::kind::{KindConfig, KindNode, Role};
use ksail::env::EnvMap;

fn plan(criterion: &mut Criterion) {
    let env = EnvMap::default();
    let snapshot = Snapshot {
        containers: Vec::new(),
        network: Observed::Absent,
        images: BTreeMap::new(),
        host: HostFacts::default(),
    };
    for workers in [1, 20] {
        let mut config = KindConfig::default();
        let nodes = std::iter::repeat_with(|| KindNode::new(Role::Worker));
        config.nodes.extend(nodes.take(workers));
        criterion.bench_function(&format!("plan/{workers} workers"), |bencher| {
            bencher.iter(|| {
                let wanted = desired(&Input {
                    cluster: "bench",
                    config: black_box(&config),
                    host: &snapshot.host,
                    env: &env,
                    network: None,
                    free_port: &|_| Some(6443),
                });
                let change = diff::compare(&wanted, &snapshot, false).unwrap();
                plan::create(&wanted, &snapshot, &change, WaitFor::System, "kind-bench")
            });
        });
    }
}

criterion_group!(benches, plan);
criterion_main!(benches);
