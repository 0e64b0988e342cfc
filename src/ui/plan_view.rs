//! A plan as people read it: waves of steps that run at once.

use crate::exec::plan::{Operation, Plan};

/// One line per step, numbered by wave.
pub fn render<O: Operation>(plan: &Plan<O>) -> String {
    let waves = plan.waves();
    if waves.is_empty() {
        return "nothing to do\n".to_owned();
    }
    let line = |number: usize, step: &crate::exec::plan::Step<O>| {
        format!("{:>3}  would {}\n", number + 1, step.op)
    };
    waves
        .iter()
        .enumerate()
        .flat_map(|(number, wave)| wave.iter().map(move |step| line(number, step)))
        .collect()
}
