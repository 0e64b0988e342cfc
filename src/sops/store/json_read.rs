//! JSON to a tree: the order and repetitions of keys, and the exact digits of numbers, count.

use crate::sops::error::Error;
use crate::sops::leaf::Plain;
use crate::sops::tree::{Branch, Element, Member, Tree, Value};

/// Levels of lists and mappings.
const MAX_DEPTH: usize = 127;

/// Reads a text whose root is an object.
pub(super) fn read(text: &str) -> Result<Tree, Error> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(0)?;
    reader.blanks();
    if reader.at < text.len() {
        return Err(reader.fault("something follows the end of the object"));
    }
    match value {
        Value::Map(branch) => Ok(Tree {
            documents: vec![branch],
        }),
        _ => Err(Error::unreadable(
            "json",
            1,
            "only an object can be encrypted; put the value below a key",
        )),
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn fault(&self, reason: &'static str) -> Error {
        let read = self.text.get(..self.at).unwrap_or(self.text);
        let lines = read.matches('\n').count();
        Error::unreadable("json", u32::try_from(lines + 1).unwrap_or(u32::MAX), reason)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn accept(&mut self, byte: u8) -> bool {
        self.blanks();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8, reason: &'static str) -> Result<(), Error> {
        if self.accept(byte) {
            Ok(())
        } else {
            Err(self.fault(reason))
        }
    }

    fn value(&mut self, depth: usize) -> Result<Value, Error> {
        if depth > MAX_DEPTH {
            return Err(self.fault("lists and objects are nested too deeply"));
        }
        self.blanks();
        match self.peek() {
            Some(b'{') => self.object(depth).map(Value::Map),
            Some(b'[') => self.list(depth).map(Value::Seq),
            Some(b'"') => self.string().map(Value::text),
            Some(b'-' | b'0'..=b'9') => self.number().map(Value::Leaf),
            _ => {
                for (word, value) in [
                    ("null", Value::Null),
                    ("true", Value::Leaf(Plain::Bool(true))),
                    ("false", Value::Leaf(Plain::Bool(false))),
                ] {
                    if self.text[self.at..].starts_with(word) {
                        self.at += word.len();
                        return Ok(value);
                    }
                }
                Err(self.fault("a value is missing or is none of JSON"))
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Branch, Error> {
        self.at += 1;
        let mut branch = Branch::new();
        if self.accept(b'}') {
            return Ok(branch);
        }
        loop {
            self.blanks();
            if self.peek() != Some(b'"') {
                return Err(self.fault("a key in quotes is missing"));
            }
            let key = self.string()?;
            self.expect(b':', "a colon is missing behind a key")?;
            branch.push(Member::Pair(key, self.value(depth + 1)?));
            if self.accept(b'}') {
                return Ok(branch);
            }
            self.expect(b',', "a comma or closing brace is missing")?;
        }
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Element>, Error> {
        self.at += 1;
        let mut list = Vec::new();
        if self.accept(b']') {
            return Ok(list);
        }
        loop {
            list.push(Element::Item(self.value(depth + 1)?));
            if self.accept(b']') {
                return Ok(list);
            }
            self.expect(b',', "a comma or closing bracket is missing")?;
        }
    }

    fn string(&mut self) -> Result<String, Error> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut end = start + 1;
        let mut escaped = false;
        loop {
            match bytes.get(end) {
                None => return Err(self.fault("a text has no closing quote")),
                Some(b'\\') => {
                    escaped = true;
                    end += 2;
                }
                Some(b'"') => break,
                Some(byte) if *byte < 0x20 => {
                    self.at = end;
                    return Err(self.fault("a text contains a bare control character"));
                }
                Some(_) => end += 1,
            }
        }
        self.at = end + 1;
        if escaped {
            unescape(&self.text[start + 1..end])
                .ok_or_else(|| self.fault("a text contains an escape that JSON does not know"))
        } else {
            Ok(self.text[start + 1..end].to_owned())
        }
    }

    fn number(&mut self) -> Result<Plain, Error> {
        let rest = &self.text[self.at..];
        let end = rest
            .find(|c: char| !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E'))
            .unwrap_or(rest.len());
        let text = &rest[..end];
        let number = if is_number(text) {
            text.parse().map(Plain::Int).ok().or_else(|| {
                text.parse()
                    .ok()
                    .filter(|it: &f64| it.is_finite())
                    .map(Plain::Float)
            })
        } else {
            None
        };
        let number = number.ok_or_else(|| self.fault("a number is not one of JSON"))?;
        self.at += end;
        Ok(number)
    }
}

/// No leading zeros, no bare point, no plus.
fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole.len() == 1 || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent
            .is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}

/// Resolves escapes; halves of surrogate pairs become replacement characters, as in Go.
fn unescape(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let mut characters = after.chars();
        let character = characters.next()?;
        rest = characters.as_str();
        out.push(match character {
            '"' | '\\' | '/' => character,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let high = u32::from_str_radix(rest.get(..4)?, 16).ok()?;
                rest = &rest[4..];
                let low = rest
                    .strip_prefix("\\u")
                    .and_then(|low| u32::from_str_radix(low.get(..4)?, 16).ok())
                    .filter(|low| (0xdc00..0xe000).contains(low));
                match (high, low) {
                    (0xd800..0xdc00, Some(low)) => {
                        rest = &rest[6..];
                        char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))?
                    }
                    _ => char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER),
                }
            }
            _ => return None,
        });
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(text: &str) -> Option<Plain> {
        let tree = read(&format!("{{\"a\": {text}}}")).ok()?;
        match &tree.documents[0][0] {
            Member::Pair(_, Value::Leaf(plain)) => Some(plain.clone()),
            _ => None,
        }
    }

    #[test]
    fn numbers_keep_their_kind() {
        for (text, expected) in [
            ("5", Plain::Int(5)),
            ("-0", Plain::Int(0)),
            ("9223372036854775807", Plain::Int(i64::MAX)),
            (
                "9223372036854775808",
                Plain::Float(9_223_372_036_854_775_808.0),
            ),
            ("1.0", Plain::Float(1.0)),
            ("1E2", Plain::Float(100.0)),
            ("\"\\u00e9\\ud83d\\ude00\\/\"", Plain::Str("é😀/".into())),
            ("\"\\ud83d\"", Plain::Str("\u{fffd}".into())),
        ] {
            assert!(leaf(text) == Some(expected), "{text}");
        }
        for text in [
            "01", "1.", ".5", "+1", "1e", "\"\\x\"", "\"\n\"", "nul", "1e999",
        ] {
            assert!(leaf(text).is_none(), "{text}");
        }
    }

    #[test]
    fn faults_name_their_line_and_nothing_of_the_text() {
        let error = read("{\"a\": \"secret\",\n\"b\" \"secret\"}")
            .err()
            .unwrap();
        assert_eq!(
            error.to_string(),
            "json: line 2: a colon is missing behind a key"
        );
        let error = read("[1]").err().unwrap();
        assert!(
            error
                .to_string()
                .starts_with("json: line 1: only an object")
        );
    }
}
