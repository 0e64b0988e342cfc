//! How far one object has come: goals are reached one after the other.

use serde_json::Value;

use super::Wish;
use crate::k8s::condition::{Readiness, Surroundings};
use crate::k8s::goal::Goal;
use Readiness::{Failed, NotYet, Ready};

pub(super) struct Progress {
    goals: Vec<Goal>,
    may_come: bool,
    reached: usize,
    /// `metadata.uid` at first sight: a namesake that comes later is another object.
    uid: Option<String>,
    /// Resource version of the latest sight.
    version: u64,
    seen: bool,
}

impl Progress {
    pub(super) fn new(wish: &Wish) -> Self {
        Self {
            goals: wish.goals.clone(),
            may_come: wish.may_come,
            reached: 0,
            uid: None,
            version: 0,
            seen: false,
        }
    }

    /// Whether a change is older than what is known: a watch that serves several objects starts at the oldest of them.
    pub(super) fn is_past(&self, object: &Value) -> bool {
        version(object).is_some_and(|version| version < self.version)
    }

    /// Takes in how the object looks now, or that it is not there.
    pub(super) fn see(&mut self, object: Option<&Value>, surroundings: &Surroundings) -> Readiness {
        let uid = object.and_then(|object| object.pointer("/metadata/uid")?.as_str());
        let replaced = self.uid.is_some() && uid.is_some() && uid != self.uid.as_deref();
        let mut state = Ready;
        while let Some(goal) = self.goals.get(self.reached) {
            state = match (goal, object) {
                (Goal::Deleted, Some(_)) if replaced => Ready,
                (Goal::Deleted | Goal::Created, _) | (_, Some(_)) => {
                    goal.judge(object, surroundings)
                }
                (_, None) if self.seen => Failed("it was deleted".into()),
                (_, None) if self.may_come => goal.judge(None, surroundings),
                (_, None) => Failed("it does not exist".into()),
            };
            if state != Ready {
                break;
            }
            self.reached += 1;
        }
        if let Some(uid) = uid {
            self.uid = Some(uid.to_owned());
        }
        self.version = object.and_then(version).unwrap_or(self.version);
        self.seen |= object.is_some();
        state
    }
}

/// `metadata.resourceVersion`, which is a number in all servers since Kubernetes 1.35 says so.
pub(super) fn version(object: &Value) -> Option<u64> {
    object
        .pointer("/metadata/resourceVersion")?
        .as_str()?
        .parse()
        .ok()
}

pub(super) fn is_settled(state: &Readiness) -> bool {
    !matches!(state, NotYet(_))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn progress(goals: &[&str], may_come: bool) -> Progress {
        Progress::new(&Wish {
            goals: goals.iter().map(|goal| goal.parse().unwrap()).collect(),
            may_come,
        })
    }

    fn sight(progress: &mut Progress, object: Option<&Value>) -> Readiness {
        progress.see(object, &Surroundings::default())
    }

    #[test]
    fn goals_are_reached_in_turn() {
        let ready = json!({ "metadata": { "uid": "1" }, "status": { "conditions": [{ "type": "Ready", "status": "True" }] } });
        let mut progress = progress(&["create", "condition=Ready", "delete"], true);
        assert_eq!(
            sight(&mut progress, None),
            NotYet("it does not exist yet".into())
        );
        assert_eq!(
            sight(&mut progress, Some(&ready)),
            NotYet("it still exists".into())
        );
        assert_eq!(sight(&mut progress, None), Ready);
    }

    #[test]
    fn older_changes_are_told_from_news() {
        let of = |version: &str| json!({ "metadata": { "resourceVersion": version } });
        let mut progress = progress(&["delete"], false);
        sight(&mut progress, Some(&of("9")));
        assert!(!progress.is_past(&of("10")));
        assert!(progress.is_past(&of("8")));
        assert!(!progress.is_past(&of("opaque")));
    }

    #[test]
    fn a_namesake_does_not_count_as_the_same_object() {
        let of = |uid: &str| json!({ "metadata": { "uid": uid } });
        let mut progress = progress(&["delete"], false);
        assert_eq!(
            sight(&mut progress, Some(&of("1"))),
            NotYet("it still exists".into())
        );
        assert_eq!(sight(&mut progress, Some(&of("2"))), Ready);
    }

    #[test]
    fn what_is_missing_may_come_or_not() {
        let object = json!({ "metadata": {}, "apiVersion": "v1", "kind": "Namespace" });
        assert_eq!(
            sight(&mut progress(&["ready"], false), None),
            Failed("it does not exist".into())
        );
        let mut progress = progress(&["ready"], true);
        assert_eq!(
            sight(&mut progress, None),
            NotYet("it does not exist yet".into())
        );
        assert_eq!(
            sight(&mut progress, Some(&object)),
            NotYet("it has no phase yet".into())
        );
        assert_eq!(sight(&mut progress, None), Failed("it was deleted".into()));
    }
}
