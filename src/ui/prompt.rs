//! Asks before something is destroyed.

use std::io::{BufRead, Write};

use crate::error::Error;

/// Asks `question` on the terminal; only `y` or `yes` consent. Without a terminal nobody can be asked.
pub fn consent(
    question: &str,
    terminal: bool,
    input: &mut dyn BufRead,
    stderr: &mut dyn Write,
) -> Result<bool, Error> {
    if !terminal {
        return Err(Error::NeedsConsent(question.to_owned()));
    }
    let mut answer = String::new();
    let asked = write!(stderr, "{question} [y/N] ").and_then(|()| stderr.flush());
    if asked.and_then(|()| input.read_line(&mut answer)).is_err() {
        return Ok(false);
    }
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_is_consent() {
        for (answer, expected) in [
            ("y\n", true),
            ("YES\n", true),
            ("\n", false),
            ("no\n", false),
            ("", false),
        ] {
            let consented =
                consent("delete?", true, &mut answer.as_bytes(), &mut Vec::new()).unwrap();
            assert_eq!(consented, expected, "{answer:?}");
        }
        assert!(consent("delete?", false, &mut "y\n".as_bytes(), &mut Vec::new()).is_err());
    }
}
