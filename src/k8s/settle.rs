//! Waits until objects are settled, one watch for each selection of them. What that means is for a `Judge` to say.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tokio::task::JoinSet;

use super::api::Api;
use super::error::Error;
use super::watch::{Change, Selection, follow};

/// What is known about objects while they are waited for; the index is that of the object.
#[derive(Debug)]
pub struct Board<S>(Arc<Mutex<Vec<S>>>);

impl<S> Clone for Board<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: Clone + PartialEq> Board<S> {
    /// A board on which the objects have these states.
    pub fn of(states: Vec<S>) -> Self {
        Self(Arc::new(Mutex::new(states)))
    }

    /// The state of all objects.
    pub fn read(&self) -> Vec<S> {
        let states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        states.clone()
    }

    /// Notes a state; returns it if it is news.
    pub(super) fn note(&self, index: usize, state: S) -> Option<S> {
        let mut states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = states.get_mut(index)?;
        if *known == state {
            return None;
        }
        known.clone_from(&state);
        Some(state)
    }
}

/// Judges the objects of one selection.
pub(super) trait Judge: Send + 'static {
    /// How an object is.
    type State: Clone + PartialEq + Send + Sync + 'static;

    /// What a change says about the objects that are not settled, with the object if there is one.
    fn judge<'a>(&mut self, change: &Change<'a>) -> Vec<(usize, Self::State, Option<&'a Value>)>;

    /// Whether all are settled.
    fn is_done(&self) -> bool;
}

/// Watches every selection until its judge is done. `news` hears of every change of state. Dropping the future stops all
/// watches; the board then says how the objects are.
pub(super) async fn until_settled<J: Judge>(
    api: &Api,
    selections: Vec<(Selection, J)>,
    board: &Board<J::State>,
    news: Arc<impl Fn(usize, &J::State, Option<&Value>) + Send + Sync + 'static>,
) -> Result<(), Error> {
    let mut watches = JoinSet::new();
    for (selection, mut judge) in selections {
        let (api, board, news) = (api.clone(), board.clone(), Arc::clone(&news));
        watches.spawn(async move {
            let each = |change: Change<'_>| {
                for (index, state, object) in judge.judge(&change) {
                    if let Some(state) = board.note(index, state) {
                        news(index, &state, object);
                    }
                }
                if judge.is_done() {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            };
            follow(&api, selection, each).await
        });
    }
    while let Some(ended) = watches.join_next().await {
        ended.map_err(|error| api.silent(error.to_string()))??;
    }
    Ok(())
}
