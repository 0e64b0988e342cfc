//! What a plain scalar means to sops: the rules of go-yaml 3, which differ from those of Kubernetes' readers. `yes` is
//! text, `2020-01-01` is a time.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::timestamp::timestamp;
use crate::sops::leaf::Plain;
use crate::sops::tree::Value;
use crate::yaml;

/// The meaning of a scalar.
#[derive(Clone, PartialEq)]
pub(super) enum Scalar {
    /// A value.
    Value(Value),
    /// `<<`.
    Merge,
}

/// Resolves a plain scalar without a tag.
pub(super) fn resolve(text: &str) -> Scalar {
    let leaf = |plain| Scalar::Value(Value::Leaf(plain));
    let string = || leaf(Plain::Str(text.to_owned()));
    let Some(first) = text.bytes().next() else {
        return Scalar::Value(Value::Null);
    };
    match text {
        "~" | "null" | "Null" | "NULL" => return Scalar::Value(Value::Null),
        "true" | "True" | "TRUE" => return leaf(Plain::Bool(true)),
        "false" | "False" | "FALSE" => return leaf(Plain::Bool(false)),
        ".nan" | ".NaN" | ".NAN" => return leaf(Plain::Float(f64::NAN)),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
            return leaf(Plain::Float(f64::INFINITY));
        }
        "-.inf" | "-.Inf" | "-.INF" => return leaf(Plain::Float(f64::NEG_INFINITY)),
        "<<" => return Scalar::Merge,
        _ => {}
    }
    match first {
        b'.' => float(text).map_or_else(string, leaf),
        b'+' | b'-' | b'0'..=b'9' => {
            if let Some(time) = timestamp(text) {
                return leaf(Plain::Time(time));
            }
            let digits = text.replace('_', "");
            integer(&digits)
                .or_else(|| float(&digits))
                .map_or_else(string, leaf)
        }
        _ => string(),
    }
}

/// The value of a scalar; `None` if it does not fit its tag.
pub(super) fn decode(text: String, plain: bool, tag: Option<&str>) -> Option<Scalar> {
    let resolved = || match resolve(&text) {
        Scalar::Value(value) => Some(value),
        Scalar::Merge => None,
    };
    let value = match tag {
        None | Some("!") if plain => return Some(resolve(&text)),
        Some("null") => resolved().filter(|value| *value == Value::Null)?,
        Some("bool") => resolved().filter(|value| matches!(value, Value::Leaf(Plain::Bool(_))))?,
        Some("int") => resolved()
            .filter(|value| matches!(value, Value::Leaf(Plain::Int(_) | Plain::Unsigned(_))))?,
        Some("float") => match resolved()? {
            #[expect(
                clippy::cast_precision_loss,
                reason = "the tag asks for a floating-point number"
            )]
            Value::Leaf(Plain::Int(number)) => Value::Leaf(Plain::Float(number as f64)),
            value @ Value::Leaf(Plain::Float(_)) => value,
            _ => return None,
        },
        Some("timestamp") => Value::Leaf(Plain::Time(timestamp(&text)?)),
        Some("binary") => {
            let compact: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
            let bytes = STANDARD.decode(compact).ok()?;
            Value::Leaf(match String::from_utf8(bytes) {
                Ok(text) => Plain::Str(text),
                Err(error) => Plain::Bytes(error.into_bytes()),
            })
        }
        Some("merge") => return Some(Scalar::Merge),
        _ => Value::text(text),
    };
    Some(Scalar::Value(value))
}

/// Whether a text that is written without quotes is read as that text, by YAML 1.1 readers as well.
pub(super) fn is_text(text: &str) -> bool {
    const OLD_WORDS: [&str; 8] = ["y", "yes", "on", "n", "no", "off", "Y", "N"];
    let old_word = text.len() <= 3
        && (OLD_WORDS.contains(&text)
            || ["Yes", "YES", "On", "ON", "No", "NO", "Off", "OFF"].contains(&text));
    matches!(resolve(text), Scalar::Value(Value::Leaf(Plain::Str(_))))
        && !old_word
        && !is_sexagesimal(text)
}

