//! Why a text in a short notation is refused, before anyone knows where it is written.

use super::error::Problem;

/// A refused text. [`Refusal::problem`] makes it the problem of a field or flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// A broken rule, as the end of the sentence that the field's name begins.
    Rule(String),
    /// A word that is none of the allowed ones.
    Choice {
        /// The word.
        found: String,
        /// What could stand there.
        allowed: &'static [&'static str],
    },
}

impl Refusal {
    /// A broken rule.
    pub(crate) fn rule(why: impl Into<String>) -> Self {
        Self::Rule(why.into())
    }

    /// The problem of the field or flag that holds the text.
    pub fn problem(self, field: &str) -> Problem {
        match self {
            Refusal::Rule(why) => Problem::Rule {
                field: field.to_owned(),
                why,
            },
            Refusal::Choice { found, allowed } => Problem::choice(field, &found, allowed),
        }
    }
}
