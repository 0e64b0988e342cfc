//! Regular expressions as sops understands them, which is Go's dialect.
//!
//! The two dialects agree but for a few corners, in which a pattern would silently mean something else: `\d`, `\s`,
//! `\w` and `\b` are ASCII in Go, `[` and `&&` inside a class are characters, braces that are no repetition are text,
//! `\Q…\E` quotes. A pattern is rewritten there before it is compiled; what only the other dialect knows is refused.

use std::fmt::Write;
use std::iter::Peekable;
use std::str::Chars;

use regex::{Regex, RegexBuilder};

/// Go's limit of a repetition.
const MAX_REPEAT: u32 = 1000;

/// Compiles a pattern of Go's dialect; the error says what is wrong with it as the end of a sentence.
pub(crate) fn compile(pattern: &str) -> Result<Regex, String> {
    let translated = Translator::new(pattern).run()?;
    RegexBuilder::new(&translated).build().map_err(|error| {
        let text = error.to_string();
        let reason = text.lines().last().unwrap_or_default();
        let reason = reason.strip_prefix("error: ").unwrap_or(reason);
        format!("is no regular expression: {reason}")
    })
}

struct Translator<'a> {
    rest: Peekable<Chars<'a>>,
    out: String,
}

impl<'a> Translator<'a> {
    fn new(pattern: &'a str) -> Self {
        Self {
            rest: pattern.chars().peekable(),
            out: String::new(),
        }
    }

    fn run(mut self) -> Result<String, String> {
        // Whether what was written last is a repetition, which must not be repeated itself.
        let mut repeated = false;
        while let Some(character) = self.rest.next() {
            let mut repeats = false;
            match character {
                '\\' => self.escape()?,
                '[' => self.class()?,
                '(' => self.group()?,
                '*' | '+' | '?' => {
                    repeats = true;
                    self.repeat(repeated, &character.to_string())?;
                }
                '{' => match self.counts()? {
                    Some(counts) => {
                        repeats = true;
                        self.repeat(repeated, &counts)?;
                    }
                    None => self.out.push_str("\\{"),
                },
                '}' => self.out.push_str("\\}"),
                ']' => self.out.push_str("\\]"),
                other => self.out.push(other),
            }
            repeated = repeats;
        }
        Ok(self.out)
    }

    /// A repetition and the `?` that makes it lazy.
    fn repeat(&mut self, repeated: bool, operator: &str) -> Result<(), String> {
        if repeated {
            return Err(format!("repeats the repetition before `{operator}`"));
        }
        self.out.push_str(operator);
        if self.rest.next_if_eq(&'?').is_some() {
            self.out.push('?');
        }
        Ok(())
    }

    /// The counts after `{`, with their braces; `None`, and nothing is consumed, if they are none.
    fn counts(&mut self) -> Result<Option<String>, String> {
        let ahead: String = self.rest.clone().take_while(|next| *next != '}').collect();
        let closed = self.rest.clone().nth(ahead.chars().count()) == Some('}');
        let (least, most) = match ahead.split_once(',') {
            Some((least, most)) => (least, most),
            None => (ahead.as_str(), ahead.as_str()),
        };
        let number = |text: &str| {
            let canonical = text == "0" || !text.starts_with('0');
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            canonical && digits
        };
        if !closed || !number(least) || !(most.is_empty() || number(most)) {
            return Ok(None);
        }
        for count in [least, most].into_iter().filter(|text| !text.is_empty()) {
            if !count.parse::<u32>().is_ok_and(|count| count <= MAX_REPEAT) {
                return Err(format!("repeats more than {MAX_REPEAT} times"));
            }
        }
        for _ in 0..=ahead.chars().count() {
            self.rest.next();
        }
        Ok(Some(format!("{{{ahead}}}")))
    }

    /// What follows `(`: names and flags that both dialects know.
    fn group(&mut self) -> Result<(), String> {
        self.out.push('(');
        if self.rest.next_if_eq(&'?').is_none() {
            return Ok(());
        }
        self.out.push('?');
        let ahead: String = self.rest.clone().take(2).collect();
        if ahead.starts_with("P<")
            || (ahead.starts_with('<') && !["<=", "<!"].contains(&ahead.as_str()))
        {
            return Ok(());
        }
        for flag in self.rest.by_ref() {
            match flag {
                'i' | 'm' | 's' | 'U' | '-' => self.out.push(flag),
                ':' | ')' => {
                    self.out.push(flag);
                    return Ok(());
                }
                other => {
                    return Err(format!(
                        "holds `(?{other}`, which Go's dialect does not know"
                    ));
                }
            }
        }
        Err("lacks the end of a group".to_owned())
    }

    fn escape(&mut self) -> Result<(), String> {
        let Some(character) = self.rest.next() else {
            return Err("ends with a backslash".to_owned());
        };
        match character {
            'd' | 's' | 'w' | 'D' | 'S' | 'W' => {
                let set = ascii(character);
                let _ = write!(self.out, "[{set}]");
            }
            'b' => self.out.push_str("(?-u:\\b)"),
            'B' | 'A' | 'z' => {
                self.out.push('\\');
                self.out.push(character);
            }
            'p' | 'P' => self.property(character)?,
            'Q' => self.quoted(),
            _ => {
                let literal = self.literal(character)?;
                self.push_literal(literal);
            }
        }
        Ok(())
    }

    /// `\Q…\E`; the end of the pattern ends it too.
    fn quoted(&mut self) {
        while let Some(character) = self.rest.next() {
            if character == '\\' && self.rest.next_if_eq(&'E').is_some() {
                return;
            }
            self.push_literal(character);
        }
    }

