//! What is the same, what differs, and what differs on purpose.

use std::collections::BTreeMap;
use std::fmt;

use ksail::yaml::{ErrorKind, Source, load};
use serde_json::{Number, Value};

use super::readers::Answer;

/// Differences that are shown; thousands would help nobody.
const SHOWN: usize = 40;

/// How two readings of a text compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    /// All documents are equal.
    Same,
    /// Both read it, and understand it differently.
    Different,
    /// As above, for a reason that is documented.
    Deliberate(&'static str),
    /// Both refuse it.
    BothRefuse,
    /// Kubernetes' readers refuse what ksail reads.
    OnlyWeRead,
    /// ksail refuses what Kubernetes' readers read.
    OnlyTheyRead,
}

/// Compares all readings of a text.
pub(super) fn verdict(text: &str, answer: &Answer) -> Verdict {
    let ours = load(text, &Source::new("t"));
    let theirs = &answer.kubectl;
    match ours {
        Err(error) => match error.kind {
            ErrorKind::DuplicateKey { .. } if !answer.strict.is_empty() => Verdict::Deliberate("duplicate keys are refused"),
            _ if theirs.error.is_empty() => deliberate(text).map_or(Verdict::OnlyTheyRead, Verdict::Deliberate),
            _ => Verdict::BothRefuse,
        },
        Ok(_) if !theirs.error.is_empty() => Verdict::OnlyWeRead,
        Ok(documents) => {
            let ours: Vec<Value> = documents.into_iter().map(|node| normal(node.into_json())).collect();
            let expected: Vec<Value> = theirs.documents.iter().cloned().map(normal).collect();
            let same = ours == expected;
            // sigs.k8s.io/yaml sees the first document only, empty ones included.
            let first = answer.sigs.documents.first().cloned().map(normal);
            let agrees = first.is_none_or(|first| first.is_null() || ours.first() == Some(&first));
            match (same, agrees) {
                (true, true) => Verdict::Same,
                _ => deliberate(text).map_or(Verdict::Different, Verdict::Deliberate),
            }
        }
    }
}

/// Why a text may be understood differently; see docs/design/yaml.md.
pub(super) fn deliberate(_text: &str) -> Option<&'static str> {
    None
}

/// The same value with one form for each number.
fn normal(value: Value) -> Value {
    match value {
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() && float == 0.0 => Value::Number(Number::from(0)),
            _ => Value::Number(number),
        },
        Value::Array(items) => items.into_iter().map(normal).collect(),
        Value::Object(map) => map.into_iter().map(|(key, value)| (key, normal(value))).collect(),
        other => other,
    }
}

/// Verdicts by number, with examples.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) same: usize,
    pub(super) different: Vec<String>,
    others: BTreeMap<Verdict, (usize, Vec<String>)>,
}

impl Tally {
    pub(super) fn add(&mut self, text: &str, verdict: Verdict) {
        match verdict {
            Verdict::Same => self.same += 1,
            Verdict::Different if self.different.len() < SHOWN => self.different.push(format!("{text:?}")),
            Verdict::Different => {}
            other => {
                let (count, examples) = self.others.entry(other).or_default();
                *count += 1;
                if examples.len() < SHOWN {
                    examples.push(format!("{text:?}"));
                }
            }
        }
    }

    pub(super) fn count(&self, verdict: Verdict) -> usize {
        self.others.get(&verdict).map_or(0, |(count, _)| *count)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} the same, {} or more different", self.same, self.different.len())?;
        for (verdict, (count, examples)) in &self.others {
            write!(f, "\n{verdict:?}: {count}")?;
            for example in examples.iter().take(5) {
                write!(f, "\n  {example}")?;
            }
        }
        Ok(())
    }
}