/// `12:30:45` and the like, numbers to YAML 1.1.
fn is_sexagesimal(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'_')
    };
    let mut parts = whole.split(':');
    let first = parts.next().unwrap_or_default();
    let mut count = 0;
    let sixties = parts.all(|part| {
        count += 1;
        match part.as_bytes() {
            [unit] => unit.is_ascii_digit(),
            [ten, unit] => (b'0'..=b'5').contains(ten) && unit.is_ascii_digit(),
            _ => false,
        }
    });
    first.starts_with(|c: char| c.is_ascii_digit())
        && digits(first)
        && digits(fraction)
        && count > 0
        && sixties
}

/// Go's integer literals: optional sign, then `0x`, `0o`, `0b`, a leading zero for octal, or decimal digits.
fn integer(text: &str) -> Option<Plain> {
    let (negative, signed, magnitude) = match text.as_bytes().first()? {
        b'-' => (true, true, &text[1..]),
        b'+' => (false, true, &text[1..]),
        _ => (false, false, text),
    };
    let (radix, digits) = match magnitude.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &magnitude[2..]),
        [b'0', b'o' | b'O', ..] => (8, &magnitude[2..]),
        [b'0', b'b' | b'B', ..] => (2, &magnitude[2..]),
        [b'0', _, ..] => (8, &magnitude[1..]),
        _ => (10, magnitude),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    if negative {
        0i64.checked_sub_unsigned(magnitude).map(Plain::Int)
    } else {
        match i64::try_from(magnitude) {
            Ok(number) => Some(Plain::Int(number)),
            Err(_) => (!signed).then_some(Plain::Unsigned(magnitude)),
        }
    }
}

fn float(text: &str) -> Option<Plain> {
    yaml::decimal(text).map(Plain::Float)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Option<Plain> {
        match resolve(text) {
            Scalar::Value(Value::Leaf(plain)) => Some(plain),
            _ => None,
        }
    }

    #[test]
    fn words_and_numbers_follow_go_yaml_3() {
        for (text, expected) in [
            ("yes", Plain::Str("yes".into())),
            ("true", Plain::Bool(true)),
            ("0777", Plain::Int(511)),
            ("0o17", Plain::Int(15)),
            ("1_000", Plain::Int(1000)),
            ("-0x1F", Plain::Int(-31)),
            ("08", Plain::Float(8.0)),
            ("1e3", Plain::Float(1000.0)),
            ("1.0", Plain::Float(1.0)),
            ("._5", Plain::Str("._5".into())),
            ("18446744073709551615", Plain::Unsigned(u64::MAX)),
            (
                "18446744073709551616",
                Plain::Float(18_446_744_073_709_551_616.0),
            ),
            ("+", Plain::Str("+".into())),
            ("12:30:45", Plain::Str("12:30:45".into())),
            ("-.inf", Plain::Float(f64::NEG_INFINITY)),
        ] {
            assert!(plain(text) == Some(expected), "{text}");
        }
        assert!(resolve("") == Scalar::Value(Value::Null));
        assert!(resolve("~") == Scalar::Value(Value::Null));
        assert!(resolve("<<") == Scalar::Merge);
    }

    #[test]
    fn texts_that_some_reader_misunderstands_need_quotes() {
        for text in [
            "yes",
            "Off",
            "12:30",
            "1:59.5",
            "0x1",
            "2020-01-01",
            "null",
            "<<",
            "",
        ] {
            assert!(!is_text(text), "{text}");
        }
        for text in ["a", "1.2.3", "12:60", "yesterday", "10.0.0.1/8"] {
            assert!(is_text(text), "{text}");
        }
    }
}
