//! Which bracket is open at a place, found without the parser, which has given up there.

use super::node::Mark;

/// The innermost bracket that is open at `mark`, and its line. A bracket counts where a value may begin: elsewhere it is
/// text. Quotes and comments are skipped.
pub(super) fn open_bracket(text: &str, mark: Mark) -> Option<(char, u32)> {
    let mut open: Vec<(char, u32)> = Vec::new();
    let mut quote = None;
    for (line, number) in text.lines().zip(1..=mark.line) {
        if line.starts_with("---") {
            (quote, open) = (None, Vec::new());
        }
        // What a value may begin behind: the start of a line, a colon, a dash, a comma, another bracket.
        let mut starts = true;
        let mut before = ' ';
        let mut escaped = false;
        for (character, column) in line.chars().zip(1u32..) {
            if number == mark.line && column >= mark.column {
                break;
            }
            match (quote, character) {
                (Some('"'), _) if escaped => escaped = false,
                (Some('"'), '\\') => escaped = true,
                (Some(open), close) if open == close => quote = None,
                (Some(_), _) => {}
                (None, '#') if before.is_whitespace() => break,
                (None, '"' | '\'') if starts => quote = Some(character),
                (None, '[' | '{') if starts => open.push((character, number)),
                (None, ']' | '}') => drop(open.pop()),
                _ => {}
            }
            let separates = match character {
                ':' | '-' => true,
                ',' | '[' | '{' => !open.is_empty(),
                _ => character.is_whitespace() && starts,
            };
            starts = quote.is_none() && separates;
            before = character;
        }
    }
    open.pop()
}
