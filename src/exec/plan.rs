//! A plan is plain data: steps in reading order, each naming the steps it comes after.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::event::StepId;
use super::limits::Class;

/// What a step does, as far as the executor cares.
pub trait Operation: fmt::Display {
    /// The resource this operation mainly uses.
    fn class(&self) -> Class;
}

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step<O> {
    /// Unique name, shown to people.
    #[serde(serialize_with = "as_text")]
    pub id: StepId,
    /// Steps that must be done before.
    #[serde(serialize_with = "as_texts")]
    pub after: Vec<StepId>,
    /// What to do.
    pub op: O,
}

/// Steps with edges. Built by pure code, printed by `--dry-run`, run by [`super::run::run`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan<O> {
    /// Steps in reading order; edges point backwards only.
    pub steps: Vec<Step<O>>,
}

impl<O> Default for Plan<O> {
    fn default() -> Self {
        Self { steps: Vec::new() }
    }
}

impl<O: Operation> Plan<O> {
    /// Appends a step named after its operation and returns its id. `after` may only name steps added before, so a
    /// plan cannot contain a cycle; ids of steps that were not needed are simply not passed.
    pub fn push(&mut self, op: O, after: impl IntoIterator<Item = StepId>) -> StepId {
        let id = StepId::from(op.to_string());
        let after: Vec<StepId> = after.into_iter().collect();
        debug_assert!(
            after
                .iter()
                .all(|edge| self.steps.iter().any(|step| step.id == *edge)),
            "edge to a later step"
        );
        debug_assert!(
            self.steps.iter().all(|step| step.id != id),
            "step `{id}` twice"
        );
        self.steps.push(Step {
            id: id.clone(),
            after,
            op,
        });
        id
    }

    /// Nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Steps layered by their edges: everything in a wave can run at once. For people and snapshots; the executor
    /// starts a step as soon as its own predecessors are done.
    pub fn waves(&self) -> Vec<Vec<&Step<O>>> {
        let mut level: BTreeMap<&StepId, usize> = BTreeMap::new();
        let mut waves: Vec<Vec<&Step<O>>> = Vec::new();
        for step in &self.steps {
            let wave = step
                .after
                .iter()
                .filter_map(|edge| level.get(edge))
                .max()
                .map_or(0, |deepest| deepest + 1);
            level.insert(&step.id, wave);
            if waves.len() <= wave {
                waves.resize_with(wave + 1, Vec::new);
            }
            waves[wave].push(step);
        }
        waves
    }
}

fn as_text<S: serde::Serializer>(id: &StepId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}

fn as_texts<S: serde::Serializer>(ids: &[StepId], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(ids.iter().map(ToString::to_string))
}
