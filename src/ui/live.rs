//! Shows events as they come: lines, or spinners for running steps with lines above them.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::sync::mpsc::UnboundedReceiver;

use super::display::{Display, Mode};
use super::report::{Report, Tone};
use crate::exec::event::{Event, StepId};

/// Reads events until the stream ends. Lines go to `stderr`, whole and at once.
pub async fn show(mut events: UnboundedReceiver<Event>, display: Display, stderr: &mut dyn Write) {
    let mut report = Report::default();
    let mut spinners = Spinners::new(display.mode == Mode::Live);
    while let Some(event) = events.recv().await {
        spinners.follow(&event);
        let Some((tone, line)) = report.line(&event, display) else {
            continue;
        };
        let line = painted(tone, &line, display.color);
        spinners.above(|| {
            // A closed terminal is no reason to stop the work.
            drop(writeln!(stderr, "{line}"));
        });
    }
    spinners.finish();
    if display.timings {
        drop(write!(stderr, "{}", report.timings()));
    }
}

fn painted(tone: Tone, line: &str, color: bool) -> String {
    let code = match tone {
        _ if !color => return line.to_owned(),
        Tone::Good => "32",
        Tone::Bad | Tone::Error => "31",
        Tone::Warning => "33",
        Tone::Plain => return line.to_owned(),
    };
    format!("\u{1b}[{code}m{line}\u{1b}[0m")
}

struct Spinners {
    all: MultiProgress,
    running: BTreeMap<StepId, ProgressBar>,
    style: ProgressStyle,
    on: bool,
}

impl Spinners {
    fn new(on: bool) -> Self {
        let target = if on {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let style = ProgressStyle::with_template("{spinner} {prefix} {wide_msg:.dim}")
            .unwrap_or_else(|_| ProgressStyle::default_spinner());
        Self {
            all: MultiProgress::with_draw_target(target),
            running: BTreeMap::new(),
            style,
            on,
        }
    }

    fn follow(&mut self, event: &Event) {
        if !self.on {
            return;
        }
        match event {
            Event::Started(step) => {
                let spinner = self
                    .all
                    .add(ProgressBar::new_spinner().with_style(self.style.clone()));
                spinner.set_prefix(step.to_string());
                spinner.enable_steady_tick(Duration::from_millis(100));
                self.running.insert(step.clone(), spinner);
            }
            Event::Waiting(step, on) => {
                if let Some(spinner) = self.running.get(step) {
                    spinner.set_message(on.clone());
                }
            }
            Event::Finished(step, ..) => {
                if let Some(spinner) = self.running.remove(step) {
                    spinner.finish_and_clear();
                }
            }
            Event::Planned(_)
            | Event::Computed(..)
            | Event::Warned(_)
            | Event::Erred(_)
            | Event::Noted(_) => {}
        }
    }

    fn above(&self, print: impl FnOnce()) {
        if self.on {
            self.all.suspend(print);
        } else {
            print();
        }
    }

    fn finish(&mut self) {
        for spinner in std::mem::take(&mut self.running).into_values() {
            spinner.finish_and_clear();
        }
    }
}
