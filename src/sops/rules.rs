//! Which values and comments of a file are encrypted.

use regex::Regex;
use serde::Deserialize;

use super::creation::{Selection, SelectionKind};
use super::error::Error;
use super::pattern;

/// The ending of keys that stay in clear if no rule says otherwise.
const DEFAULT_SUFFIX: &str = "_unencrypted";

/// The rules as metadata, creation rules and flags spell them; at most one may be set. Empty texts count as unset.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct RuleTexts {
    /// Ending of keys whose values stay in clear.
    pub unencrypted_suffix: Option<String>,
    /// Ending of keys whose values are encrypted.
    pub encrypted_suffix: Option<String>,
    /// Keys whose values stay in clear.
    pub unencrypted_regex: Option<String>,
    /// Keys whose values are encrypted.
    pub encrypted_regex: Option<String>,
    /// Comments below which values stay in clear.
    pub unencrypted_comment_regex: Option<String>,
    /// Comments below which values are encrypted.
    pub encrypted_comment_regex: Option<String>,
}

impl RuleTexts {
    fn set(self) -> Vec<(Kind, String)> {
        [
            (Kind::UnencryptedSuffix, self.unencrypted_suffix),
            (Kind::EncryptedSuffix, self.encrypted_suffix),
            (Kind::UnencryptedRegex, self.unencrypted_regex),
            (Kind::EncryptedRegex, self.encrypted_regex),
            (Kind::UnencryptedComment, self.unencrypted_comment_regex),
            (Kind::EncryptedComment, self.encrypted_comment_regex),
        ]
        .into_iter()
        .filter_map(|(kind, text)| Some((kind, text.filter(|text| !text.is_empty())?)))
        .collect()
    }
}

impl From<&Selection> for RuleTexts {
    fn from(selection: &Selection) -> Self {
        let mut texts = Self::default();
        let field = match selection.kind {
            SelectionKind::UnencryptedSuffix => &mut texts.unencrypted_suffix,
            SelectionKind::EncryptedSuffix => &mut texts.encrypted_suffix,
            SelectionKind::UnencryptedRegex => &mut texts.unencrypted_regex,
            SelectionKind::EncryptedRegex => &mut texts.encrypted_regex,
            SelectionKind::UnencryptedCommentRegex => &mut texts.unencrypted_comment_regex,
            SelectionKind::EncryptedCommentRegex => &mut texts.encrypted_comment_regex,
        };
        *field = Some(selection.text.clone());
        texts
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    UnencryptedSuffix,
    EncryptedSuffix,
    UnencryptedRegex,
    EncryptedRegex,
    UnencryptedComment,
    EncryptedComment,
}

/// The rule of a file. Rules of keys look at the keys on the way down to a value; one matching key decides. Rules of
/// comments look at the comments right above a value, or right above what it lies in.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    kind: Kind,
    text: String,
    regex: Option<Regex>,
}

/// What the rule has seen on the way to a place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope {
    /// The verdict of keys.
    by_key: bool,
    /// A comment above an enclosing list or mapping matched.
    outside: bool,
    /// A comment since the last value beside this place matched.
    here: bool,
}

impl Rule {
    /// None of the rules means the suffix `_unencrypted`; more than one is an error.
    pub(crate) fn new(texts: RuleTexts) -> Result<Self, Error> {
        let mut set = texts.set().into_iter();
        let (kind, text) = set
            .next()
            .unwrap_or((Kind::UnencryptedSuffix, DEFAULT_SUFFIX.to_owned()));
        if set.next().is_some() {
            return Err(Error::Metadata(
                "only one encryption rule may be set".into(),
            ));
        }
        let regex = match kind {
            Kind::UnencryptedSuffix | Kind::EncryptedSuffix => None,
            _ => Some(pattern::compile(&text).map_err(|_| {
                Error::Metadata("the regular expression of the rule is invalid".into())
            })?),
        };
        Ok(Self { kind, text, regex })
    }

    /// The field of the metadata that holds the rule, and its text.
    pub(crate) fn field(&self) -> (&'static str, &str) {
        let name = match self.kind {
            Kind::UnencryptedSuffix => "unencrypted_suffix",
            Kind::EncryptedSuffix => "encrypted_suffix",
            Kind::UnencryptedRegex => "unencrypted_regex",
            Kind::EncryptedRegex => "encrypted_regex",
            Kind::UnencryptedComment => "unencrypted_comment_regex",
            Kind::EncryptedComment => "encrypted_comment_regex",
        };
        (name, &self.text)
    }

    /// Whether comments decide, so that a reader must keep them.
    pub(crate) fn goes_by_comments(&self) -> bool {
        matches!(self.kind, Kind::UnencryptedComment | Kind::EncryptedComment)
    }

    /// Whether a comment that matches means that what follows stays in clear.
    pub(crate) fn clears_by_comment(&self) -> bool {
        self.kind == Kind::UnencryptedComment
    }

