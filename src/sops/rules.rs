//! Which values of a file are encrypted.

use regex::Regex;

use super::error::Error;

/// The rule of a file. It looks at the keys on the way down to a value; one matching key decides.
#[derive(Debug)]
pub(crate) enum Rule {
    /// Everything is encrypted but what lies below a key with this ending.
    UnencryptedSuffix(String),
    /// Only what lies below a key with this ending is encrypted.
    EncryptedSuffix(String),
    /// Everything is encrypted but what lies below a matching key.
    UnencryptedRegex(Regex),
    /// Only what lies below a matching key is encrypted.
    EncryptedRegex(Regex),
}

impl Rule {
    /// The rule out of unencrypted suffix, encrypted suffix, unencrypted regex and encrypted regex. None of them means
    /// the suffix `_unencrypted`; more than one is an error.
    pub(crate) fn new(fields: [Option<String>; 4]) -> Result<Self, Error> {
        let set: Vec<(usize, String)> = fields
            .into_iter()
            .enumerate()
            .filter_map(|(i, field)| Some((i, field.filter(|text| !text.is_empty())?)))
            .collect();
        let [(kind, text)]: [(usize, String); 1] = match set.len() {
            0 => [(0, "_unencrypted".to_owned())],
            1 => set
                .try_into()
                .map_err(|_| Error::Engine("a list of one has no first item"))?,
            _ => {
                return Err(Error::Metadata(
                    "only one encryption rule may be set".into(),
                ));
            }
        };
        let regex = |text: &str| {
            Regex::new(text).map_err(|_| {
                Error::Metadata("the regular expression of the rule is invalid".into())
            })
        };
        Ok(match kind {
            0 => Rule::UnencryptedSuffix(text),
            1 => Rule::EncryptedSuffix(text),
            2 => Rule::UnencryptedRegex(regex(&text)?),
            _ => Rule::EncryptedRegex(regex(&text)?),
        })
    }

    /// Whether values are encrypted while no key has matched.
    pub(crate) fn at_top(&self) -> bool {
        matches!(self, Rule::UnencryptedSuffix(_) | Rule::UnencryptedRegex(_))
    }

    /// Whether values below `key` are encrypted, given whether values beside it are.
    pub(crate) fn below(&self, key: &str, encrypted: bool) -> bool {
        if encrypted != self.at_top() {
            return encrypted;
        }
        let matches = match self {
            Rule::UnencryptedSuffix(suffix) | Rule::EncryptedSuffix(suffix) => {
                key.ends_with(suffix.as_str())
            }
            Rule::UnencryptedRegex(regex) | Rule::EncryptedRegex(regex) => regex.is_match(key),
        };
        encrypted != matches
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encrypted(fields: [Option<&str>; 4], path: &[&str]) -> bool {
        let rule = Rule::new(fields.map(|field| field.map(str::to_owned))).unwrap();
        path.iter()
            .fold(rule.at_top(), |state, key| rule.below(key, state))
    }

    #[test]
    fn one_matching_key_decides() {
        let none = [None, None, None, None];
        assert!(encrypted(none, &["a", "b"]));
        assert!(!encrypted(none, &["a_unencrypted", "b"]));
        assert!(!encrypted([None, Some("_enc"), None, None], &["a"]));
        assert!(encrypted([None, Some("_enc"), None, None], &["a_enc", "b"]));
        let data = [None, None, None, Some("^(data|stringData)$")];
        assert!(encrypted(data, &["data", "x"]));
        assert!(!encrypted(data, &["metadata", "x"]));
        assert!(!encrypted(
            [None, None, Some("^meta"), None],
            &["metadata", "x"]
        ));
        assert!(encrypted([None, None, Some("^meta"), None], &["data", "x"]));
    }

    #[test]
    fn two_rules_or_a_broken_one_are_refused() {
        let rule = |a: Option<&str>, b: Option<&str>| {
            Rule::new([a.map(Into::into), None, None, b.map(Into::into)])
        };
        assert_eq!(rule(Some("a"), Some("b")).unwrap_err().class(), "metadata");
        assert_eq!(rule(None, Some("(")).unwrap_err().class(), "metadata");
        assert!(rule(Some(""), None).is_ok());
    }
}
