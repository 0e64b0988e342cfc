//! Results as lines while they come, or as one document at the end.

use std::collections::BTreeMap;
use std::io::Write;

use serde_json::{Value, json};

use crate::cli::workload::{Delete, DryRun, Output};
use crate::exec::event::Events;
use crate::text::Count;
use crate::workload::Error;
use crate::workload::object::ObjectId;
use crate::workload::removal::{Outcome, Victim};

pub(super) struct Printer<'a> {
    stdout: &'a mut (dyn Write + Send),
    output: Option<Output>,
    dry_run: Option<DryRun>,
    rows: Vec<Value>,
    counts: BTreeMap<&'static str, usize>,
}

impl<'a> Printer<'a> {
    pub(super) fn new(args: &Delete, stdout: &'a mut (dyn Write + Send)) -> Self {
        Self {
            stdout,
            output: args.output,
            dry_run: args.dry_run,
            rows: Vec::new(),
            counts: BTreeMap::new(),
        }
    }

    /// Prints what became of an object.
    pub(super) fn outcome(&mut self, victim: &Victim, outcome: &Outcome) -> Result<(), Error> {
        let (word, why) = match outcome {
            Outcome::Deleted => ("deleted", None),
            Outcome::Absent => ("not found", None),
            Outcome::Kept(why) => ("kept", Some(why)),
            Outcome::Failed(why) => ("failed", Some(why)),
            Outcome::Stuck(why) => ("still there", Some(why)),
        };
        self.print(&victim.id, word, why.map(String::as_str))
    }

    /// Prints one line or row.
    pub(super) fn print(
        &mut self,
        id: &ObjectId,
        word: &'static str,
        why: Option<&str>,
    ) -> Result<(), Error> {
        *self.counts.entry(word).or_default() += 1;
        let note = match self.dry_run {
            Some(DryRun::Server) => " (server dry run)",
            Some(DryRun::Client) => " (client dry run)",
            None => "",
        };
        match self.output {
            None => writeln!(self.stdout, "{id} {word}{note}"),
            Some(Output::Name) if !word.contains("deleted") => Ok(()),
            Some(Output::Name) => writeln!(self.stdout, "{id}"),
            Some(Output::Json) => {
                let mut row = json!({
                    "apiVersion": id.api_version, "kind": id.kind, "namespace": id.namespace, "name": id.name,
                    "result": word
                });
                if let Some(why) = why {
                    row["error"] = why.into();
                }
                self.rows.push(row);
                Ok(())
            }
        }
        .map_err(Error::Output)
    }

    /// Prints what is left, and the summary for people.
    pub(super) fn finish(self, events: &Events) -> Result<(), Error> {
        if self.output == Some(Output::Json) {
            let summary: serde_json::Map<String, Value> = self
                .counts
                .iter()
                .map(|(word, count)| (word.replace(' ', "_"), (*count).into()))
                .collect();
            let document = json!({ "objects": self.rows, "summary": summary });
            writeln!(self.stdout, "{document:#}").map_err(Error::Output)?;
        }
        self.stdout.flush().map_err(Error::Output)?;
        let total = self.counts.values().sum();
        if total == 0 {
            events.note("there is nothing to delete");
            return Ok(());
        }
        let counts: Vec<String> = self
            .counts
            .iter()
            .map(|(word, count)| format!("{count} {word}"))
            .collect();
        let (objects, counts) = (Count(total, "object"), counts.join(", "));
        events.note(match self.dry_run {
            Some(DryRun::Server) => format!("{objects} checked, nothing deleted: {counts}"),
            _ => format!("{objects}: {counts}"),
        });
        Ok(())
    }
}
