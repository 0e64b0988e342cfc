//! Folds events into text: the one function that turns what happened into lines.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::exec::event::{Event, Outcome, StepId};
use crate::text::{Took, lines};

use super::display::{Display, Mode};

/// How a line should look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// A step was done.
    Good,
    /// A step failed.
    Bad,
    /// An error.
    Error,
    /// A warning.
    Warning,
    /// Neutral.
    Plain,
}

impl Tone {
    fn is_shown(self, display: Display) -> bool {
        match self {
            Tone::Error => true,
            Tone::Warning => display.mode != Mode::Quiet,
            Tone::Good | Tone::Bad | Tone::Plain => {
                matches!(display.mode, Mode::Live | Mode::Lines)
            }
        }
    }
}

/// Collects what the end of a run needs.
#[derive(Debug, Default)]
pub struct Report {
    took: Vec<(StepId, Duration)>,
    waiting: BTreeMap<StepId, String>,
}

impl Report {
    /// Takes in an event and says what to print, if anything.
    pub fn line(&mut self, event: &Event, display: Display) -> Option<(Tone, String)> {
        let line = self.worded(event, display);
        line.filter(|(tone, _)| tone.is_shown(display))
    }

    fn worded(&mut self, event: &Event, display: Display) -> Option<(Tone, String)> {
        match event {
            Event::Planned(_) | Event::Started(_) => None,
            Event::Computed(stage, took) => {
                self.took.push((stage.clone(), *took));
                None
            }
            Event::Waiting(step, on) => {
                let news = self.waiting.insert(step.clone(), on.clone()).as_ref() != Some(on);
                (display.verbose && news).then(|| (Tone::Plain, format!("  {step}: {on}")))
            }
            Event::Finished(step, outcome, took) => {
                self.waiting.remove(step);
                self.took.push((step.clone(), *took));
                match outcome {
                    Outcome::Done => Some((Tone::Good, format!("✔ {step} ({})", Took(*took)))),
                    Outcome::Unchanged => display
                        .verbose
                        .then(|| (Tone::Plain, format!("· {step}: nothing to do"))),
                    Outcome::Failed => Some((Tone::Bad, format!("✗ {step} ({})", Took(*took)))),
                    Outcome::Cancelled => display
                        .verbose
                        .then(|| (Tone::Plain, format!("· {step}: stopped"))),
                }
            }
            Event::Warned(text) => Some((Tone::Warning, format!("warning: {text}"))),
            Event::Erred(text) => Some((Tone::Error, format!("error: {text}"))),
            Event::Noted(text) => Some((Tone::Plain, text.clone())),
        }
    }

    /// The table of `--timings`, longest step first.
    pub fn timings(&self) -> String {
        let mut steps: Vec<_> = self.took.iter().collect();
        steps.sort_by(|(_, left), (_, right)| right.cmp(left));
        lines(
            steps
                .iter()
                .map(|(step, took)| format!("{:>8}  {step}", Took(*took).to_string())),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_reads_as_lines() {
        let step = |name: &str| StepId::from(name);
        let took = Duration::from_millis(420);
        let events = [
            Event::Planned(2),
            Event::Started(step("start kind-worker")),
            Event::Waiting(step("start kind-worker"), "the Engine".into()),
            Event::Finished(step("start kind-worker"), Outcome::Done, took),
            Event::Finished(step("write kubeconfig"), Outcome::Unchanged, took),
            Event::Warned("cgroup v1".into()),
            Event::Erred("configmap/b: refused".into()),
            Event::Finished(step("wait"), Outcome::Failed, took),
        ];
        let lines = |mode, verbose| {
            let display = Display {
                mode,
                color: false,
                verbose,
                timings: false,
            };
            let mut report = Report::default();
            events
                .iter()
                .filter_map(|event| report.line(event, display))
                .map(|(_, line)| line)
                .collect::<Vec<_>>()
        };
        let brief = [
            "✔ start kind-worker (420ms)",
            "warning: cgroup v1",
            "error: configmap/b: refused",
            "✗ wait (420ms)",
        ];
        assert_eq!(lines(Mode::Lines, false), brief);
        assert_eq!(lines(Mode::Lines, true).len(), 6);
        assert_eq!(lines(Mode::None, false), brief[1..3]);
        assert_eq!(lines(Mode::Quiet, false), brief[2..3]);
    }
}
