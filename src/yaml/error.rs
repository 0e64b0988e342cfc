//! Why a text could not be loaded, and where in it.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::advice;
use super::node::Mark;
use crate::error::Hint;

/// Characters of a source line that an excerpt shows at most.
const EXCERPT_WIDTH: usize = 100;

/// Where a text came from, as messages name it. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Source {
    name: Arc<str>,
    confidential: bool,
}

impl Source {
    /// A text known by this name: a path, a URL, `<stdin>`.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self {
            name: name.into(),
            confidential: false,
        }
    }

    /// The text of a file.
    pub fn file(path: &Path) -> Self {
        Self::new(path.display().to_string())
    }

    /// The same source, but none of its text may appear in an error.
    #[must_use]
    pub fn confidential(mut self) -> Self {
        self.confidential = true;
        self
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// All of this source: a flag or variable, which has no lines to count.
    pub fn whole(&self) -> Location {
        self.at(Mark { line: 0, column: 0 })
    }

    /// A place in this source.
    pub fn at(&self, mark: Mark) -> Location {
        Location {
            source: self.clone(),
            line: mark.line,
            column: mark.column,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// A place in a named text; displays as `FILE:LINE:COL`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Location {
    /// The text.
    pub source: Source,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl Location {
    /// Line and column without the name.
    pub fn mark(&self) -> Mark {
        Mark {
            line: self.line,
            column: self.column,
        }
    }

    /// The line of `text` at this place with a caret below the column. `None` if the source is confidential or has
    /// no such line.
    pub fn excerpt(&self, text: &str) -> Option<String> {
        if self.source.confidential {
            return None;
        }
        // Places do not count it.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let line = text.lines().nth(self.line.checked_sub(1)? as usize)?;
        let column = self.column.saturating_sub(1) as usize;
        let skip = (column + 1).saturating_sub(EXCERPT_WIDTH);
        let shown: String = line
            .chars()
            .skip(skip)
            .take(EXCERPT_WIDTH)
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let number = self.line.to_string();
        let (margin, indent) = (" ".repeat(number.len()), " ".repeat(column - skip));
        Some(format!(
            "{number} | {}\n{margin} | {indent}^",
            shown.trim_end()
        ))
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            return self.source.fmt(f);
        }
        write!(f, "{}:{}:{}", self.source, self.line, self.column)
    }
}

/// A text that could not be loaded.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{at}: {kind}")]
pub struct Error {
    /// Where.
    pub at: Location,
    /// Why.
    pub kind: ErrorKind,
    excerpt: Option<Box<str>>,
    hint: Option<Box<Cow<'static, str>>>,
}

impl Error {
    /// An error at a place of `text`, from which the excerpt is taken unless the source is confidential.
    pub(super) fn new(source: &Source, mark: Mark, kind: ErrorKind, text: &str) -> Self {
        // Places do not count it.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (mark, kind) = match kind {
            ErrorKind::Syntax(info) => advice::clarified(text, mark, &info),
            kind => (mark, kind),
        };
        let at = source.at(mark);
        let excerpt = at.excerpt(text).map(String::into_boxed_str);
        let hint = advice::meaning(text, mark, &kind).map(Box::new);
        Self {
            at,
            kind,
            excerpt,
            hint,
        }
    }

    /// The offending line with a caret below the column; never for a confidential source.
    pub fn excerpt(&self) -> Option<&str> {
        self.excerpt.as_deref()
    }
}

/// What is wrong. No message quotes a value; keys are quoted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ErrorKind {
    /// The text is not YAML.
    #[error("{0}")]
    Syntax(String),
    /// One mapping has the same key twice.
    #[error("key `{key}` is already set on line {first}")]
    DuplicateKey {
        /// The key.
        key: String,
        /// Line of its first appearance.
        first: u32,
    },
    /// A key is `null`, `~` or missing.
    #[error("a key must not be null")]
    NullKey,
    /// A key is a list or a mapping.
    #[error("a key must be a single value, not a list or mapping")]
    ComplexKey,
    /// The value of `<<` is no mapping.
    #[error("the merge key `<<` takes a mapping or a list of mappings")]
    Merge,
    /// A value contradicts its explicit tag.
    #[error("the value does not fit its tag `!!{0}`")]
    Tag(&'static str),
    /// `.inf` or `.nan`.
    #[error("infinity and `.nan` have no JSON form")]
    NotFinite,
    /// An alias without anchor in this document.
    #[error("the alias refers to an anchor that this document does not define before it")]
    UnknownAnchor,
    /// An alias inside its own anchor.
    #[error("the anchor contains itself")]
    RecursiveAnchor,
    /// Aliases would expand to more than is reasonable.
    #[error("the aliases of this text expand to more than {0} MiB")]
    AliasBudget(usize),
    /// Lists and mappings are nested too deeply.
    #[error("lists and mappings are nested deeper than {0} levels")]
    TooDeep(usize),
    /// A control character other than tab and line breaks.
    #[error("control character U+{0:04X} is not allowed")]
    Control(u32),
    /// `\/` in a double-quoted string that is not JSON.
    #[error("`\\/` is no escape sequence of Kubernetes' YAML readers")]
    Escape,
}

impl Hint for Error {
    fn hint(&self) -> Option<Cow<'static, str>> {
        self.hint.as_deref().cloned()
    }
}
