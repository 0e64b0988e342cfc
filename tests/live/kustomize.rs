//! ksail's kustomizations are kustomize's: both build the same trees, thousands of generated ones and the corpus in
//! testdata/kustomize, and come to the same objects in the same order, or both refuse.
//!
//! `KSAIL_CASES` sets how many trees are made, `KSAIL_SEED` the first seed; the same seed makes the same tree.

mod case;
mod compare;
mod corpus;
mod making;
mod objects;
mod oracle;
mod ours;
mod patches;
mod pods;
mod replacing;
mod settings;
mod shrink;
mod trees;
mod yaml;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use compare::{difference, gist};
use oracle::Oracle;

use crate::reading::texts::Dice;

/// Kinds of differences that are shrunk and shown.
const SHOWN: usize = 12;

fn number(variable: &str, default: u64) -> u64 {
    let set = std::env::var(variable).ok();
    set.map_or(default, |text| text.parse().unwrap())
}

#[test]
#[ignore = "needs go (make testbed)"]
fn generated_trees_build_alike() {
    let mut oracle = Oracle::start();
    let first = number("KSAIL_SEED", 1);
    let mut valid: u64 = 0;
    let mut refused: BTreeMap<String, u64> = BTreeMap::new();
    let mut found: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let count = number("KSAIL_CASES", 1_500);
    for seed in first..first + count {
        let case = trees::case(&mut Dice::new(seed));
        let theirs = oracle.build(&case);
        match &theirs {
            Ok(_) => valid += 1,
            Err(why) => *refused.entry(gist(why)).or_default() += 1,
        }
        if let Some(kind) = difference(&case, &theirs, &ours::build(&case)) {
            found.entry(kind).or_default().push(seed);
        }
    }
    eprintln!("{valid} of {count} trees are valid; why others are not:");
    let mut refused: Vec<(String, u64)> = refused.into_iter().collect();
    refused.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
    for (why, times) in refused.iter().take(SHOWN) {
        eprintln!("{times:5} {why}");
    }
    let differing: usize = found.values().map(Vec::len).sum();
    let mut kinds: Vec<(String, Vec<u64>)> = found.into_iter().collect();
    kinds.sort_by_key(|(_, seeds)| std::cmp::Reverse(seeds.len()));
    let mut report = String::new();
    for (at, (kind, seeds)) in kinds.iter().enumerate() {
        writeln!(report, "## {kind}: {} (seed {})", seeds.len(), seeds[0]).unwrap();
        if at < SHOWN {
            report.push_str(&shown(&mut oracle, seeds[0], kind));
        }
    }
    assert!(
        kinds.is_empty(),
        "{differing} of {count} trees differ:\n{report}"
    );
    assert!(valid * 5 > count * 2, "too many trees are not valid");
}

/// The smallest tree that differs like that of a seed.
fn shown(oracle: &mut Oracle, seed: u64, kind: &str) -> String {
    let whole = trees::case(&mut Dice::new(seed));
    let mut alike = |case: &case::Case| {
        difference(case, &oracle.build(case), &ours::build(case)).is_some_and(|found| found == kind)
    };
    let small = shrink::shrunk(&whole, &mut alike);
    let show = |outcome: oracle::Outcome| match outcome {
        Ok(objects) => objects.iter().fold(String::new(), |text, object| {
            text + &object.to_string() + "\n"
        }),
        Err(why) => format!("{why}\n"),
    };
    let (theirs, ours) = (show(oracle.build(&small)), show(ours::build(&small)));
    format!("{small}-- kustomize\n{theirs}-- ksail\n{ours}\n")
}
