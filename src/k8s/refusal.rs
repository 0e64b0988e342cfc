//! A no from the API server: its words, its details, and whether it may turn into a yes.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use serde::Deserialize;

use super::error::Retry;
use super::immutable;
use crate::text::List;

/// A `Status` answer, or any other answer that is an error.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.text())]
pub struct Refusal {
    /// HTTP status code.
    pub code: u16,
    /// The server's reason, e.g. `Invalid`.
    pub reason: String,
    /// The server's words.
    pub message: String,
    /// Fields and managers it complains about.
    pub causes: Vec<Cause>,
    /// When to come back.
    pub retry_after: Option<Duration>,
}

/// One detail of a refusal.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Cause {
    /// The class of the complaint, e.g. `FieldManagerConflict`.
    #[serde(default)]
    pub reason: String,
    /// What is wrong.
    #[serde(default)]
    pub message: String,
    /// Where.
    #[serde(default)]
    pub field: String,
}

impl fmt::Debug for Refusal {
    /// Without the server's words, which may quote what they refuse.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refusal")
            .field("code", &self.code)
            .field("reason", &self.reason)
            .field("causes", &self.causes)
            .field("retry_after", &self.retry_after)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Cause {
    /// Without the server's words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at `{}`", self.reason, self.field)
    }
}

#[derive(Deserialize)]
struct Status {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    message: String,
    details: Option<Details>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Details {
    #[serde(default)]
    causes: Vec<Cause>,
    retry_after_seconds: Option<u64>,
}

impl Refusal {
    /// Reads the body of an answer with an error code.
    pub(crate) fn read(code: u16, retry_after: Option<Duration>, body: &[u8]) -> Self {
        match serde_json::from_slice::<Status>(body) {
            Ok(status) if status.kind == "Status" => {
                let (causes, seconds) = status.details.map_or((Vec::new(), None), |details| {
                    (details.causes, details.retry_after_seconds)
                });
                Self {
                    code,
                    reason: status.reason,
                    message: status.message,
                    causes,
                    retry_after: retry_after.or(seconds
                        .filter(|seconds| *seconds > 0)
                        .map(Duration::from_secs)),
                }
            }
            _ => Self {
                code,
                reason: String::new(),
                message: String::from_utf8_lossy(body)
                    .trim()
                    .chars()
                    .take(500)
                    .collect(),
                causes: Vec::new(),
                retry_after,
            },
        }
    }

    /// Other field managers that own what we want to change.
    pub fn managers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.causes
            .iter()
            .filter(|cause| cause.reason == "FieldManagerConflict")
            .map(|cause| (manager(&cause.message), cause.field.as_str()))
    }

    /// Fields that cannot be changed once the object exists, if that is all that is wrong.
    pub fn immutable_fields(&self) -> Vec<&str> {
        match self.code {
            422 => immutable::fields(&self.causes),
            _ => Vec::new(),
        }
    }

    /// The namespace is on its way out: nothing can be created in it.
    pub fn is_terminating_namespace(&self) -> bool {
        self.code == 403
            && (self
                .causes
                .iter()
                .any(|cause| cause.reason == "NamespaceTerminating")
                || self.message.contains("because it is being terminated"))
    }

    /// The server does not know who we are (any more).
    pub fn is_unauthorized(&self) -> bool {
        self.code == 401
    }

    /// A namespace that has to exist first.
    pub fn is_missing_namespace(&self) -> bool {
        self.code == 404
            && self.message.starts_with("namespaces ")
            && self.message.ends_with("not found")
    }

    /// The path itself is not served (yet), in contrast to a missing object.
    pub fn is_missing_path(&self) -> bool {
        self.code == 404
            && (self.reason.is_empty()
                || self
                    .message
                    .contains("could not find the requested resource"))
    }

    /// A webhook that must be asked does not answer.
    pub fn is_webhook(&self) -> bool {
        self.code == 500
            && (self.message.contains("failed calling webhook")
                || self.message.contains("conversion webhook"))
    }

    /// An error of the server that says nothing about the server: a webhook, a value of the wrong type.
    pub fn is_about_the_object(&self) -> bool {
        self.is_webhook() || self.is_untyped()
    }

    /// Values of the wrong type, which some servers report as an error of their own.
    fn is_untyped(&self) -> bool {
        self.code == 500
            && self
                .message
                .starts_with("failed to create typed patch object")
    }

    /// Whether trying again makes sense.
    pub fn retry(&self) -> Retry {
        match self.code {
            409 | 500 if self.managers().next().is_some() || self.is_untyped() => Retry::Never,
            429 | 502..=504 => Retry::UntilDeadline(self.retry_after),
            500 if self.is_webhook() => Retry::UntilDeadline(None),
            // 409 without a manager: an update in between, or a namespace that goes away. 401: credentials that are
            // renewed in the background may have run out a moment ago.
            401 | 409 | 500 => Retry::AFewTimes,
            404 if self.is_missing_path() => Retry::UntilDeadline(None),
            404 if self.is_missing_namespace() => Retry::AFewTimes,
            // The service account of a new namespace appears a moment later.
            403 if self.message.contains("error looking up service account")
                || self.is_terminating_namespace() =>
            {
                Retry::UntilDeadline(None)
            }
            _ => Retry::Never,
        }
    }

