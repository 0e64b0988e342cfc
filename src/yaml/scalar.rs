//! What a scalar means: the YAML 1.1 rules of go-yaml, which every Go-based Kubernetes tool applies.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::error::ErrorKind;
use super::node::Value;

/// Magnitude from which Go writes floats with an exponent, so that they never become integers.
const EXPONENT_FROM: f64 = 1e21;

/// The value of a plain scalar: `0644` is 420, `yes` is true, `1_000` is 1000. Infinities are refused.
pub fn resolve_plain(text: &str) -> Result<Value, ErrorKind> {
    finish(plain(text))
}

/// The value of a scalar with an explicit tag; `tag` is the part after `!!`, or anything else for foreign tags.
#[expect(
    clippy::cast_precision_loss,
    reason = "`!!float` asks for a float, and a float has this precision"
)]
pub(super) fn resolve_tagged(tag: &str, text: &str) -> Result<Value, ErrorKind> {
    let value = match tag {
        "int" => match plain(text) {
            value @ (Value::Int(_) | Value::UInt(_)) => value,
            _ => return Err(ErrorKind::Tag("int")),
        },
        "float" => match plain(text) {
            Value::Int(number) => Value::Float(number as f64),
            Value::UInt(number) => Value::Float(number as f64),
            value @ Value::Float(_) => value,
            _ => return Err(ErrorKind::Tag("float")),
        },
        "bool" => match plain(text) {
            value @ Value::Bool(_) => value,
            _ => return Err(ErrorKind::Tag("bool")),
        },
        "null" => match plain(text) {
            Value::Null => Value::Null,
            _ => return Err(ErrorKind::Tag("null")),
        },
        "binary" => Value::String(binary(text).ok_or(ErrorKind::Tag("binary"))?),
        _ => Value::String(text.to_owned()),
    };
    finish(value)
}

/// The text of a scalar used as a key, which for numbers and booleans is that of their value. `None` for null.
pub(super) fn key_text(value: Value) -> Option<String> {
    match value {
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Int(number) => Some(number.to_string()),
        Value::UInt(number) => Some(number.to_string()),
        Value::Float(number) => Some(float_key(number)),
        Value::String(text) => Some(text),
        Value::Null | Value::Seq(_) | Value::Map(_) => None,
    }
}

/// The value of a plain scalar before floats are turned into integers or refused.
pub(super) fn plain(text: &str) -> Value {
    let Some(first) = text.bytes().next() else {
        return Value::Null;
    };
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => word(text),
        b'.' => special_float(text).or_else(|| dotted_float(text)),
        b'+' | b'-' | b'0'..=b'9' => special_float(text).or_else(|| number(text)),
        _ => None,
    }
    .unwrap_or_else(|| Value::String(text.to_owned()))
}

/// Integral floats are integers from here on, as they are after Go's way through JSON.
fn finish(value: Value) -> Result<Value, ErrorKind> {
    let Value::Float(number) = value else {
        return Ok(value);
    };
    if !number.is_finite() {
        return Err(ErrorKind::NotFinite);
    }
    if number.fract() == 0.0 && number.abs() < EXPONENT_FROM {
        // The shortest decimal form decides, not the exact binary value: that is what Go prints and reads again.
        if let Ok(integer) = number.to_string().parse() {
            return Ok(Value::Int(integer));
        }
    }
    Ok(Value::Float(number))
}

fn word(text: &str) -> Option<Value> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Some(Value::Bool(true))
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Some(Value::Bool(false))
        }
        "~" | "null" | "Null" | "NULL" => Some(Value::Null),
        _ => None,
    }
}

fn special_float(text: &str) -> Option<Value> {
    match text {
        ".nan" | ".NaN" | ".NAN" => Some(Value::Float(f64::NAN)),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Some(Value::Float(f64::INFINITY)),
        "-.inf" | "-.Inf" | "-.INF" => Some(Value::Float(f64::NEG_INFINITY)),
        _ => None,
    }
}

fn number(text: &str) -> Option<Value> {
    let text = if text.contains('_') {
        Cow::Owned(text.replace('_', ""))
    } else {
        Cow::Borrowed(text)
    };
    integer(&text).or_else(|| float(&text))
}

/// Go's integer literals: optional sign, then `0x`, `0o`, `0b`, a leading zero for octal, or decimal digits.
fn integer(text: &str) -> Option<Value> {
    let (sign, magnitude) = match text.as_bytes().first()? {
        sign @ (b'+' | b'-') => (Some(*sign), &text[1..]),
        _ => (None, text),
    };
    let (radix, digits) = match magnitude.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &magnitude[2..]),
        [b'0', b'o' | b'O', ..] => (8, &magnitude[2..]),
        [b'0', b'b' | b'B', ..] => (2, &magnitude[2..]),
        [b'0', _, ..] => (8, &magnitude[1..]),
        _ => (10, magnitude),
    };
    // Go's YAML reader hands what follows an unsigned `0b` to a parser that knows signs.
    if let ([b'0', b'b', inner @ (b'+' | b'-'), ..], None) = (magnitude.as_bytes(), sign) {
        let unsigned = &digits[1..];
        if !unsigned.bytes().all(|byte| matches!(byte, b'0' | b'1')) {
            return None;
        }
        let number = i64::from_str_radix(unsigned, 2).ok()?;
        return Some(Value::Int(if *inner == b'-' { -number } else { number }));
    }
    if !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    match sign {
        Some(b'-') => 0i64.checked_sub_unsigned(magnitude).map(Value::Int),
        Some(_) => i64::try_from(magnitude).ok().map(Value::Int),
        None => Some(i64::try_from(magnitude).map_or(Value::UInt(magnitude), Value::Int)),
    }
}

/// A finite number in decimal notation, as all versions of go-yaml know it. One that overflows is text, as it is to Go.
pub fn decimal(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent_fits = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    if whole.len() + fraction.len() == 0 || !digits(whole) || !digits(fraction) || !exponent_fits {
        return None;
    }
    let number: f64 = text.parse().ok()?;
    number.is_finite().then_some(number)
}

fn float(text: &str) -> Option<Value> {
    decimal(text).map(Value::Float)
}

/// A float that begins with its point: here `_` counts only between digits.
fn dotted_float(text: &str) -> Option<Value> {
    let bytes = text.as_bytes();
    let between_digits = |at: usize| {
        let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
        digit(bytes.get(at - 1)) && digit(bytes.get(at + 1))
    };
    text.match_indices('_')
        .all(|(at, _)| between_digits(at))
        .then(|| float(&text.replace('_', "")))
        .flatten()
}

/// Decoded base64 as text. Line breaks and blanks are layout; bytes that are not UTF-8 have no JSON form.
fn binary(text: &str) -> Option<String> {
    let compact: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    String::from_utf8(STANDARD.decode(compact).ok()?).ok()
}

/// A float as Go's YAML-to-JSON conversion spells it in keys: shortest digits of an `f32`, exponent from a million on.
fn float_key(number: f64) -> String {
    if number.is_nan() {
        return ".nan".into();
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the conversion that we follow has the precision and the range of an f32"
    )]
    let number = number as f32;
    if number.is_infinite() {
        return if number > 0.0 { ".inf" } else { "-.inf" }.into();
    }
    let scientific = format!("{number:e}");
    let exponent = scientific
        .split_once('e')
        .and_then(|(_, exponent)| exponent.parse::<i32>().ok())
        .unwrap_or_default();
    if (-4..6).contains(&exponent) || number == 0.0 {
        return number.to_string();
    }
    let mantissa = scientific.split('e').next().unwrap_or_default();
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}
