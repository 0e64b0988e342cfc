//! From a configuration to the steps that make a cluster: what `cluster create` computes before it calls the Engine.
#![expect(
    clippy::unwrap_used,
    reason = "a bench that cannot set up its input should stop"
)]

#[path = "support/allocator.rs"]
mod allocator;

use std::collections::BTreeMap;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use ksail::cluster::blueprint::Facts;
use ksail::cluster::diff;
use ksail::cluster::family::FAMILIES;
use ksail::cluster::observed::{HostFacts, Observed, Snapshot};
use ksail::cluster::plan::{self, WaitFor, Wishes};
use ksail::env::EnvMap;
use ksail::settings::{Origin, Sourced, Wanted};

fn plan(criterion: &mut Criterion) {
    let (env, files) = (EnvMap::default(), BTreeMap::new());
    let snapshot = Snapshot {
        containers: Vec::new(),
        network: Observed::Absent,
        bridges: Vec::new(),
        images: BTreeMap::new(),
        host: HostFacts::default(),
    };
    let facts = Facts {
        snapshot: &snapshot,
        env: &env,
        files: &files,
        recovered: None,
        routes: &[],
        free_port: &|_| Some(6443),
        random: &|count| vec![7; count],
        now: time::OffsetDateTime::UNIX_EPOCH,
    };
    let wishes = Wishes {
        wait: WaitFor::System,
        context: Some("bench".into()),
    };
    for family in FAMILIES {
        let name = Sourced::new("bench".to_owned(), Origin::Default);
        for workers in [1, 20] {
            let wanted = Wanted {
                workers: Some(Sourced::new(workers, Origin::Flag("--workers"))),
                ..Wanted::default()
            };
            let (config, _) = family.configure(None, &name, &wanted).unwrap();
            let distribution = family.format().distribution;
            criterion.bench_function(
                &format!("plan/{distribution}/{workers} workers"),
                |bencher| {
                    bencher.iter(|| {
                        let blueprint = family.blueprint("bench", black_box(&config));
                        let bound = blueprint.bind(&facts).unwrap();
                        let change = diff::compare(bound.desired(), &snapshot, false).unwrap();
                        plan::create(bound.as_ref(), &snapshot, &change, &wishes)
                    });
                },
            );
        }
    }
}

criterion_group!(benches, plan);
criterion_main!(benches);
