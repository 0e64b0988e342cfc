//! Events with their moments → Chrome trace-event JSON, which Perfetto and `chrome://tracing` draw.
//!
//! The command is a slice on the first line, stages of computing lie below it. Steps that run at once have lines of their
//! own, what they wait for lies below them. Messages are marks across all lines.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use crate::exec::event::{Event, Outcome, StepId};

/// Line of the command itself.
const COMMAND: usize = 0;

/// A step that has begun and not ended.
struct Open {
    line: usize,
    begun: Duration,
    /// What it waits for, since when.
    waits: Option<(String, Duration)>,
}

/// Collects slices and marks, each with its moment and its length to put them in order.
#[derive(Default)]
struct Timeline {
    entries: Vec<(u128, u128, Value)>,
    open: BTreeMap<StepId, Open>,
    lines: usize,
}

/// The file's text. `end` is when the command ended: steps that nobody ended are cut there.
pub(super) fn render(
    events: &[(Duration, Event)],
    end: Duration,
    command: &str,
    version: &str,
) -> String {
    let mut timeline = Timeline::default();
    timeline.slice(
        COMMAND,
        "command",
        command,
        Duration::ZERO,
        end,
        &Value::Null,
    );
    for (at, event) in events {
        timeline.take(*at, event);
    }
    for (step, open) in std::mem::take(&mut timeline.open) {
        timeline.close(&step, open, end, "unfinished");
    }
    let told = json!({
        "command": command, "version": version, "duration_us": micros(end)
    });
    let entries: Vec<String> = timeline.sorted().iter().map(Value::to_string).collect();
    format!(
        "{{\"displayTimeUnit\":\"ms\",\"otherData\":{told},\"traceEvents\":[\n{}\n]}}\n",
        entries.join(",\n")
    )
}

fn micros(time: Duration) -> u128 {
    time.as_micros()
}

impl Timeline {
    fn take(&mut self, at: Duration, event: &Event) {
        match event {
            Event::Planned(steps) => self.mark(at, "plan", &format!("{steps} steps planned")),
            Event::Warned(text) => self.mark(at, "warning", text),
            Event::Erred(text) => self.mark(at, "error", text),
            Event::Noted(text) => self.mark(at, "note", text),
            Event::Computed(stage, took) => {
                let begun = at.saturating_sub(*took);
                self.slice(COMMAND, "stage", &stage.0, begun, at, &Value::Null);
            }
            Event::Started(step) => {
                let line = self.free_line();
                let open = Open {
                    line,
                    begun: at,
                    waits: None,
                };
                self.open.insert(step.clone(), open);
            }
            Event::Waiting(step, on) => match self.open.get_mut(step) {
                Some(open) if open.waits.as_ref().is_some_and(|(text, _)| text == on) => {}
                Some(open) => {
                    let line = open.line;
                    let before = open.waits.replace((on.clone(), at));
                    self.waited(line, before, at);
                }
                // Of something that is no step, such as the connection.
                None => self.mark(at, "waiting", &format!("{step}: {on}")),
            },
            Event::Finished(step, outcome, _) => {
                if let Some(open) = self.open.remove(step) {
                    self.close(step, open, at, word(*outcome));
                }
            }
        }
    }

    /// The first line on which nothing runs.
    fn free_line(&mut self) -> usize {
        let taken = |line: &usize| self.open.values().any(|open| open.line == *line);
        let enough = COMMAND + 1..=self.open.len() + 1;
        let line = enough.into_iter().find(|line| !taken(line));
        let line = line.unwrap_or(COMMAND + 1);
        self.lines = self.lines.max(line);
        line
    }

    fn close(&mut self, step: &StepId, open: Open, at: Duration, outcome: &str) {
        self.waited(open.line, open.waits, at);
        let told = json!({ "outcome": outcome });
        self.slice(open.line, "step", &step.0, open.begun, at, &told);
    }

