//! Values that must never be shown: keys, tokens, decrypted text.

use std::fmt;

use serde_json::Value;
use zeroize::Zeroize;

/// Owns a sensitive value. `Debug` prints a placeholder, there is no `Display` or `Serialize`, and the memory is
/// overwritten on drop.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Takes ownership of `value`.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. The caller keeps it out of messages, files and arguments.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

/// Overwrites all text below, keys included; nothing is left of the value.
pub fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(fields) => {
            for (mut key, mut field) in std::mem::take(fields) {
                key.zeroize();
                wipe(&mut field);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    *value = Value::Null;
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nothing_is_left_of_a_wiped_value() {
        let mut value = json!({"data": {"token": "abc", "more": ["x", 5]}});
        wipe(&mut value);
        assert_eq!(value, Value::Null);
    }

    #[test]
    fn debug_hides_the_value() {
        let secret = Secret::new(String::from("AGE-SECRET-KEY-1"));
        assert_eq!(format!("{secret:?}"), "[redacted]");
        assert_eq!(secret.expose(), "AGE-SECRET-KEY-1");
    }
}
