//! The top error type: which part failed, what to do about it, and the exit code that follows.
//!
//! Every module defines its own error enum. Messages are lower-case fragments that never repeat their source; remedies
//! live in [`Hint`]; `ui::error_view` prints message, causes and hint once.

use std::borrow::Cow;

use crate::exit::Exit;

/// A remedy, kept apart from the message.
pub trait Hint {
    /// What the user can do, as one lower-case fragment.
    fn hint(&self) -> Option<Cow<'static, str>> {
        None
    }
}
