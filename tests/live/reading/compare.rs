//! What is the same, what differs, and what differs on purpose.

use std::collections::BTreeMap;
use std::fmt;

use ksail::yaml::{ErrorKind, Node, Source, load};
use serde_json::Value;

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
            ErrorKind::DuplicateKey { .. } if !answer.strict.is_empty() => {
                Verdict::Deliberate("duplicate keys are refused")
            }
            _ if theirs.error.is_empty() => {
                deliberate(text).map_or(Verdict::OnlyTheyRead, Verdict::Deliberate)
            }
            _ => Verdict::BothRefuse,
        },
        Ok(_) if !theirs.error.is_empty() => Verdict::OnlyWeRead,
        Ok(documents) => {
            let ours: Vec<Value> = documents.into_iter().map(Node::into_json).collect();
            // sigs.k8s.io/yaml sees the first document only, and counts empty ones.
            let first = answer
                .sigs
                .documents
                .first()
                .filter(|first| !first.is_null());
            let agrees = match (ours.first(), first) {
                (Some(ours), Some(theirs)) => equal(ours, theirs) || ends_in_block_scalar(text),
                _ => true,
            };
            if agrees && all_equal(&ours, &theirs.documents) {
                Verdict::Same
            } else {
                deliberate(text).map_or(Verdict::Different, Verdict::Deliberate)
            }
        }
    }
}

/// `kubectl` ends every line with a line break before its reader sees it, so that only the other reader knows of a block
/// scalar that the end of the text cuts short. We follow `kubectl`.
fn ends_in_block_scalar(text: &str) -> bool {
    !text.ends_with('\n') && text.contains(['|', '>'])
}

/// Why a text may be understood differently; see docs/design/yaml.md.
fn deliberate(text: &str) -> Option<&'static str> {
    let begins = |prefixes: &[&str]| {
        let is_such = |line: &str| prefixes.iter().any(|prefix| line.starts_with(prefix));
        text.lines().any(is_such)
    };
    if begins(&["..."]) {
        return Some("what follows `...` is read, not dropped");
    }
    if begins(&["|", ">", "---|", "--- |", "--- >"]) {
        return Some("a text alone is no object");
    }
    if [
        ":]", ":}", ":,", "[?", "{?", ", ?", "[-]", "[-,", ",-]", ", -]",
    ]
    .iter()
    .any(|part| text.contains(part))
    {
        return Some("`x:`, `?x` and `-` between brackets are read as YAML 1.2 says");
    }
    text.contains("\r\r")
        .then_some("a carriage return alone is not a line break to all")
}

fn all_equal(ours: &[Value], theirs: &[Value]) -> bool {
    ours.len() == theirs.len()
        && ours
            .iter()
            .zip(theirs)
            .all(|(ours, theirs)| equal(ours, theirs))
}

/// Floats may differ in the last bit: the parser of this test's JSON rounds for speed.
fn equal(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Array(ours), Value::Array(theirs)) => all_equal(ours, theirs),
        (Value::Object(ours), Value::Object(theirs)) => {
            ours.len() == theirs.len()
                && ours
                    .iter()
                    .all(|(key, ours)| theirs.get(key).is_some_and(|theirs| equal(ours, theirs)))
        }
        (Value::Number(left), Value::Number(right)) if left.is_f64() || right.is_f64() => {
            let (left, right) = (left.as_f64().unwrap(), right.as_f64().unwrap());
            (left - right).abs() <= f64::EPSILON * left.abs()
        }
        _ => ours == theirs,
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
            Verdict::Different if self.different.len() < SHOWN => {
                self.different.push(format!("{text:?}"));
            }
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
        write!(
            f,
            "{} the same, {} or more different",
            self.same,
            self.different.len()
        )?;
        for (verdict, (count, examples)) in &self.others {
            write!(f, "\n{verdict:?}: {count}")?;
            for example in examples.iter().take(5) {
                write!(f, "\n  {example}")?;
            }
        }
        Ok(())
    }
}
