//! What `Debug` shows of a pipeline that stopped: nothing that may be secret. Lines of manifests, words of servers and
//! values that could not be read are left out; messages that people see are made without them already.

use std::fmt;

use super::Error;

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Server(error) => fmt::Debug::fmt(error, f),
            Error::Registry(error) => fmt::Debug::fmt(error, f),
            other => write!(f, "{other}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::k8s::{self, Refusal};
    use crate::workload::build::{expand_documents, parse_texts};
    use crate::workload::discover::Text;
    use crate::yaml::Source;
    use crate::{oci, sops};

    const SECRET: &str = "hunter2";

    /// Why a manifest does not get through.
    fn of_manifest(text: &str) -> Error {
        let text = Text {
            source: Source::new("a.yaml"),
            text: text.to_owned(),
        };
        let built = parse_texts(vec![text]).and_then(expand_documents);
        built.err().unwrap()
    }

    fn refusal() -> Refusal {
        let body = json!({
            "kind": "Status", "reason": "Invalid", "message": format!("invalid value: \"{SECRET}\""),
            "details": { "causes": [{ "reason": "FieldValueInvalid", "message": SECRET, "field": "data" }] }
        });
        Refusal::read(422, None, body.to_string().as_bytes())
    }

    /// Every kind of failure that something secret can be behind. A new one has to say here whether it is among them.
    fn can_hold(error: &Error) -> bool {
        match error {
            Error::Yaml(_)
            | Error::Decrypt { .. }
            | Error::Document { .. }
            | Error::Object { .. }
            | Error::Registry(_)
            | Error::Server(_) => true,
            Error::File(_)
            | Error::Missing(_)
            | Error::NoSource
            | Error::Encoding(_)
            | Error::Stdin(_)
            | Error::Empty(_)
            | Error::Kustomization(_)
            | Error::Twice { .. }
            | Error::SeveralTrees
            | Error::Pattern { .. }
            | Error::NothingToPush(_)
            | Error::Identity(_)
            | Error::Name(_)
            | Error::ClearText { .. }
            | Error::Pack(_)
            | Error::Generate(_)
            | Error::NoContext
            | Error::Kubeconfig(_)
            | Error::Incomplete { .. }
            | Error::Broken { .. }
            | Error::TimedOut { .. }
            | Error::ApplySet(_)
            | Error::Removal(_)
            | Error::NeedsConsent(_)
            | Error::Argument { .. }
            | Error::WaitFailed { .. }
            | Error::WaitTimedOut { .. }
            | Error::Incomparable { .. }
            | Error::Invalid { .. }
            | Error::Schemas(_)
            | Error::Interrupted
            | Error::Output(_) => false,
        }
    }

    #[test]
    fn nothing_secret_is_shown() {
        let head = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n";
        let unread = serde_json::from_value::<u32>(json!(SECRET)).unwrap_err();
        let yaml = crate::yaml::load(&format!("a: [{SECRET}\n"), &Source::new("a.yaml"));
        let failures = [
            of_manifest(&format!("{head}stringData: {{a: {SECRET}, a: {SECRET}}}\n")),
            of_manifest(&format!("{head}stringData: {{a: [{SECRET}}}\n")),
            of_manifest(&format!("kind: Secret\nstringData: {{a: {SECRET}}}\n")),
            of_manifest(&format!(
                "apiVersion: v1\nkind: Secret\nmetadata: {SECRET}\n"
            )),
            of_manifest(&format!("- {SECRET}\n")),
            Error::Decrypt {
                file: "a.yaml".into(),
                source: sops::Error::Yaml(yaml.unwrap_err()),
            },
            Error::Server(k8s::Error::Refused(refusal())),
            Error::Server(k8s::Error::Answer {
                path: "/api".into(),
                source: unread,
            }),
            Error::Registry(oci::Error::Reference {
                given: format!("oci://me:{SECRET}@example.com/a"),
                why: "it has a user",
            }),
        ];
        for failure in failures {
            assert!(can_hold(&failure), "{failure:?}");
            for shown in [format!("{failure:?}"), format!("{failure:#?}")] {
                assert!(!shown.is_empty() && !shown.contains(SECRET), "{shown}");
            }
        }
    }
}