    /// What to do about it.
    pub(super) fn hint(&self) -> Option<Cow<'static, str>> {
        let mut managers = self.managers().map(|(manager, _)| manager).peekable();
        if managers.peek().is_some() {
            let kubectl = managers.any(|manager| manager == "kubectl-client-side-apply");
            return Some(if kubectl {
                "`kubectl apply` without `--server-side` set them; `--force-conflicts` takes them over".into()
            } else {
                "`--force-conflicts` takes the fields over".into()
            });
        }
        if !self.immutable_fields().is_empty() {
            return Some("`--replace` deletes the object and creates it anew".into());
        }
        self.is_unauthorized().then(|| {
            "the credentials of the context are not accepted: they have expired or belong to another cluster".into()
        })
    }

    fn text(&self) -> String {
        let conflicts: Vec<String> = self
            .managers()
            .map(|(manager, field)| format!("`{field}` is managed by `{manager}`"))
            .collect();
        if !conflicts.is_empty() {
            return format!("conflict: {}", conflicts.join(", "));
        }
        let immutable = self.immutable_fields();
        if !immutable.is_empty() {
            return format!(
                "{} cannot be changed once the object exists",
                List::and(immutable)
            );
        }
        match (self.message.as_str(), self.reason.as_str()) {
            ("", "") => format!("the API server answered {}", self.code),
            ("", reason) => format!("the API server answered {} {reason}", self.code),
            (message, "") => format!("{message} ({})", self.code),
            (message, _) => message.to_owned(),
        }
    }
}

/// The manager in `conflict with "name" using apps/v1`.
fn manager(message: &str) -> &str {
    message.split('"').nth(1).unwrap_or(message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refusal(code: u16, reason: &str, message: &str, details: &serde_json::Value) -> Refusal {
        let body =
            json!({ "kind": "Status", "reason": reason, "message": message, "details": details });
        Refusal::read(code, None, body.to_string().as_bytes())
    }

    #[test]
    fn conflicts_name_field_and_manager() {
        let conflict = refusal(
            409,
            "Conflict",
            "Apply failed with 1 conflict: …",
            &json!({ "causes": [{
                "reason": "FieldManagerConflict",
                "message": "conflict with \"kubectl-client-side-apply\" using apps/v1",
                "field": ".spec.replicas"
            }]}),
        );
        assert_eq!(
            conflict.to_string(),
            "conflict: `.spec.replicas` is managed by `kubectl-client-side-apply`"
        );
        assert_eq!(conflict.retry(), Retry::Never);
    }

    #[test]
    fn what_passes_is_tried_again() {
        let none = json!({});
        for (refusal, retry) in [
            (
                refusal(409, "Conflict", "the object has been modified", &none),
                Retry::AFewTimes,
            ),
            (
                refusal(
                    429,
                    "TooManyRequests",
                    "slow down",
                    &json!({ "retryAfterSeconds": 2 }),
                ),
                Retry::UntilDeadline(Some(Duration::from_secs(2))),
            ),
            (
                refusal(
                    500,
                    "InternalError",
                    "failed calling webhook \"x\": connection refused",
                    &none,
                ),
                Retry::UntilDeadline(None),
            ),
            (
                refusal(500, "InternalError", "etcdserver: leader changed", &none),
                Retry::AFewTimes,
            ),
            (
                Refusal::read(404, None, b"404 page not found\n"),
                Retry::UntilDeadline(None),
            ),
            (
                refusal(404, "NotFound", "namespaces \"x\" not found", &none),
                Retry::AFewTimes,
            ),
            (
                refusal(404, "NotFound", "pods \"x\" not found", &none),
                Retry::Never,
            ),
            (
                refusal(422, "Invalid", "spec.x: Required value", &none),
                Retry::Never,
            ),
            (refusal(403, "Forbidden", "no", &none), Retry::Never),
            (
                refusal(
                    403,
                    "Forbidden",
                    "pods \"x\" is forbidden: exceeded quota: q",
                    &none,
                ),
                Retry::Never,
            ),
            (
                refusal(
                    403,
                    "Forbidden",
                    "configmaps \"x\" is forbidden: unable to create new content in namespace y because it is being terminated",
                    &none,
                ),
                Retry::UntilDeadline(None),
            ),
            (
                refusal(401, "Unauthorized", "Unauthorized", &none),
                Retry::AFewTimes,
            ),
            (
                refusal(
                    500,
                    "",
                    "failed to create typed patch object (/x; /v1, Kind=Y): …",
                    &none,
                ),
                Retry::Never,
            ),
        ] {
            assert_eq!(refusal.retry(), retry, "{refusal}");
        }
    }

    #[test]
    fn answers_without_status_are_quoted_briefly() {
        let text = Refusal::read(502, None, &[b'x'; 1000]).to_string();
        assert_eq!(text.len(), 500 + " (502)".len());
        assert_eq!(
            Refusal::read(500, None, b"").to_string(),
            "the API server answered 500"
        );
    }
}