    /// Whether values are encrypted while no key has matched.
    pub(crate) fn at_top(&self) -> bool {
        matches!(
            self.kind,
            Kind::UnencryptedSuffix | Kind::UnencryptedRegex | Kind::UnencryptedComment
        )
    }

    /// Whether values below `key` are encrypted, given whether values beside it are. Comments have no say in this.
    pub(crate) fn below(&self, key: &str, encrypted: bool) -> bool {
        if encrypted != self.at_top() || self.goes_by_comments() {
            return encrypted;
        }
        encrypted != self.matches(key)
    }

    /// Whether the key or comment is one the rule names.
    pub(crate) fn matches(&self, text: &str) -> bool {
        match &self.regex {
            Some(regex) => regex.is_match(text),
            None => text.ends_with(self.text.as_str()),
        }
    }

    /// The beginning of a document.
    pub(crate) fn top(&self) -> Scope {
        Scope {
            by_key: self.at_top(),
            outside: false,
            here: false,
        }
    }

    /// Whether a value at this place is encrypted.
    pub(crate) fn encrypts(&self, scope: Scope) -> bool {
        if self.goes_by_comments() {
            (scope.outside || scope.here) != self.clears_by_comment()
        } else {
            scope.by_key
        }
    }

    /// Takes notice of a comment; the answer is whether it is encrypted itself. A comment that switches encryption on
    /// stays in clear, as does one that switches it off.
    pub(crate) fn comment(&self, scope: &mut Scope, text: &str) -> bool {
        let before = self.encrypts(*scope);
        scope.here |= self.goes_by_comments() && self.matches(text);
        if self.clears_by_comment() {
            self.encrypts(*scope)
        } else {
            before
        }
    }
}

impl Scope {
    /// The place of values below `key`.
    pub(crate) fn key(self, rule: &Rule, key: &str) -> Self {
        Self {
            by_key: rule.below(key, self.by_key),
            ..self
        }
    }

    /// The beginning of a list or mapping at this place.
    pub(crate) fn inside(self) -> Self {
        Self {
            outside: self.outside || self.here,
            here: false,
            ..self
        }
    }

    /// A value ends what the comments before it said.
    pub(crate) fn value_passed(&mut self) {
        self.here = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(field: &str, text: &str) -> RuleTexts {
        serde_json::from_value(serde_json::json!({ field: text })).unwrap()
    }

    fn encrypted(texts: RuleTexts, path: &[&str]) -> bool {
        let rule = Rule::new(texts).unwrap();
        path.iter()
            .fold(rule.at_top(), |state, key| rule.below(key, state))
    }

    #[test]
    fn one_matching_key_decides() {
        let none = RuleTexts::default;
        assert!(encrypted(none(), &["a", "b"]));
        assert!(!encrypted(none(), &["a_unencrypted", "b"]));
        assert!(!encrypted(texts("encrypted_suffix", "_enc"), &["a"]));
        assert!(encrypted(
            texts("encrypted_suffix", "_enc"),
            &["a_enc", "b"]
        ));
        let data = || texts("encrypted_regex", "^(data|stringData)$");
        assert!(encrypted(data(), &["data", "x"]));
        assert!(!encrypted(data(), &["metadata", "x"]));
        let meta = || texts("unencrypted_regex", "^meta");
        assert!(!encrypted(meta(), &["metadata", "x"]));
        assert!(encrypted(meta(), &["data", "x"]));
    }

    #[test]
    fn two_rules_or_a_broken_one_are_refused() {
        let two = RuleTexts {
            encrypted_regex: Some("b".into()),
            ..texts("unencrypted_suffix", "a")
        };
        assert_eq!(Rule::new(two).unwrap_err().class(), "metadata");
        let broken = texts("encrypted_regex", "(");
        assert_eq!(Rule::new(broken).unwrap_err().class(), "metadata");
        assert!(Rule::new(texts("unencrypted_suffix", "")).is_ok());
    }

    #[test]
    fn comments_decide_about_what_follows_them() {
        let rule = Rule::new(texts("encrypted_comment_regex", "sops:enc")).unwrap();
        let mut scope = rule.top();
        assert!(!rule.encrypts(scope));
        assert!(!rule.comment(&mut scope, " sops:enc"));
        assert!(rule.comment(&mut scope, " about the value"));
        assert!(rule.encrypts(scope));
        assert!(rule.encrypts(scope.key(&rule, "a").inside()));
        scope.value_passed();
        assert!(!rule.encrypts(scope));

        let rule = Rule::new(texts("unencrypted_comment_regex", "clear")).unwrap();
        let mut scope = rule.top();
        assert!(rule.comment(&mut scope, " other"));
        assert!(!rule.comment(&mut scope, " clear"));
        assert!(!rule.encrypts(scope));
    }
}
