//! What a person may have meant where the parser gave up: a better place, a clearer message, a hint.
//!
//! The parser says what it expected. The mistakes behind that are few, and the line tells most of them apart. Advice
//! quotes nothing of the text: it may hold secrets.

use std::borrow::Cow;

use super::brackets::open_bracket;
use super::error::ErrorKind;
use super::load::count;
use super::node::Mark;

/// A hint, which may count lines.
pub(super) type Hint = Cow<'static, str>;

const TABS: &str = "indent with blanks; a tab is no indentation in YAML";
const TEMPLATE: &str =
    "put the value with the template `{{ … }}` in quotes, or render the template before it is read";
const SIBLINGS: &str =
    "indent the line exactly like the entries it belongs to, and further than their parent";

/// What helps against an error that is no mistake in the syntax.
pub(super) fn meaning(text: &str, mark: Mark, kind: &ErrorKind) -> Option<Hint> {
    let hint = match kind {
        ErrorKind::RecursiveAnchor => "remove the alias, or let it refer to another anchor",
        ErrorKind::TooDeep(_) | ErrorKind::AliasBudget(_) => return None,
        ErrorKind::Syntax(info) => return syntax(text, mark, info),
        ErrorKind::UnknownAnchor if is_alias(Here::new(text, mark).rest()) => {
            "define it above with `&` in the same document; text that begins with `*` needs quotes"
        }
        ErrorKind::UnknownAnchor => "text that begins with `*` needs quotes",
        ErrorKind::DuplicateKey { .. } => {
            "remove one of the two; other tools keep the last one without a word"
        }
        ErrorKind::NullKey => "quote the key if it is meant as text",
        ErrorKind::ComplexKey if Here::new(text, mark).line.contains("{{") => TEMPLATE,
        ErrorKind::ComplexKey => "quote the key if it is meant as text",
        ErrorKind::Merge => "quote `<<` if it is meant as an ordinary key",
        ErrorKind::Tag(_) => "correct the value or remove the tag",
        ErrorKind::NotFinite => "quote the value if it is meant as text",
        ErrorKind::Control(_) => "write it as an escape in a double-quoted string",
        ErrorKind::Escape => "write `/` without the backslash",
    };
    Some(hint.into())
}

/// The parser's complaint, where it helps most and in words that fit.
pub(super) fn clarified(text: &str, mark: Mark, info: &str) -> (Mark, ErrorKind) {
    let here = Here::new(text, mark);
    let (mark, info) = match info {
        // The parser notices on a later line, with content or not.
        "simple key expect ':'" => {
            let line = here.above().map_or(mark.line, |(number, _)| number);
            let content = Here::new(text, Mark { line, column: 1 }).line;
            let at = missing_blank(content).unwrap_or(content.len() - content.trim_start().len());
            let column = count(content[..at].chars().count()) + 1;
            (
                Mark { line, column },
                "a key needs a `:` with a blank behind it",
            )
        }
        // It has seen the tab on the way to the next word.
        "while scanning a plain scalar, found a tab" => (here.next_tab(mark).unwrap_or(mark), info),
        "invalid trailing content after double-quoted scalar" => {
            (mark, "there is more text behind the closing quote")
        }
        info => (mark, info),
    };
    let lines = count(text.lines().count());
    let kind = ErrorKind::Syntax(info.to_owned());
    if mark.line <= lines {
        return (mark, kind);
    }
    // Behind the last line there is nothing to show.
    let last = text.trim_end();
    let line = last.lines().next_back().unwrap_or_default();
    let end = Mark {
        line: count(last.lines().count()).max(1),
        column: count(line.chars().count()) + 1,
    };
    (end, kind)
}

/// The hint for a complaint of the parser.
fn syntax(text: &str, mark: Mark, info: &str) -> Option<Hint> {
    let here = Here::new(text, mark);
    let rest = here.rest();
    if here.line.contains("{{") || here.line.contains("{%") {
        return Some(TEMPLATE.into());
    }
    let hint = match info {
        _ if mentions_tab(info) => TABS,
        "a key needs a `:` with a blank behind it" => {
            if rest.starts_with(':') {
                "put a blank behind the colon"
            } else {
                "write `key: value`, or indent the line further if it continues the text above"
            }
        }
        "mapping values are not allowed in this context" => return Some(here.second_colon()),
        _ if info.contains("in quoted scalar")
            || info.contains("scanning a quoted scalar, found") =>
        {
            "the text that begins here has no closing quote"
        }
        "there is more text behind the closing quote" => return here.behind_quote(text, mark),
        _ if info.contains("unknown escape") || info.contains("hexadecimal") => {
            "write a backslash as `\\\\`, or put the text in single quotes"
        }
        _ if info.starts_with("unexpected character")
            || info.contains("scanning an anchor or alias")
            || info.contains("scanning a tag")
            || info.contains("verbatim tag")
            || info.contains("parsing a tag")
            || info.contains("scanning a directive")
            || info == "mapping keys are not allowed in this context" =>
        {
            return rest.chars().next().map(unquoted);
        }
        "misplaced bracket" => "remove the bracket, or quote the text it belongs to",
        "block sequence entries are not allowed in this context" => {
            "begin the list on a line of its own, or quote text that begins with `- `"
        }
        _ if info.contains("block scalar") => {
            "text of `|` and `>` begins on the next line and is indented; otherwise quote the sign"
        }
        "while parsing a block collection, did not find expected '-' indicator" => {
            "an item of the list above would begin with `- `; a key belongs where its mapping is indented"
        }
        "while parsing a block mapping, did not find expected key" | "invalid indentation" => {
            SIBLINGS
        }
        _ => {
            let text_like = || rest.starts_with(',').then(|| unquoted(','));
            return here.in_brackets(text, mark).or_else(text_like);
        }
    };
    Some(hint.into())
}