    fn push_literal(&mut self, literal: char) {
        let _ = write!(self.out, "\\x{{{:X}}}", u32::from(literal));
    }

    /// `\pL`, `\p{Greek}`, `\p{^Greek}`.
    fn property(&mut self, letter: char) -> Result<(), String> {
        let lacking = || "lacks the name of a character property".to_owned();
        let first = self.rest.next().ok_or_else(lacking)?;
        let name: String = if first == '{' {
            self.rest.by_ref().take_while(|next| *next != '}').collect()
        } else {
            first.to_string()
        };
        let (negated, name) = match name.strip_prefix('^') {
            Some(name) => (true, name),
            None => (false, name.as_str()),
        };
        let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !plain {
            return Err(lacking());
        }
        let letter = if negated == (letter == 'P') { 'p' } else { 'P' };
        let _ = write!(self.out, "\\{letter}{{{name}}}");
        Ok(())
    }

    /// The character behind an escape that stands for one.
    fn literal(&mut self, character: char) -> Result<char, String> {
        let unknown = || format!("holds `\\{character}`, which Go's dialect does not know");
        Ok(match character {
            'a' => '\u{7}',
            'f' => '\u{c}',
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            'v' => '\u{b}',
            'x' => self.hexadecimal()?,
            '0'..='7' => {
                let next_is_octal = matches!(self.rest.peek(), Some('0'..='7'));
                if character != '0' && !next_is_octal {
                    return Err(unknown());
                }
                let mut value = u32::from(character) - u32::from('0');
                for _ in 0..2 {
                    match self.rest.next_if(|next| ('0'..='7').contains(next)) {
                        Some(digit) => value = value * 8 + u32::from(digit) - u32::from('0'),
                        None => break,
                    }
                }
                char::from_u32(value).ok_or_else(unknown)?
            }
            other if other.is_ascii() && !other.is_ascii_alphanumeric() => other,
            _ => return Err(unknown()),
        })
    }

    /// `\x7F` or `\x{10FFFF}`.
    fn hexadecimal(&mut self) -> Result<char, String> {
        let digits: String = if self.rest.next_if_eq(&'{').is_some() {
            self.rest.by_ref().take_while(|next| *next != '}').collect()
        } else {
            self.rest.by_ref().take(2).collect()
        };
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let value = u32::from_str_radix(&digits, 16).ok().filter(|_| plain);
        value
            .and_then(char::from_u32)
            .ok_or_else(|| "holds `\\x` without the number of a character".to_owned())
    }

    /// `[…]`, written anew with every character as a number, so that nothing in it has a second meaning.
    fn class(&mut self) -> Result<(), String> {
        self.out.push('[');
        if self.rest.next_if_eq(&'^').is_some() {
            self.out.push('^');
        }
        let open = || "lacks the end of a character class".to_owned();
        let mut first = true;
        loop {
            let character = self.rest.next().ok_or_else(open)?;
            match character {
                ']' if !first => break,
                '[' if self.rest.peek() == Some(&':') => self.named_class()?,
                '\\' if self
                    .rest
                    .peek()
                    .is_some_and(|next| "dswDSW".contains(*next)) =>
                {
                    let letter = self.rest.next().ok_or_else(open)?;
                    let set = ascii(letter);
                    let _ = write!(self.out, "[{set}]");
                }
                '\\' if self.rest.peek().is_some_and(|next| "pP".contains(*next)) => {
                    let letter = self.rest.next().ok_or_else(open)?;
                    self.property(letter)?;
                }
                other => self.range(other)?,
            }
            first = false;
        }
        self.out.push(']');
        Ok(())
    }

    /// `[:alpha:]` inside a class; without its end the bracket is a character.
    fn named_class(&mut self) -> Result<(), String> {
        let ahead: String = self
            .rest
            .clone()
            .skip(1)
            .take_while(|next| *next != ']')
            .collect();
        match ahead.strip_suffix(':') {
            None => self.range('['),
            Some(name) => {
                let _ = write!(self.out, "[:{name}:]");
                for _ in 0..ahead.chars().count() + 2 {
                    self.rest.next();
                }
                Ok(())
            }
        }
    }

    /// One character of a class, or two with what lies between.
    fn range(&mut self, first: char) -> Result<(), String> {
        let low = self.class_character(first)?;
        self.push_literal(low);
        let mut ahead = self.rest.clone();
        if ahead.next() == Some('-') && ahead.next().is_some_and(|next| next != ']') {
            self.rest.next();
            let next = self.rest.next().unwrap_or('-');
            let high = self.class_character(next)?;
            if high < low {
                return Err(format!("holds the backward range `{low}-{high}`"));
            }
            self.out.push('-');
            self.push_literal(high);
        }
        Ok(())
    }

    fn class_character(&mut self, character: char) -> Result<char, String> {
        if character != '\\' {
            return Ok(character);
        }
        match self.rest.next() {
            Some(escaped) => self.literal(escaped),
            None => Err("ends with a backslash".to_owned()),
        }
    }
}

/// The characters of `\d`, `\s`, `\w` and their opposites in Go, as the inside of a class.
fn ascii(letter: char) -> &'static str {
    match letter {
        'd' => "0-9",
        'D' => "^0-9",
        's' => "\\t\\n\\x0C\\r ",
        'S' => "^\\t\\n\\x0C\\r ",
        'w' => "0-9A-Za-z_",
        _ => "^0-9A-Za-z_",
    }
}

#[cfg(test)]
mod tests;
