//! What objects can be waited for, as `kubectl wait --for` names it: pure functions over their JSON.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

use super::condition::{self, Readiness, Surroundings};
use super::jsonpath::Path;
use Readiness::{Failed, NotYet, Ready};

/// One thing to wait for.
#[derive(Debug, Clone, PartialEq)]
pub enum Goal {
    /// The object does its work.
    Ready,
    /// It exists.
    Created,
    /// It is gone.
    Deleted,
    /// A condition has a status; case does not matter.
    Condition {
        /// Type of the condition.
        kind: String,
        /// Its status.
        status: String,
    },
    /// A path leads to something.
    Path {
        /// The path.
        path: Path,
        /// What it must lead to; `None` = anything.
        value: Option<String>,
    },
}

impl FromStr for Goal {
    type Err = String;

    /// A value of `--for`.
    fn from_str(text: &str) -> Result<Self, String> {
        match text.to_lowercase().as_str() {
            "create" => return Ok(Goal::Created),
            "delete" => return Ok(Goal::Deleted),
            "ready" => return Ok(Goal::Ready),
            _ => {}
        }
        if let Some(condition) = text.strip_prefix("condition=") {
            let (kind, status) = condition.split_once('=').unwrap_or((condition, "true"));
            if kind.is_empty() || status.is_empty() {
                return Err(
                    "a condition is written `condition=NAME` or `condition=NAME=VALUE`".into(),
                );
            }
            return Ok(Goal::Condition {
                kind: kind.to_owned(),
                status: status.to_owned(),
            });
        }
        if let Some(expression) = text.strip_prefix("jsonpath=") {
            return path_goal(expression);
        }
        Err(format!(
            "`{text}` is none of `ready`, `create`, `delete`, `condition=NAME[=VALUE]` and `jsonpath=EXPRESSION[=VALUE]`"
        ))
    }
}

fn path_goal(text: &str) -> Result<Goal, String> {
    let (expression, value) = match value_start(text) {
        Some(at) => (&text[..at], Some(text[at + 1..].trim_matches(['\'', '"']))),
        None => (text, None),
    };
    if value.is_some_and(str::is_empty) {
        return Err("the value after `=` is missing".into());
    }
    // Shells may leave the quotes of the expression in place.
    let expression = expression.trim_matches(['\'', '"']);
    Ok(Goal::Path {
        path: Path::parse(expression)?,
        value: value.map(str::to_owned),
    })
}

/// Where the `=` before the value is: not inside braces, brackets or quotes.
fn value_start(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0_i32, None);
    for (at, character) in text.char_indices() {
        if let Some(open) = quote {
            quote = Some(open).filter(|open| *open != character);
            continue;
        }
        match character {
            '\'' | '"' if depth > 0 => quote = Some(character),
            '{' | '[' | '(' => depth += 1,
            '}' | ']' | ')' => depth -= 1,
            '=' if depth == 0 => return Some(at),
            _ => {}
        }
    }
    None
}

impl fmt::Display for Goal {
    /// For the line that says that it was reached.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Goal::Ready => "ready",
            Goal::Created => "created",
            Goal::Deleted => "deleted",
            Goal::Condition { .. } | Goal::Path { .. } => "condition met",
        })
    }
}

impl Goal {
    /// Judges an object, or its absence.
    pub fn judge(&self, object: Option<&Value>, surroundings: &Surroundings) -> Readiness {
        match (self, object) {
            (Goal::Deleted, None) | (Goal::Created, Some(_)) => Ready,
            (Goal::Deleted, Some(object)) if condition::is_terminating(object) => {
                condition::readiness(object, surroundings)
            }
            (Goal::Deleted, Some(_)) => NotYet("it still exists".into()),
            (_, None) => NotYet("it does not exist yet".into()),
            (Goal::Ready, Some(object)) => condition::readiness(object, surroundings),
            (Goal::Condition { kind, status }, Some(object)) => {
                condition::has(object, kind, status)
            }
            (Goal::Path { path, value }, Some(object)) => leads_to(path, value.as_deref(), object),
        }
    }
}