    fn waited(&mut self, line: usize, waits: Option<(String, Duration)>, at: Duration) {
        if let Some((on, since)) = waits {
            self.slice(line, "waiting", &on, since, at, &Value::Null);
        }
    }

    fn slice(
        &mut self,
        line: usize,
        category: &str,
        name: &str,
        begun: Duration,
        end: Duration,
        told: &Value,
    ) {
        let (begun, end) = (micros(begun), micros(end));
        let length = end.saturating_sub(begun);
        let mut entry = json!({
            "ph": "X", "pid": 1, "tid": line, "ts": begun, "dur": length, "cat": category, "name": name
        });
        if !told.is_null() {
            entry["args"] = told.clone();
        }
        self.entries.push((begun, length, entry));
    }

    fn mark(&mut self, at: Duration, category: &str, text: &str) {
        let at = micros(at);
        let entry = json!({
            "ph": "i", "s": "p", "pid": 1, "tid": COMMAND, "ts": at, "cat": category, "name": text
        });
        self.entries.push((at, 0, entry));
    }

    /// Names of the lines, then everything by its beginning, what is around before what is inside.
    fn sorted(mut self) -> Vec<Value> {
        self.entries
            .sort_by_key(|(begun, length, _)| (*begun, std::cmp::Reverse(*length)));
        let name = |kind: &str, line: usize, name: String| json!({ "ph": "M", "pid": 1, "tid": line, "name": kind, "args": { "name": name } });
        let lines = (COMMAND + 1..=self.lines).map(|line| (line, format!("steps {line}")));
        let lines = std::iter::once((COMMAND, "command".to_owned())).chain(lines);
        std::iter::once(name("process_name", COMMAND, "ksail".to_owned()))
            .chain(lines.map(|(line, text)| name("thread_name", line, text)))
            .chain(self.entries.into_iter().map(|(_, _, entry)| entry))
            .collect()
    }
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "done",
        Outcome::Unchanged => "unchanged",
        Outcome::Failed => "failed",
        Outcome::Cancelled => "cancelled",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_that_run_at_once_have_lines_of_their_own() {
        let step = |name: &str| StepId::from(name);
        let zero = Duration::ZERO;
        let events = [
            Event::Planned(3),
            Event::Started(step("a")),
            Event::Started(step("b")),
            Event::Waiting(step("b"), "one".into()),
            Event::Waiting(step("b"), "one".into()),
            Event::Waiting(step("b"), "two".into()),
            Event::Finished(step("a"), Outcome::Done, zero),
            Event::Started(step("c")),
            Event::Waiting(step("connection"), "an answer".into()),
            Event::Finished(step("b"), Outcome::Failed, zero),
            Event::Computed(step("sum"), Duration::from_millis(2)),
        ];
        let moments = (1..).map(Duration::from_millis);
        let events: Vec<(Duration, Event)> = moments.zip(events).collect();
        let text = render(&events, Duration::from_millis(20), "ksail x", "ksail 1");
        let json: Value = serde_json::from_str(&text).unwrap();
        let told: Vec<String> = json["traceEvents"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|entry| entry["ph"] != "M")
            .map(|entry| {
                let dur = entry["dur"].as_u64().map_or(0, |length| length / 1000);
                let at = entry["ts"].as_u64().unwrap() / 1000;
                let outcome = entry["args"]["outcome"].as_str().unwrap_or("-");
                let word = |key: &str| entry[key].as_str().unwrap_or_default().to_owned();
                format!(
                    "{at}+{dur} line {} {} {} {outcome}",
                    entry["tid"],
                    word("cat"),
                    word("name")
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "0+20 line 0 command ksail x -",
                "1+0 line 0 plan 3 steps planned -",
                "2+5 line 1 step a done",
                "3+7 line 2 step b failed",
                "4+2 line 2 waiting one -",
                "6+4 line 2 waiting two -",
                "8+12 line 1 step c unfinished",
                "9+2 line 0 stage sum -",
                "9+0 line 0 waiting connection: an answer -",
            ]
        );
    }
}
