//! What becomes of objects.

use std::sync::Arc;

use crate::workload::object::Object;

/// What became of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It did not exist before.
    Created,
    /// It was changed.
    Configured,
    /// It was as it should be.
    Unchanged,
    /// It was deleted and created anew, as fields had changed that cannot be changed.
    Replaced,
    /// The server refused it, or what it needs did not come.
    Failed(String),
    /// The run was stopped before it was sent.
    NotApplied,
    /// The run was stopped after it was sent and before the server answered.
    Unknown,
}

impl Outcome {
    /// The server has the object as it should be.
    pub fn is_applied(&self) -> bool {
        match self {
            Outcome::Created | Outcome::Configured | Outcome::Unchanged | Outcome::Replaced => true,
            Outcome::Failed(_) | Outcome::NotApplied | Outcome::Unknown => false,
        }
    }

    /// The word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Outcome::Created => "created",
            Outcome::Configured => "configured",
            Outcome::Unchanged => "unchanged",
            Outcome::Replaced => "replaced",
            Outcome::Failed(_) => "failed",
            Outcome::NotApplied => "not applied",
            Outcome::Unknown => "unknown",
        }
    }
}

/// All objects, without their content, with what became of them, in the order in which they were applied.
pub type Results = Vec<(Arc<Object>, Outcome)>;