fn leads_to(path: &Path, value: Option<&str>, object: &Value) -> Readiness {
    let found = path.find(object);
    let one = match found.as_slice() {
        [] => return NotYet(format!("`{path}` is not set")),
        [one] => *one,
        many => return Failed(format!("`{path}` leads to {} values, not one", many.len())),
    };
    let Some(value) = value else {
        return Ready;
    };
    let text = match one {
        Value::Object(_) | Value::Array(_) => {
            return Failed(format!(
                "`{path}` leads to an object or a list, not to a value"
            ));
        }
        Value::String(text) => text.trim().to_owned(),
        // As Go prints it.
        Value::Null => "<nil>".to_owned(),
        Value::Bool(_) | Value::Number(_) => one.to_string(),
    };
    if text == value.trim() {
        Ready
    } else if object.get("kind").and_then(Value::as_str) == Some("Secret") {
        NotYet(format!("`{path}` is something else"))
    } else {
        NotYet(format!("`{path}` is `{text}`"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn judge(goal: &str, object: Option<&Value>) -> Readiness {
        let goal: Goal = goal.parse().unwrap();
        goal.judge(object, &Surroundings::default())
    }

    fn pod(status: &Value) -> Value {
        json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "x", "generation": 2 }, "status": status })
    }

    #[test]
    fn existence() {
        let pod = pod(&json!({}));
        assert_eq!(judge("create", Some(&pod)), Ready);
        assert_eq!(
            judge("CREATE", None),
            NotYet("it does not exist yet".into())
        );
        assert_eq!(judge("delete", None), Ready);
        assert_eq!(
            judge("delete", Some(&pod)),
            NotYet("it still exists".into())
        );
        let mut leaving = pod;
        leaving["metadata"]["deletionTimestamp"] = "now".into();
        leaving["metadata"]["finalizers"] = json!(["x.io/held"]);
        assert_eq!(
            judge("delete", Some(&leaving)),
            NotYet("it is being deleted, held by `x.io/held`".into())
        );
        assert_eq!(judge("ready", None), NotYet("it does not exist yet".into()));
    }

    #[test]
    fn conditions_count_for_their_generation() {
        let of = |status: &str, seen: i64| {
            pod(&json!({ "conditions": [
                { "type": "Ready", "status": status, "reason": "Why", "observedGeneration": seen }
            ]}))
        };
        assert_eq!(judge("condition=ready", Some(&of("True", 2))), Ready);
        assert_eq!(judge("condition=Ready=FALSE", Some(&of("False", 2))), Ready);
        assert_eq!(
            judge("condition=Ready", Some(&of("False", 2))),
            NotYet("condition `Ready` is False: Why".into())
        );
        assert_eq!(
            judge("condition=Ready", Some(&of("True", 1))),
            NotYet("its controller has not seen the latest change".into())
        );
        assert_eq!(
            judge("condition=Initialized", Some(&of("True", 2))),
            NotYet("no condition `Initialized` yet".into())
        );
        assert_eq!(
            judge("condition=Ready", None),
            NotYet("it does not exist yet".into())
        );
    }

    #[test]
    fn paths_lead_to_values() {
        let pod = pod(&json!({
            "phase": "Running", "count": 3, "list": [1, 2],
            "conditions": [{ "type": "Ready", "status": "True" }]
        }));
        for (goal, state) in [
            ("jsonpath={.status.phase}", Ready),
            ("jsonpath={.status.phase}=Running", Ready),
            ("jsonpath='{.status.phase}'='Running'", Ready),
            ("jsonpath={.status.count}=3", Ready),
            (
                r#"jsonpath={.status.conditions[?(@.type=="Ready")].status}=True"#,
                Ready,
            ),
            (
                "jsonpath={.status.phase}=Pending",
                NotYet("`{.status.phase}` is `Running`".into()),
            ),
            (
                "jsonpath={.status.podIP}",
                NotYet("`{.status.podIP}` is not set".into()),
            ),
            (
                "jsonpath={.status.list}=1",
                Failed("`{.status.list}` leads to an object or a list, not to a value".into()),
            ),
            (
                "jsonpath={.status.list[*]}",
                Failed("`{.status.list[*]}` leads to 2 values, not one".into()),
            ),
        ] {
            assert_eq!(judge(goal, Some(&pod)), state, "{goal}");
        }
    }

    #[test]
    fn values_of_secrets_are_not_shown() {
        let secret = json!({ "kind": "Secret", "data": { "password": "aHVudGVyMg==" } });
        assert_eq!(
            judge("jsonpath={.data.password}=eA==", Some(&secret)),
            NotYet("`{.data.password}` is something else".into())
        );
    }

    #[test]
    fn other_goals_are_refused() {
        for (goal, why) in [
            ("available", "is none of"),
            ("condition=", "a condition is written"),
            ("condition=Ready=", "a condition is written"),
            ("jsonpath=", "is empty"),
            ("jsonpath={.a}=", "the value after `=` is missing"),
        ] {
            let error = goal.parse::<Goal>().unwrap_err();
            assert!(error.contains(why), "{goal}: {error}");
        }
    }
}
