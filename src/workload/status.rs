//! How objects are: whether they exist, do their work, and why not.

use serde_json::{Value, json};

use super::object::ObjectId;
use super::place::Placed;
use super::prune::Kept;
use super::redact;
use crate::k8s::condition::{self, Readiness, Surroundings};
use crate::text::epoch;

/// How an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It does its work.
    Ready,
    /// Not yet.
    NotReady,
    /// It will not get there without help.
    Failed,
    /// It is being deleted.
    Terminating,
    /// It does not exist.
    Missing,
    /// The server was not able to tell.
    Unknown,
    /// A member of the set that the input does not name any more.
    Extra,
}

impl State {
    /// One word for it.
    pub fn word(self) -> &'static str {
        match self {
            State::Ready => "Ready",
            State::NotReady => "NotReady",
            State::Failed => "Failed",
            State::Terminating => "Terminating",
            State::Missing => "Missing",
            State::Unknown => "Unknown",
            State::Extra => "Extra",
        }
    }
}

/// One object and how it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The object, with the namespace it lives in.
    pub id: ObjectId,
    /// Where it is defined; empty if it is not in the input.
    pub origin: String,
    /// How it is.
    pub state: State,
    /// Why, or what else is worth knowing.
    pub why: Option<String>,
    /// When it was created, in seconds since the epoch.
    pub created: Option<i64>,
}

impl Status {
    /// Judges what was found of an object; `Err` says why nothing could be.
    pub fn of(
        placed: &Placed,
        found: Result<Option<&Value>, String>,
        surroundings: &Surroundings,
    ) -> Self {
        let object = &placed.object;
        let mut id = object.id.clone();
        if let Ok(place) = &placed.place {
            id.namespace.clone_from(&place.namespace);
        }
        let live = found.as_ref().ok().copied().flatten();
        let (state, why) = match found {
            Err(why) => (State::Unknown, Some(why)),
            Ok(None) => (State::Missing, None),
            Ok(Some(live)) => judge(live, surroundings),
        };
        let why = why.map(|why| match live {
            Some(live) if object.confidential => redact::live_values(live, why),
            _ => why,
        });
        let created = live.and_then(|live| live.pointer("/metadata/creationTimestamp")?.as_str());
        Self {
            id,
            origin: object.origin.to_string(),
            state,
            why,
            created: created.and_then(epoch),
        }
    }

    /// A member of the set that is not in the input; `kept` says why pruning would leave it.
    pub fn extra(id: ObjectId, kept: Option<&Kept>) -> Self {
        let fate = match kept {
            Some(why) => format!("`apply --prune` keeps it: {why}"),
            None => "`apply --prune` would delete it".to_owned(),
        };
        Self {
            id,
            origin: String::new(),
            state: State::Extra,
            why: Some(format!("not in the input; {fate}")),
            created: None,
        }
    }

    /// Adds what the pods of a workload give as reasons.
    pub fn add_pods(&mut self, reasons: &[String]) {
        for reason in reasons {
            let why = self.why.get_or_insert_default();
            let between = if why.is_empty() { "" } else { "; " };
            *why = format!("{why}{between}pod: {reason}");
        }
    }

    /// Cells of a table; `now` in seconds since the epoch.
    pub fn cells(&self, now: i64) -> Vec<String> {
        vec![
            self.id.namespace.clone().unwrap_or_default(),
            self.id.to_string(),
            self.state.word().to_owned(),
            self.created.map(|at| age(now - at)).unwrap_or_default(),
            self.why.clone().unwrap_or_default(),
        ]
    }

    /// For `--output json` and `yaml`.
    pub fn row(&self) -> Value {
        let id = &self.id;
        let origin = Some(&self.origin).filter(|origin| !origin.is_empty());
        json!({
            "apiVersion": id.api_version, "kind": id.kind, "namespace": id.namespace, "name": id.name,
            "origin": origin, "status": self.state.word(), "reason": self.why
        })
    }
}

/// Headings of [`Status::cells`].
pub const HEADINGS: [&str; 5] = ["NAMESPACE", "NAME", "STATUS", "AGE", "REASON"];

fn judge(live: &Value, surroundings: &Surroundings) -> (State, Option<String>) {
    match condition::readiness(live, surroundings) {
        Readiness::NotYet(why) if condition::is_terminating(live) => {
            (State::Terminating, Some(why))
        }
        Readiness::Ready => (State::Ready, condition::remark(live, surroundings)),
        Readiness::NotYet(why) => (State::NotReady, Some(why)),
        Readiness::Failed(why) => (State::Failed, Some(why)),
    }
}

