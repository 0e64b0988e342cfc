//! Manifests mean the same to ksail as to `kubectl` and to programs that use sigs.k8s.io/yaml: ksail's reader and theirs
//! are given the same texts, thousands of generated ones and all manifests at hand.
//!
//! What is different on purpose is listed in docs/design/yaml.md, and in [`compare::deliberate`].

mod compare;
mod manifests;
mod readers;

#[path = "../../support/texts/mod.rs"]
pub(super) mod texts;

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
    assert!(
        tally.different.is_empty(),
        "readers disagree:\n{}",
        tally.different.join("\n")
    );
    tally
}

#[test]
#[ignore = "needs go (make testbed)"]
fn scalars_mean_the_same_as_to_kubectl() {
    let mut dice = Dice::new(11);
    let mut scalars = texts::plain_scalars();
    scalars.extend((0..4_000).map(|_| texts::number_like(&mut dice)));
    let mut texts: Vec<String> = scalars
        .iter()
        .flat_map(|scalar| texts::around(scalar))
        .collect();
    texts.extend(texts::block_scalars(&mut dice));
    let tally = compared(&texts);
    assert!(tally.same > 50_000, "{tally}");
}

#[test]
#[ignore = "needs go (make testbed)"]
fn documents_mean_the_same_as_to_kubectl() {
    let mut dice = Dice::new(12);
    let mut texts: Vec<String> = (0..10_000).map(|_| texts::documents(&mut dice)).collect();
    let damaged: Vec<String> = texts
        .iter()
        .map(|text| texts::damaged(&mut dice, text))
        .collect();
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
