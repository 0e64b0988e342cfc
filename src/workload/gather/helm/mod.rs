//! `helmCharts`: what an installed `helm` makes of charts.

mod arguments;
mod inflate;
mod values;

pub(super) use inflate::{Helm, Surroundings};
