//! How far those objects have come that others wait for.

use std::collections::HashMap;

use tokio::sync::watch;

use crate::k8s::condition::Readiness;

/// The state of one of them.
#[derive(Debug, Clone)]
struct Milestone {
    name: String,
    state: Readiness,
}

/// All of them, by position of the object.
pub(super) struct Milestones(watch::Sender<HashMap<usize, Milestone>>);

/// What an object that depends on others may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    Go,
    /// For what it waits.
    Wait(String),
    /// What it waited for will not come.
    Never(String),
}

impl Milestones {
    /// Nothing is known about any of them.
    pub(super) fn new(named: impl IntoIterator<Item = (usize, String)>) -> Self {
        let state = Readiness::NotYet("not applied yet".into());
        let all = named.into_iter().map(|(index, name)| {
            let state = state.clone();
            (index, Milestone { name, state })
        });
        Self(watch::Sender::new(all.collect()))
    }

    /// Whether somebody waits for this object.
    pub(super) fn is_awaited(&self, index: usize) -> bool {
        self.0.borrow().contains_key(&index)
    }

    /// Whether this object is known to be ready.
    pub(super) fn is_ready(&self, index: usize) -> bool {
        let all = self.0.borrow();
        all.get(&index)
            .is_some_and(|known| known.state == Readiness::Ready)
    }

    /// Notes how far an object is.
    pub(super) fn note(&self, index: usize, state: Readiness) {
        self.0.send_if_modified(|all| match all.get_mut(&index) {
            Some(known) if known.state != state => {
                known.state = state;
                true
            }
            _ => false,
        });
    }

    /// Hears of changes.
    pub(super) fn subscribe(&self) -> Follower {
        Follower(self.0.subscribe())
    }
}

/// Follows the milestones.
pub(super) struct Follower(watch::Receiver<HashMap<usize, Milestone>>);

impl Follower {
    /// What the milestones mean for an object that needs all of these.
    pub(super) fn verdict(&mut self, needs: &[usize]) -> Verdict {
        judge(&self.0.borrow_and_update(), needs)
    }

    /// Waits for the next change.
    pub(super) async fn changed(&mut self) {
        // The run that sends them lives longer than those who follow.
        drop(self.0.changed().await);
    }
}

fn judge(all: &HashMap<usize, Milestone>, needs: &[usize]) -> Verdict {
    let known = || needs.iter().filter_map(|index| all.get(index));
    let failed = known().find_map(|Milestone { name, state }| match state {
        Readiness::Failed(why) => Some(format!("{name}: {why}")),
        _ => None,
    });
    let waiting = known().find_map(|Milestone { name, state }| match state {
        Readiness::NotYet(why) => Some(format!("{name}: {why}")),
        _ => None,
    });
    match (failed, waiting) {
        (Some(why), _) => Verdict::Never(why),
        (None, Some(why)) => Verdict::Wait(why),
        (None, None) => Verdict::Go,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn all_needs_have_to_be_ready_and_one_failure_is_enough() {
        let milestones = Milestones::new([(3, "a".to_owned()), (5, "b".to_owned())]);
        let mut follower = milestones.subscribe();
        assert!(milestones.is_awaited(3) && !milestones.is_awaited(4));
        assert_eq!(
            follower.verdict(&[3, 5]),
            Verdict::Wait("a: not applied yet".into())
        );
        milestones.note(3, Readiness::Ready);
        follower.changed().await;
        assert_eq!(
            follower.verdict(&[3, 5]),
            Verdict::Wait("b: not applied yet".into())
        );
        assert_eq!(follower.verdict(&[3]), Verdict::Go);
        milestones.note(5, Readiness::Failed("refused".into()));
        assert_eq!(
            follower.verdict(&[3, 5]),
            Verdict::Never("b: refused".into())
        );
        assert!(milestones.is_ready(3) && !milestones.is_ready(5));
    }
}
