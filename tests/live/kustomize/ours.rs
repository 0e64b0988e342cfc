//! ksail's own build: the one place that knows how it is called.

use super::case::Case;
use super::oracle::Outcome;

/// What ksail makes of a case.
pub(super) fn build(_case: &Case) -> Outcome {
    Err("there is no engine yet".to_owned())
}