fn unquoted(first: char) -> Hint {
    match first {
        '`' => "text that begins with a backtick needs quotes".into(),
        first => format!("text that begins with `{first}` needs quotes").into(),
    }
}

/// Whether the complaint is about a tab, and not about a table or a word with these letters.
fn mentions_tab(info: &str) -> bool {
    info.split(|c: char| !c.is_alphabetic())
        .any(|word| matches!(word, "tab" | "tabs"))
}

/// An alias of a name; `*.log` and `*` are rather text.
fn is_alias(rest: &str) -> bool {
    let mut name = rest.strip_prefix('*').unwrap_or(rest).chars();
    name.next().is_some_and(char::is_alphanumeric)
}

/// Where a `key:value` without a blank has its colon, behind the dashes of a list.
fn missing_blank(line: &str) -> Option<usize> {
    let content = line.trim_start_matches([' ', '-']);
    let key = content.find(':')?;
    let after = content[key + 1..].chars().next()?;
    let begins_word = content.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    let is_text = after.is_whitespace() || after == '/';
    (begins_word && !is_text && !content[..key].contains(' '))
        .then_some(line.len() - content.len() + key)
}

/// The line of an error, and what is above it.
struct Here<'a> {
    text: &'a str,
    line: &'a str,
    number: usize,
    /// Byte in the line.
    at: usize,
}

impl<'a> Here<'a> {
    fn new(text: &'a str, mark: Mark) -> Self {
        let number = mark.line as usize;
        let line = text.lines().nth(number.saturating_sub(1)).unwrap_or("");
        let column = mark.column.saturating_sub(1) as usize;
        let at = line
            .char_indices()
            .nth(column)
            .map_or(line.len(), |(at, _)| at);
        Self {
            text,
            line,
            number,
            at,
        }
    }

    fn rest(&self) -> &'a str {
        &self.line[self.at..]
    }

    /// The next line above with content, and its number.
    fn above(&self) -> Option<(u32, &'a str)> {
        let lines = self.text.lines().take(self.number.saturating_sub(1));
        let content = |line: &str| !matches!(line.trim_start().chars().next(), None | Some('#'));
        let numbered = lines.enumerate().filter(|(_, line)| content(line)).last();
        numbered.map(|(index, line)| (count(index) + 1, line))
    }

    /// The first tab from here on.
    fn next_tab(&self, mark: Mark) -> Option<Mark> {
        let from = (self.at, self.line, mark.line);
        let below = self.text.lines().enumerate().skip(self.number);
        let below = below.map(|(index, line)| (0, line, count(index) + 1));
        std::iter::once(from)
            .chain(below)
            .find_map(|(from, line, number)| {
                let tab = from + line[from..].find('\t')?;
                let column = count(line[..tab].chars().count()) + 1;
                Some(Mark {
                    line: number,
                    column,
                })
            })
    }

    /// A colon with a blank behind it where no key can be.
    fn second_colon(&self) -> Hint {
        let before = &self.line[..self.at];
        if before.contains(": ") {
            return "quote the value if the second colon belongs to it, or begin a mapping on the next line".into();
        }
        let indent = |line: &str| line.len() - line.trim_start_matches([' ', '-']).len();
        let Some((number, above)) = self.above() else {
            return SIBLINGS.into();
        };
        let content = above.trim_start_matches([' ', '-']);
        if missing_blank(above).is_some() {
            format!("line {number} lacks a blank behind its colon").into()
        } else if !content.contains(": ") && !content.trim_end().ends_with(':') {
            format!("line {number} is no `key: value`, and is read on as one text").into()
        } else if indent(self.line) > indent(above) {
            format!(
                "line {number} has a value already; indent both lines alike, or remove that value"
            )
            .into()
        } else {
            SIBLINGS.into()
        }
    }

    /// More text where a quoted one has ended.
    fn behind_quote(&self, text: &str, mark: Mark) -> Option<Hint> {
        let before = self.line[..self.at].trim_end();
        let quote = before.chars().next_back()?;
        let hint = match quote {
            '\'' if self.rest().contains('\'') => "write a quote inside single quotes twice: `''`",
            '"' if self.rest().contains('"') && open_bracket(text, mark).is_none() => {
                "write a quote inside double quotes as `\\\"`"
            }
            _ if open_bracket(text, mark).is_some() => "a `,` or `:` is missing before this text",
            _ => "put the whole value in quotes, or remove what follows them",
        };
        Some(hint.into())
    }

    /// What else goes wrong does so between brackets.
    fn in_brackets(&self, text: &str, mark: Mark) -> Option<Hint> {
        let (bracket, line) = open_bracket(text, mark)?;
        let closing = if bracket == '[' { ']' } else { '}' };
        let rest = self.rest();
        let hint = if rest.starts_with('-') {
            format!(
                "the `{bracket}` of line {line} is open: separate items with `,`, without dashes"
            )
        } else if rest.starts_with(',') {
            "a value is missing before this `,`".into()
        } else {
            format!(
                "the `{bracket}` of line {line} needs a `{closing}`, or a `,` is missing before this place"
            )
        };
        Some(hint.into())
    }
}
