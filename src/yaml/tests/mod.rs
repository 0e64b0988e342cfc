//! What the loader accepts, refuses and means; what the emitter writes and both YAML readers make of it.

mod documents;
mod emission;
mod layout_hints;
mod refusals;
mod scalars;
mod subset;
mod text_hints;

#[path = "../../../tests/support/texts/mod.rs"]
mod texts;

use super::{Node, Source, load};
use crate::error::Hint;

/// All documents of a text that must load.
#[track_caller]
fn loaded(text: &str) -> Vec<Node> {
    load(text, &Source::new("t.yaml")).unwrap()
}

/// The only document of a text, as JSON.
#[track_caller]
fn json(text: &str) -> serde_json::Value {
    let [node] = <[Node; 1]>::try_from(loaded(text)).unwrap();
    assert_eq!(node.to_json(), node.clone().into_json());
    node.into_json()
}

/// The message of a text that must not load.
#[track_caller]
fn refused(text: &str) -> String {
    load(text, &Source::new("t.yaml")).unwrap_err().to_string()
}

/// Fails unless the text is refused with exactly this message, excerpt and hint.
#[track_caller]
fn told(text: &str, expected: &str) {
    let error = load(text, &Source::new("t.yaml")).unwrap_err();
    let excerpt = error.excerpt().unwrap_or("(no excerpt)");
    let hint = error.hint().unwrap_or_default();
    assert_eq!(format!("{error}\n{excerpt}\n{hint}"), expected, "{text}");
}
