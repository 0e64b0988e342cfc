//! Anchors and what their aliases may cost: a text must not expand to far more than its size.

use std::collections::HashMap;

use super::build::Failure;
use super::error::ErrorKind;
use super::load::MAX_DEPTH;
use super::node::{Entry, Mark, Node, Value};

/// Mebibytes that anchored nodes and their copies may occupy in memory.
const BUDGET_MIB: usize = 64;

/// The anchored nodes of the current document and the memory left for copies in the whole text.
pub(super) struct Anchors {
    nodes: HashMap<usize, Node>,
    budget: usize,
}

impl Default for Anchors {
    fn default() -> Self {
        Self {
            nodes: HashMap::new(),
            budget: BUDGET_MIB << 20,
        }
    }
}

impl Anchors {
    /// Forgets all anchors; what they cost stays spent.
    pub(super) fn clear(&mut self) {
        self.nodes.clear();
    }

    /// Bytes left for copies.
    pub(super) fn budget(&self) -> usize {
        self.budget
    }

    /// Takes back what was spent since there were so many bytes left.
    pub(super) fn restore(&mut self, budget: usize) {
        self.budget = budget;
    }

    /// Keeps a copy of `node` for later aliases.
    pub(super) fn remember(&mut self, anchor: usize, node: &Node) -> Result<(), Failure> {
        charge(node, &mut self.budget, node.at)?;
        self.nodes.insert(anchor, node.clone());
        Ok(())
    }

    /// The node of an alias that stands at `at`, where `levels` of nesting are left.
    pub(super) fn copy(&mut self, anchor: usize, at: Mark, levels: usize) -> Result<Node, Failure> {
        let node = self
            .nodes
            .get(&anchor)
            .ok_or((at, ErrorKind::UnknownAnchor))?;
        if depth(node) > levels {
            return Err((at, ErrorKind::TooDeep(MAX_DEPTH)));
        }
        charge(node, &mut self.budget, at)?;
        Ok(node.clone())
    }
}

/// Takes the memory of a copy of `node` from the budget.
fn charge(node: &Node, budget: &mut usize, at: Mark) -> Result<(), Failure> {
    let own = size_of::<Entry>()
        + match &node.value {
            Value::String(text) => text.len(),
            Value::Map(entries) => entries.iter().map(|entry| entry.key.len()).sum(),
            _ => 0,
        };
    *budget = budget
        .checked_sub(own)
        .ok_or((at, ErrorKind::AliasBudget(BUDGET_MIB)))?;
    let values = node.entries().iter().map(|entry| &entry.value);
    for child in node.items().iter().chain(values) {
        charge(child, budget, at)?;
    }
    Ok(())
}

/// Levels of lists and mappings in `node`.
fn depth(node: &Node) -> usize {
    let values = node.entries().iter().map(|entry| &entry.value);
    let below = node.items().iter().chain(values).map(depth).max();
    match &node.value {
        Value::Seq(_) | Value::Map(_) => 1 + below.unwrap_or(0),
        _ => 0,
    }
}
