//! The order in which kustomize applies specifications: by the kinds they are about.

use std::cmp::Ordering;

use super::super::gvk::Gvk;
use super::super::kinds::{FIRST, LAST, kind_text};

/// Sorts things by their kinds; those of equal kinds keep their order.
pub(super) fn sort_by_kind<T>(things: &mut [T], gvk: impl Fn(&T) -> &Gvk) {
    things.sort_by(|one, other| compare(gvk(one), gvk(other)));
}

fn compare(one: &Gvk, other: &Gvk) -> Ordering {
    let rank = |gvk: &Gvk| rank(&gvk.kind);
    rank(one)
        .cmp(&rank(other))
        .then_with(|| kind_text(one).cmp(&kind_text(other)))
}

/// Below `FIRST.len()` for kinds that come first, above it for those that come last.
fn rank(kind: &str) -> usize {
    let place = |kinds: &[&str]| kinds.iter().position(|known| *known == kind);
    match (place(&FIRST), place(&LAST)) {
        (Some(first), _) => first,
        (None, Some(last)) => FIRST.len() + 1 + last,
        (None, None) => FIRST.len(),
    }
}
