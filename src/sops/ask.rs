//! Questions that keys may raise: passphrases, numbers of smartcards, confirmations of plugins.

use std::sync::Arc;

use age::Callbacks;
use age::secrecy::SecretString;

use crate::secret::Secret;

/// What is wanted of the person at the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// That they know.
    Nothing,
    /// A line that may be seen.
    Line,
    /// A line that must not be seen.
    Hidden,
}

/// What was typed.
type Answer = Option<Secret<String>>;

/// Puts questions to somebody. Cheap to clone.
#[derive(Clone)]
pub struct Ask(Arc<Answering>);

type Answering = dyn Fn(&str, Wanted) -> Answer + Send + Sync;

impl Ask {
    /// Questions are answered by `answer`; it returns `None` if there is nobody to ask.
    pub fn new(answer: impl Fn(&str, Wanted) -> Answer + Send + Sync + 'static) -> Self {
        Self(Arc::new(answer))
    }

    /// The person at the terminal is asked.
    pub fn terminal() -> Self {
        Self::new(super::terminal::ask)
    }

    /// There is nobody to ask.
    pub fn nobody() -> Self {
        Self::new(|_, _| None)
    }

    /// A line that must not be seen; `None` if there is nobody to ask, or nothing was typed.
    pub fn hidden(&self, question: &str) -> Answer {
        let answer = self.put(question, Wanted::Hidden)?;
        (!answer.expose().is_empty()).then_some(answer)
    }

    /// The passphrase of something; `None` if there is nobody to ask, or nothing was typed.
    pub(super) fn passphrase(&self, of: &str) -> Option<SecretString> {
        self.request_passphrase(&format!("passphrase of {of}"))
    }

    fn put(&self, question: &str, wanted: Wanted) -> Answer {
        (self.0)(question, wanted)
    }
}

impl Default for Ask {
    fn default() -> Self {
        Self::nobody()
    }
}

impl Callbacks for Ask {
    fn display_message(&self, message: &str) {
        self.put(message, Wanted::Nothing);
    }

    fn confirm(&self, message: &str, yes: &str, no: Option<&str>) -> Option<bool> {
        let choices = match no {
            Some(no) => format!("{message} (y: {yes}, n: {no})"),
            None => format!("{message} (y: {yes})"),
        };
        let answer = self.put(&choices, Wanted::Line)?;
        let word = answer.expose().trim();
        Some(word.eq_ignore_ascii_case("y") || word.eq_ignore_ascii_case("yes"))
    }

    fn request_public_string(&self, description: &str) -> Option<String> {
        let answer = self.put(description, Wanted::Line)?;
        Some(answer.expose().clone())
    }

    fn request_passphrase(&self, description: &str) -> Option<SecretString> {
        let answer = self.hidden(description)?;
        Some(SecretString::from(answer.expose().clone()))
    }
}
