//! What to do about a failed attempt: arithmetic on the error and the circumstances.

use std::borrow::Cow;
use std::time::Duration;

use crate::error::Hint;
use crate::k8s::error::{Error, Retry};

/// Attempts at something that may pass or may not.
const FEW: u32 = 5;

/// Attempts of one object with credentials that are refused, and of all objects in a row.
const LOG_INS: u32 = 2;
const ALL_LOG_INS: u32 = 16;

/// Why an attempt was no success.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// The server, or the way to it.
    #[error(transparent)]
    Server(#[from] Error),
    /// It was applied, but will go away.
    #[error("it is being deleted{}", if .0.is_empty() { String::new() } else { format!(": {}", .0) })]
    Dying(String),
    /// The request went out and no answer came, which for a request that creates something new says nothing.
    #[error("{0}; it may have been created")]
    Unclear(Error),
    /// The deadline passed with the request on its way.
    #[error("the deadline passed before the API server answered")]
    Late,
    /// The user stopped the run between deleting an object and creating it anew.
    #[error("it was deleted and not created again, because the run was stopped; run it once more")]
    Removed,
    /// The user stopped the run before the request went out.
    #[error("the run was stopped")]
    Halted,
}

impl Fault {
    /// Whether something else has to exist, work or go away first.
    pub(super) fn is_dependency(&self) -> bool {
        match self {
            Fault::Server(error) => error.is_dependency(),
            Fault::Dying(_) => true,
            _ => false,
        }
    }

    /// The server does not accept the credentials.
    pub(super) fn is_unauthorized(&self) -> bool {
        matches!(self, Fault::Server(Error::Refused(refusal)) if refusal.is_unauthorized())
    }

    /// The only thing wrong is a field that cannot be changed.
    pub(super) fn is_immutable(&self) -> bool {
        match self {
            Fault::Server(Error::Refused(refusal)) => !refusal.immutable_fields().is_empty(),
            _ => false,
        }
    }
}

impl Hint for Fault {
    fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Fault::Server(error) => error.hint(),
            _ => None,
        }
    }
}

/// What to know about the object and the run besides the fault.
#[derive(Debug, Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "facts that have nothing to do with each other"
)]
pub(super) struct Circumstances {
    /// Attempts so far, this one included.
    pub(super) tries: u32,
    /// How often in a row, whatever the object, credentials were refused.
    pub(super) log_ins: u32,
    pub(super) dry_run: bool,
    /// A kind that is missing may yet appear.
    pub(super) kind_may_appear: bool,
    /// Its namespace is part of the run.
    pub(super) own_namespace: bool,
    /// The server was away a moment ago.
    pub(super) just_back: bool,
    /// What cannot be changed may be deleted and created anew.
    pub(super) replace: bool,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Another attempt, not before this pause if the server named one.
    Again(Option<Duration>),
    /// Delete it and create it anew.
    Replace,
    /// The object failed.
    GiveUp,
    /// The object failed, and so will all others.
    Abort,
}

/// Decides.
pub(super) fn decide(fault: &Fault, now: Circumstances) -> Next {
    let error = match fault {
        Fault::Server(error) => error,
        Fault::Dying(_) if !now.dry_run => return Next::Again(None),
        _ => return Next::GiveUp,
    };
    match error {
        Error::NoKind { .. } if !now.kind_may_appear => return Next::GiveUp,
        // Nothing that others need appears during a dry run.
        error if error.is_dependency() && now.dry_run => return Next::GiveUp,
        // Half an answer. The same request again does no harm.
        Error::Answer { .. } if now.tries < FEW => return Next::Again(None),
        Error::Refused(refusal) => {
            if refusal.is_unauthorized() && (now.tries >= LOG_INS || now.log_ins >= ALL_LOG_INS) {
                return Next::Abort;
            }
            // Permissions are objects, too, which a server has to load first.
            if refusal.code == 403 && now.just_back {
                return Next::Again(None);
            }
            if refusal.is_missing_namespace() && now.own_namespace && !now.dry_run {
                return Next::Again(None);
            }
            if now.replace && !refusal.immutable_fields().is_empty() {
                return Next::Replace;
            }
        }
        _ => {}
    }
    match error.retry() {
        Retry::Never => Next::GiveUp,
        Retry::AFewTimes if now.tries >= FEW => Next::GiveUp,
        Retry::AFewTimes => Next::Again(None),
        Retry::UntilDeadline(pause) => Next::Again(pause),
    }
}

