//! Results as lines while they come, or as one document at the end.

use std::io::Write;

use serde_json::{Value, json};

use crate::cli::workload::{Apply, DryRun, Output};
use crate::exec::event::Events;
use crate::text::Count;
use crate::workload::Error;
use crate::workload::object::Object;
use crate::workload::perform::Outcome;
use crate::workload::removal::{self, Victim};

/// Words of the summary: all that always stand there, then those that only do if they count something.
const ALWAYS: [&str; 4] = ["created", "configured", "unchanged", "failed"];
const SOMETIMES: [&str; 6] = [
    "replaced",
    "not applied",
    "unknown",
    "pruned",
    "kept",
    "not pruned",
];

pub(in crate::commands) struct Printer<'a> {
    stdout: &'a mut (dyn Write + Send),
    output: Option<Output>,
    dry_run: Option<DryRun>,
    rows: Vec<Value>,
    words: Vec<&'static str>,
}

impl<'a> Printer<'a> {
    pub(super) fn new(args: &Apply, stdout: &'a mut (dyn Write + Send)) -> Self {
        Self {
            stdout,
            output: args.output,
            dry_run: args.dry_run,
            rows: Vec::new(),
            words: Vec::new(),
        }
    }

    /// Prints one object; without an outcome it was only built.
    pub(super) fn print(
        &mut self,
        object: &Object,
        outcome: Option<&Outcome>,
    ) -> Result<(), Error> {
        let word = outcome.map_or("would be applied", Outcome::word);
        self.words.push(word);
        let note = self.note();
        match self.output {
            None => writeln!(self.stdout, "{} {word}{note}", object.id),
            Some(Output::Name) if outcome.is_some_and(|outcome| !outcome.is_applied()) => Ok(()),
            Some(Output::Name) => writeln!(self.stdout, "{}", object.id),
            Some(Output::Json) => {
                self.rows.push(row(object, word, outcome));
                Ok(())
            }
        }
        .map_err(Error::Output)
    }

    /// Prints one object that no manifest names; without an outcome it was only looked at.
    pub(in crate::commands) fn pruned(
        &mut self,
        victim: &Victim,
        outcome: Option<&removal::Outcome>,
    ) -> Result<(), Error> {
        use removal::Outcome as Pruned;
        let word = match outcome {
            None | Some(Pruned::Deleted | Pruned::Absent) => "pruned",
            Some(Pruned::Kept(_)) => "kept",
            Some(Pruned::Failed(_) | Pruned::Stuck(_)) => "not pruned",
        };
        self.words.push(word);
        let (id, note) = (&victim.id, self.note());
        match self.output {
            None => writeln!(self.stdout, "{id} {word}{note}"),
            Some(Output::Name) if word != "pruned" => Ok(()),
            Some(Output::Name) => writeln!(self.stdout, "{id}"),
            Some(Output::Json) => {
                let mut row = json!({
                    "apiVersion": id.api_version, "kind": id.kind, "namespace": id.namespace, "name": id.name,
                    "result": word
                });
                if let Some(Pruned::Kept(why) | Pruned::Failed(why) | Pruned::Stuck(why)) = outcome {
                    row["error"] = why.as_str().into();
                }
                self.rows.push(row);
                Ok(())
            }
        }
        .map_err(Error::Output)
    }

    fn note(&self) -> &'static str {
        match self.dry_run {
            Some(DryRun::Server) => " (server dry run)",
            Some(DryRun::Client) => " (client dry run)",
            None => "",
        }
    }

    fn count(&self, word: &str) -> usize {
        self.words.iter().filter(|known| **known == word).count()
    }

    /// Prints what is left, and the summary for people.
    pub(super) fn finish(self, events: &Events) -> Result<(), Error> {
        let present = |word: &&&str| self.count(word) > 0;
        let words: Vec<&str> = ALWAYS
            .iter()
            .chain(SOMETIMES.iter().filter(present))
            .copied()
            .collect();
        if self.output == Some(Output::Json) {
            let summary: serde_json::Map<String, Value> = words
                .iter()
                .map(|word| (word.replace(' ', "_"), self.count(word).into()))
                .collect();
            let document = json!({ "objects": self.rows, "summary": summary });
            writeln!(self.stdout, "{document:#}").map_err(Error::Output)?;
        }
        self.stdout.flush().map_err(Error::Output)?;
        if self.words.is_empty() {
            return Ok(());
        }
        let objects = Count(self.words.len(), "object");
        let counts: Vec<String> = words
            .iter()
            .map(|word| format!("{} {word}", self.count(word)))
            .collect();
        let counts = counts.join(", ");
        events.note(match self.dry_run {
            Some(DryRun::Client) if self.count("pruned") > 0 => {
                let pruned = self.count("pruned");
                let applied = Count(self.words.len() - pruned, "object");
                format!("{applied} would be applied, {pruned} pruned")
            }
            Some(DryRun::Client) => format!("{objects} would be applied"),
            Some(DryRun::Server) => format!("{objects} checked, nothing stored: {counts}"),
            None => format!("{objects}: {counts}"),
        });
        Ok(())
    }
}

fn row(object: &Object, result: &str, outcome: Option<&Outcome>) -> Value {
    let id = &object.id;
    let mut row = json!({
        "apiVersion": id.api_version, "kind": id.kind, "namespace": id.namespace, "name": id.name,
        "origin": object.origin.to_string(), "result": result
    });
    if id.is_generated() {
        row["generateName"] = id.name.trim_end_matches('%').into();
        row["name"] = Value::Null;
    }
    if let Some(Outcome::Failed(why)) = outcome {
        row["error"] = why.as_str().into();
    }
    row
}
