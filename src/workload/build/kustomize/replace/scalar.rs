//! Plain values as texts, and texts as plain values of the type that a field has.

use serde_json::Value;

use super::super::resource::kind_of;
use super::super::settle::typed;
use crate::yaml::{Mark, Node};

/// The text of a plain value; that of a null is empty.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// The value of a text that nothing says the type of, as a plain scalar of YAML has it.
pub(crate) fn untyped(text: &str) -> Value {
    if text.contains('\n') || text.trim() != text {
        return text.into();
    }
    match typed(text) {
        Ok(Some(value)) => {
            let (at, plain) = (Mark::START, true);
            Node { value, at, plain }.to_json()
        }
        Ok(None) | Err(_) => text.into(),
    }
}

/// Puts a text in the place of a plain value whose type stays. The error is a sentence.
pub(super) fn put(target: &mut Value, text: &str) -> Result<(), String> {
    let new = untyped(text);
    let same = match (&*target, &new) {
        (Value::String(_), _) => {
            *target = text.into();
            return Ok(());
        }
        (Value::Null, Value::Null) | (Value::Bool(_), Value::Bool(_)) => true,
        (Value::Number(old), Value::Number(new)) => old.is_f64() || !new.is_f64(),
        _ => false,
    };
    if !same {
        let (there, found) = (kind_of(target), kind_of(&new));
        return Err(format!("the field holds {there} and cannot take {found}"));
    }
    *target = new;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn types() {
        for (text, value) in [
            ("8080", json!(8080)),
            ("1.5", json!(1.5)),
            ("true", json!(true)),
            ("yes", json!("yes")),
            ("on", json!("on")),
            ("", json!(null)),
            ("abc", json!("abc")),
            ("8080\n", json!("8080\n")),
            (" 5", json!(" 5")),
        ] {
            assert_eq!(untyped(text), value, "{text:?}");
        }
        for (old, text, new) in [
            (json!(5), "8080", Some(json!(8080))),
            (json!(5), "abc", None),
            (json!(5), "1.5", None),
            (json!(1.5), "8080", Some(json!(8080))),
            (json!(true), "false", Some(json!(false))),
            (json!(true), "8080", None),
            (json!(null), "x", None),
            (json!("x"), "8080", Some(json!("8080"))),
        ] {
            let mut target = old.clone();
            let done = put(&mut target, text);
            assert_eq!(done.ok().map(|()| target), new, "{old} {text}");
        }
    }
}
