//! Decides once, purely, how to show progress and whether to use colour.

use crate::cli::global::{Global, Progress, When};
use crate::env::EnvMap;

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Spinners that are redrawn.
    Live,
    /// One line per finished step.
    Lines,
    /// Warnings and errors only.
    None,
    /// Errors only.
    Quiet,
}

/// The decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Display {
    /// Progress.
    pub mode: Mode,
    /// Colour on stderr.
    pub color: bool,
    /// Also show steps that had nothing to do, and what is waited for.
    pub verbose: bool,
    /// Table of timings at the end.
    pub timings: bool,
}

/// | `--quiet` | `--progress` | terminal | `CI` | mode  |
/// |-----------|--------------|----------|------|-------|
/// | yes       | any          | any      | any  | quiet |
/// | no        | live, lines, none | any | any  | as said |
/// | no        | auto         | yes      | no   | live (lines if `--verbose`) |
/// | no        | auto         | other    |      | lines |
pub fn resolve(global: &Global, env: &EnvMap, terminal: bool) -> Display {
    let interactive = terminal && env.get("CI").is_none() && env.get("TERM") != Some("dumb");
    let mode = match global.progress {
        _ if global.quiet => Mode::Quiet,
        Progress::Live => Mode::Live,
        Progress::Auto if interactive && !global.verbose => Mode::Live,
        Progress::Auto | Progress::Lines => Mode::Lines,
        Progress::None => Mode::None,
    };
    let color = match global.color {
        When::Always => true,
        When::Never => false,
        When::Auto => terminal && env.get("NO_COLOR").is_none() && env.get("TERM") != Some("dumb"),
    };
    Display {
        mode,
        color,
        verbose: global.verbose,
        timings: global.timings,
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    fn mode(flags: &[&str], env: &[(&str, &str)], terminal: bool) -> (Mode, bool) {
        #[derive(Parser)]
        struct Only {
            #[command(flatten)]
            global: Global,
        }
        let args = ["ksail"].iter().chain(flags);
        let display = resolve(
            &Only::parse_from(args).global,
            &env.iter().copied().collect(),
            terminal,
        );
        (display.mode, display.color)
    }

    #[test]
    fn the_table_holds() {
        for (flags, env, terminal, expected) in [
            (&[][..], &[][..], true, (Mode::Live, true)),
            (&[], &[], false, (Mode::Lines, false)),
            (&[], &[("CI", "true")], true, (Mode::Lines, true)),
            (&[], &[("NO_COLOR", "1")], true, (Mode::Live, false)),
            (&["--verbose"], &[], true, (Mode::Lines, true)),
            (
                &["--quiet", "--progress=live"],
                &[],
                true,
                (Mode::Quiet, true),
            ),
            (
                &["--progress=live", "--color=always"],
                &[],
                false,
                (Mode::Live, true),
            ),
            (&["--progress=none"], &[], true, (Mode::None, true)),
        ] {
            assert_eq!(
                mode(flags, env, terminal),
                expected,
                "{flags:?} {env:?} {terminal}"
            );
        }
    }
}
