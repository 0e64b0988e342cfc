//! Manifests mean the same to ksail as to `kubectl` and to programs that use sigs.k8s.io/yaml: ksail's reader and theirs
//! are given the same texts, thousands of generated ones and all manifests at hand.
//!
//! What is different on purpose is listed in docs/design/yaml.md, and in [`compare::deliberate`].

mod compare;
mod manifests;
mod readers;

#[path = "../../support/texts.rs"]
mod texts;

use compare::{Tally, Verdict, verdict};
use texts::Dice;

/// Texts that the readers get at a time.
const BATCH: usize = 20_000;

/// Asks all readers about all texts and fails if one disagrees about the meaning.
fn compared(texts: &[String]) -> Tally {
    let mut tally = Tally::default();
    for batch in texts.chunks(BATCH) {
        for (text, answer) in batch.iter().zip(readers::ask(batch)) {
            tally.add(text, verdict(text, &answer));
        }
    }
    eprintln!("{tally}");
    assert!(tally.different.is_empty(), "readers disagree:\n{}", tally.different.join("\n"));
    tally
}

#[test]
#[ignore = "needs go (make testbed)"]
fn scalars_mean_the_same_as_to_kubectl() {
    let mut dice = Dice::new(11);
    let mut scalars = texts::plain_scalars();
    scalars.extend((0..4_000).map(|_| texts::number_like(&mut dice)));
    let mut texts: Vec<String> = scalars.iter().flat_map(|scalar| texts::around(scalar)).collect();
    texts.extend(texts::block_scalars(&mut dice));
    let tally = compared(&texts);
    assert!(tally.same > 50_000, "{tally}");
}

#[test]
#[ignore = "needs go (make testbed)"]
fn documents_mean_the_same_as_to_kubectl() {
    let mut dice = Dice::new(12);
    let mut texts: Vec<String> = (0..10_000).map(|_| texts::documents(&mut dice)).collect();
    let damaged: Vec<String> = texts.iter().map(|text| texts::damaged(&mut dice, text)).collect();
    texts.extend(damaged);
    let tally = compared(&texts);
    assert!(tally.same > 7_500, "{tally}");
}

#[test]
#[ignore = "needs go (make testbed)"]
fn real_manifests_mean_the_same_as_to_kubectl() {
    let texts = manifests::at_hand();
    let tally = compared(&texts);
    assert!(tally.same > 500, "{tally}");
    assert_eq!(tally.count(Verdict::OnlyTheyRead), 0, "{tally}");
}
pub fn explore() {
    use std::collections::BTreeMap;
    let mut dice = Dice::new(11);
    let mut scalars = texts::plain_scalars();
    scalars.extend((0..4_000).map(|_| texts::number_like(&mut dice)));
    let scalars: Vec<String> = scalars.iter().flat_map(|scalar| texts::around(scalar)).collect();
    let blocks = texts::block_scalars(&mut dice);
    let mut dice = Dice::new(12);
    let docs: Vec<String> = (0..10_000).map(|_| texts::documents(&mut dice)).collect();
    let damaged: Vec<String> = docs.iter().map(|text| texts::damaged(&mut dice, text)).collect();
    let real = manifests::at_hand();
    for (name, set) in [("scalars", scalars), ("blocks", blocks), ("docs", docs), ("damaged", damaged), ("real", real)] {
        let mut seen: BTreeMap<String, (usize, Vec<String>)> = BTreeMap::new();
        for batch in set.chunks(BATCH) {
            for (text, answer) in batch.iter().zip(readers::ask(batch)) {
                let v = verdict(text, &answer);
                let ours = ksail::yaml::load(text, &ksail::yaml::Source::new("t"));
                let why = match (&v, &ours) {
                    (Verdict::OnlyTheyRead, Err(e)) => format!("{v:?} {}", e.kind),
                    (Verdict::OnlyWeRead, _) => format!("{v:?} {}", answer.kubectl.error.split(':').skip(1).filter(|p| !p.trim().starts_with("line")).collect::<String>().chars().filter(|c| !c.is_ascii_digit()).collect::<String>()),
                    _ => format!("{v:?}"),
                };
                let e = seen.entry(why).or_default();
                e.0 += 1;
                if e.1.len() < 12 && !matches!(v, Verdict::Same | Verdict::BothRefuse) {
                    let o = match ours { Ok(d) => format!("{}", serde_json::Value::from(d.into_iter().map(|n| n.into_json()).collect::<Vec<_>>())), Err(e) => e.to_string() };
                    let mut t = format!("    {text:?}\n        ours {o}\n        kubectl {} {}\n        sigs {:?} {}", serde_json::Value::from(answer.kubectl.documents.clone()), answer.kubectl.error, answer.sigs.documents, answer.sigs.error);
                    if t.len() > 900 { t = t.chars().take(900).collect(); }
                    e.1.push(t);
                }
            }
        }
        println!("== {name}: {}", set.len());
        for (k, (n, ex)) in seen { println!("  {n:6} {k}"); for e in ex { println!("{e}"); } }
    }
}