/// An age as kubectl writes it: two units while that matters.
fn age(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
    let two = |large: i64, unit: &str, small: i64, small_unit: &str| match small {
        0 => format!("{large}{unit}"),
        small => format!("{large}{unit}{small}{small_unit}"),
    };
    match () {
        () if seconds < 120 => format!("{seconds}s"),
        () if minutes < 10 => two(minutes, "m", seconds % 60, "s"),
        () if hours < 3 => format!("{minutes}m"),
        () if hours < 8 => two(hours, "h", minutes % 60, "m"),
        () if hours < 48 => format!("{hours}h"),
        () if days < 8 => two(days, "d", hours % 24, "h"),
        () if days < 730 => format!("{days}d"),
        () if days < 2920 => two(days / 365, "y", days % 365, "d"),
        () => format!("{}y", days / 365),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::k8s::discovery::Resource;
    use crate::workload::object::{Object, Origin};
    use crate::workload::place::Place;
    use crate::yaml::Source;

    fn placed(kind: &str, confidential: bool) -> Placed {
        Placed {
            object: Object {
                id: ObjectId {
                    api_version: "v1".into(),
                    kind: kind.into(),
                    namespace: None,
                    name: "x".into(),
                },
                origin: Origin {
                    source: Source::new("a.yaml"),
                    line: 3,
                },
                json: Value::Null,
                confidential,
            },
            place: Ok(Place {
                resource: Resource {
                    api_version: "v1".into(),
                    plural: "pods".into(),
                    namespaced: true,
                },
                namespace: Some("team".into()),
                is_coming: false,
            }),
        }
    }

    fn of(found: Result<Option<&Value>, String>) -> Status {
        Status::of(&placed("Pod", false), found, &Surroundings::default())
    }

    #[test]
    fn every_state() {
        let pod = |metadata: Value, status: Value| json!({ "apiVersion": "v1", "kind": "Pod", "metadata": metadata, "status": status });
        let born = json!({ "creationTimestamp": "1970-01-01T00:01:40Z" });
        let done = pod(born.clone(), json!({ "phase": "Succeeded" }));
        assert_eq!(
            of(Ok(Some(&done))).cells(160),
            ["team", "pod/x", "Ready", "60s", "completed"]
        );
        let pending = pod(born.clone(), json!({ "phase": "Pending" }));
        assert_eq!(of(Ok(Some(&pending))).state, State::NotReady);
        let broken = pod(born, json!({ "phase": "Failed", "reason": "Evicted" }));
        assert_eq!(of(Ok(Some(&broken))).state, State::Failed);
        let leaving = pod(json!({ "deletionTimestamp": "now" }), json!({}));
        assert_eq!(of(Ok(Some(&leaving))).state, State::Terminating);
        assert_eq!(of(Ok(None)).cells(0)[2..], ["Missing", "", ""]);
        let unknown = of(Err("no answer".into()));
        assert_eq!(unknown.cells(0)[2..], ["Unknown", "", "no answer"]);
        assert_eq!(
            unknown.row(),
            json!({
                "apiVersion": "v1", "kind": "Pod", "namespace": "team", "name": "x",
                "origin": "a.yaml:3", "status": "Unknown", "reason": "no answer"
            })
        );
    }

    #[test]
    fn what_the_input_does_not_name_says_what_becomes_of_it() {
        let id = placed("Pod", false).object.id.clone();
        let extra = Status::extra(id.clone(), None);
        assert_eq!(
            extra.cells(0)[2..],
            [
                "Extra",
                "",
                "not in the input; `apply --prune` would delete it"
            ]
        );
        assert_eq!(extra.row()["origin"], Value::Null);
        let kept = Status::extra(id, Some(&Kept::HoldsParent)).why.unwrap();
        assert_eq!(
            kept,
            "not in the input; `apply --prune` keeps it: it holds the parent of the applyset"
        );
    }

    #[test]
    fn pods_add_their_reasons() {
        let mut status = of(Ok(None));
        status.add_pods(&[]);
        assert_eq!(status.why, None);
        status.add_pods(&["a".into(), "b".into()]);
        assert_eq!(status.why.unwrap(), "pod: a; pod: b");
    }

    #[test]
    fn reasons_do_not_tell_secrets() {
        let live = json!({
            "apiVersion": "x.io/v1", "kind": "Thing", "metadata": {}, "spec": { "url": "https://hunter2" },
            "status": { "conditions": [{ "type": "Ready", "status": "False", "message": "cannot reach https://hunter2" }] }
        });
        let status = Status::of(
            &placed("Thing", true),
            Ok(Some(&live)),
            &Surroundings::default(),
        );
        assert_eq!(status.why.unwrap(), "cannot reach [redacted]");
    }

    #[test]
    fn ages_are_short() {
        for (seconds, text) in [
            (-1, "0s"),
            (119, "119s"),
            (120, "2m"),
            (125, "2m5s"),
            (600, "10m"),
            (10_800, "3h"),
            (11_000, "3h3m"),
            (100_000, "27h"),
            (200_000, "2d7h"),
            (900_000, "10d"),
            (70_000_000, "2y80d"),
            (300_000_000, "9y"),
        ] {
            assert_eq!(age(seconds), text);
        }
    }
}
