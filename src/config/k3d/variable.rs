//! `$NAME`: a variable to k3d, plain text to us, as a lone `$` is too common to mean anything.

use crate::config::notation::Refusal;

/// Refuses a text in which a variable was surely meant: paths and tokens hardly ever hold a `$`.
pub(super) fn refuse_bare(text: &str) -> Result<(), Refusal> {
    let Some(name) = text.split('$').skip(1).find_map(name) else {
        return Ok(());
    };
    let why = format!("holds `${name}`, which is not expanded; write `${{{name}}}`");
    Err(Refusal::Rule(why))
}

/// The name at the start of a text.
fn name(text: &str) -> Option<&str> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let end = text.find(|c| !fits(c)).unwrap_or(text.len());
    let name = &text[..end];
    name.starts_with(|c: char| !c.is_ascii_digit())
        .then_some(name)
}
