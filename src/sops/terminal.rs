//! Asks the person at the terminal, whatever the standard streams are connected to.

use super::ask::Wanted;
use crate::fsx;
use crate::secret::Secret;

/// Puts a question; `None` if there is no terminal.
pub(super) fn ask(question: &str, wanted: Wanted) -> Option<Secret<String>> {
    let question: String = question
        .chars()
        .map(|c| if c.is_control() && c != '\n' { ' ' } else { c })
        .collect();
    match wanted {
        Wanted::Nothing => {
            fsx::show_on_terminal(&format!("{question}\n"))?;
            None
        }
        Wanted::Line => {
            fsx::show_on_terminal(&format!("{question}: "))?;
            fsx::line_from_terminal().map(Secret::new)
        }
        Wanted::Hidden => rpassword::prompt_password(format!("{question}: "))
            .ok()
            .map(Secret::new),
    }
}
