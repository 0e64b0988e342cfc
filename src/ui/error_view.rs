//! An error as people see it: message, causes, the lines that explain it, and what to do.

use std::error::Error as _;

use crate::error::{Error, Hint};

/// The text for stderr, with a final newline.
pub fn render(error: &Error, color: bool) -> String {
    let (red, bold, off) = if color {
        ("\u{1b}[1;31m", "\u{1b}[1m", "\u{1b}[0m")
    } else {
        ("", "", "")
    };
    let mut text = format!("{red}error:{off} {error}\n");
    let mut shown = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let message = error.to_string();
        // Clients like to repeat their source in their own text.
        if !shown.contains(&message) {
            push(&mut text, format_args!("  cause: {message}\n"));
            shown = message;
        }
        cause = error.source();
    }
    for line in error.lines() {
        push(&mut text, format_args!("  | {line}\n"));
    }
    if let Some(hint) = error.hint() {
        push(&mut text, format_args!("{bold}hint:{off} {hint}\n"));
    }
    text
}

fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.push_str(&arguments.to_string());
}
