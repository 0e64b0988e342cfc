//! The last steps at the root: what stays local is dropped, the rest is sorted and gets the labels and annotations that
//! were asked for.

mod annotations;
mod order;
mod steps;
#[cfg(test)]
mod tests;

pub(crate) use steps::finish;
