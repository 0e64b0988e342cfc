//! The flag form of a rule: `VALUE@FILTER[;FILTER…]`, with `\@` for an `@` that belongs to the value.

use super::filter::NodeFilter;
use super::place::{Filtered, Placed, Subject};
use crate::config::error::Error;
use crate::config::notation::Refusal;
use crate::yaml::Source;

/// A flag taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitFlag {
    /// The value without escapes.
    pub value: String,
    /// The filters, not read yet.
    pub filters: Vec<String>,
}

/// Separates the value of a flag from its node filters. `\@` is a plain `@`, `\\@` is a backslash before the filters.
pub fn split_filter(flag: &str) -> Result<SplitFlag, Refusal> {
    let mut parts = vec![String::new()];
    let mut pieces = flag.split('@').peekable();
    while let Some(piece) = pieces.next() {
        let Some(part) = parts.last_mut() else { break };
        if pieces.peek().is_none() {
            part.push_str(piece);
        } else if let Some(kept) = piece.strip_suffix("\\\\") {
            part.push_str(kept);
            part.push('\\');
            parts.push(String::new());
        } else if let Some(kept) = piece.strip_suffix('\\') {
            part.push_str(kept);
            part.push('@');
        } else {
            part.push_str(piece);
            parts.push(String::new());
        }
    }
    let filters = match parts.as_slice() {
        [_] => Vec::new(),
        [_, filters] if !filters.is_empty() => filters.split(';').map(str::to_owned).collect(),
        [_, _] => return Err(Refusal::rule("ends in `@` and names no nodes")),
        _ => {
            return Err(Refusal::rule(
                "has more than one `@`; write `\\@` where it belongs to the value",
            ));
        }
    };
    Ok(SplitFlag {
        value: parts.swap_remove(0),
        filters,
    })
}

impl<T> Filtered<T> {
    /// Reads the text of a flag. Places in errors have the flag as their source.
    pub fn from_flag(
        flag: &str,
        text: &str,
        subject: Subject,
        read: impl FnOnce(&str) -> Result<T, Refusal>,
    ) -> Result<Self, Error> {
        let at = Source::new(flag).whole();
        let refuse = |refusal: Refusal| Error::field(at.clone(), refusal.problem(text));
        let split = split_filter(text).map_err(refuse)?;
        let placed = |field: &str| Placed {
            value: (),
            field: field.to_owned(),
            at: at.clone(),
        };
        let filters = split.filters.iter().map(|filter| {
            let value = NodeFilter::parse(filter, subject);
            let place = placed(filter);
            let value = value.map_err(|refusal| place.refuse(refusal))?;
            Ok(place.with(value))
        });
        Ok(Self {
            filters: filters.collect::<Result<_, Error>>()?,
            item: placed(text).with(read(&split.value).map_err(refuse)?),
            subject,
        })
    }
}

impl Placed<()> {
    fn with<T>(self, value: T) -> Placed<T> {
        Placed {
            value,
            field: self.field,
            at: self.at,
        }
    }
}