/// What becomes of a fault of a request that must not be sent twice: the server may have done its work although no
/// answer says so.
pub(super) fn unrepeatable(error: Error) -> Fault {
    let unclear = match &error {
        Error::Unreachable { .. } | Error::Answer { .. } => true,
        Error::Refused(refusal) => {
            matches!(refusal.code, 500 | 502 | 504) && !refusal.is_about_the_object()
        }
        _ => false,
    };
    if unclear {
        Fault::Unclear(error)
    } else {
        error.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::k8s::error::Refusal;

    fn refused(code: u16, message: &str) -> Fault {
        refusal(code, message).into()
    }

    fn refusal(code: u16, message: &str) -> Error {
        let body = serde_json::json!({
            "kind": "Status", "reason": "Some", "message": message,
            "details": { "causes": [{ "field": "spec", "message": message }] }
        });
        Refusal::read(code, None, body.to_string().as_bytes()).into()
    }

    fn no_kind() -> Fault {
        let (api_version, kind) = ("x.io/v1".into(), "Thing".into());
        Error::NoKind { api_version, kind }.into()
    }

    fn silence() -> Error {
        let (server, why) = (String::new(), String::new());
        Error::Unreachable { server, why }
    }

    #[test]
    fn circumstances_decide_what_errors_leave_open() {
        let first = Circumstances {
            tries: 1,
            ..Circumstances::default()
        };
        let fifth = Circumstances { tries: 5, ..first };
        let dry = Circumstances {
            dry_run: true,
            kind_may_appear: true,
            own_namespace: true,
            ..first
        };
        let again = Next::Again(None);
        let terminating = "x is forbidden: because it is being terminated";
        for (fault, now, next) in [
            (no_kind(), first, Next::GiveUp),
            (
                no_kind(),
                Circumstances {
                    kind_may_appear: true,
                    ..first
                },
                again,
            ),
            (no_kind(), dry, Next::GiveUp),
            (silence().into(), fifth, again),
            (refused(500, "etcd"), first, again),
            (refused(500, "etcd"), fifth, Next::GiveUp),
            (refused(401, "Unauthorized"), first, again),
            (
                refused(401, "Unauthorized"),
                Circumstances { tries: 2, ..first },
                Next::Abort,
            ),
            (
                refused(401, "Unauthorized"),
                Circumstances {
                    log_ins: 16,
                    ..first
                },
                Next::Abort,
            ),
            (refused(403, terminating), fifth, again),
            (refused(403, terminating), dry, Next::GiveUp),
            (refused(403, "exceeded quota"), first, Next::GiveUp),
            (
                refused(403, "User cannot patch"),
                Circumstances {
                    just_back: true,
                    ..first
                },
                again,
            ),
            (
                refused(404, "namespaces \"x\" not found"),
                fifth,
                Next::GiveUp,
            ),
            (
                refused(404, "namespaces \"x\" not found"),
                Circumstances {
                    own_namespace: true,
                    ..fifth
                },
                again,
            ),
            (refused(422, "field is immutable"), first, Next::GiveUp),
            (
                refused(422, "field is immutable"),
                Circumstances {
                    replace: true,
                    ..first
                },
                Next::Replace,
            ),
            (
                refused(422, "must be positive"),
                Circumstances {
                    replace: true,
                    ..first
                },
                Next::GiveUp,
            ),
            (Fault::Dying(String::new()), fifth, again),
            (Fault::Dying(String::new()), dry, Next::GiveUp),
            (Fault::Unclear(silence()), first, Next::GiveUp),
        ] {
            assert_eq!(decide(&fault, now), next, "{fault} {now:?}");
        }
    }

    #[test]
    fn requests_that_create_are_not_sent_twice_unless_they_did_nothing() {
        assert!(matches!(unrepeatable(silence()), Fault::Unclear(_)));
        assert!(matches!(
            unrepeatable(refusal(504, "timeout")),
            Fault::Unclear(_)
        ));
        for (code, message) in [
            (429, "slow down"),
            (500, "failed calling webhook \"x\""),
            (422, "no"),
        ] {
            assert!(matches!(
                unrepeatable(refusal(code, message)),
                Fault::Server(_)
            ));
        }
    }
}
