//! Differences as text for people and as data for programs.

use serde_json::{Value, json};
use similar::TextDiff;

use crate::workload::object::{ObjectId, Origin};
use crate::yaml::to_yaml;

/// What an apply would do to an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Create it.
    New,
    /// Change it.
    Changed,
    /// Nothing.
    Unchanged,
    /// Delete it: no manifest names it any more.
    Pruned,
    /// Fail, and why.
    Failed(String),
}

impl Change {
    /// One word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Change::New => "new",
            Change::Changed => "changed",
            Change::Unchanged => "unchanged",
            Change::Pruned => "pruned",
            Change::Failed(_) => "failed",
        }
    }
}

/// One object before and after. Values that nobody may read are masked already.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The object, with the namespace it lives in.
    pub id: ObjectId,
    /// Where it is defined, if the input has it.
    pub origin: Option<Origin>,
    /// What would happen to it.
    pub change: Change,
    /// As it is.
    pub before: Option<Value>,
    /// As it would be.
    pub after: Option<Value>,
}

impl Difference {
    /// A unified diff with `context` lines around each change; empty if there is none.
    pub fn text(&self, context: usize) -> String {
        if !matches!(self.change, Change::New | Change::Changed | Change::Pruned) {
            return String::new();
        }
        let [before, after] = [&self.before, &self.after]
            .map(|version| version.as_ref().map(to_yaml).unwrap_or_default());
        let name = self.file_name();
        let (live, merged) = (format!("LIVE/{name}"), format!("MERGED/{name}"));
        let diff = TextDiff::from_lines(&before, &after);
        let mut hunks = diff.unified_diff();
        let hunks = hunks.context_radius(context).header(&live, &merged);
        format!("diff {live} {merged}\n{hunks}")
    }

    /// `apps.v1.Deployment.default.web`, as kubectl names the files that it compares.
    fn file_name(&self) -> String {
        let version = self.id.api_version.replace('/', ".");
        let namespace = self.id.namespace.as_deref().unwrap_or_default();
        format!("{version}.{}.{namespace}.{}", self.id.kind, self.id.name)
    }

    /// For `--output json`. The patch is of RFC 6902.
    pub fn row(&self) -> Value {
        let id = &self.id;
        let mut row = json!({
            "apiVersion": id.api_version, "kind": id.kind, "namespace": id.namespace, "name": id.name,
            "origin": self.origin.as_ref().map(ToString::to_string), "change": self.change.word()
        });
        match (&self.change, &self.before, &self.after) {
            (Change::Failed(why), ..) => row["error"] = why.as_str().into(),
            (Change::New, _, Some(after)) => row["object"] = after.clone(),
            (Change::Pruned, Some(before), _) => row["object"] = before.clone(),
            (Change::Changed, Some(before), Some(after)) => {
                let patch = json_patch::diff(before, after).0;
                row["patch"] = patch.iter().map(|step| json!(step)).collect();
            }
            _ => {}
        }
        row
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Source;

    fn difference(change: Change, before: Option<Value>, after: Option<Value>) -> Difference {
        Difference {
            id: ObjectId {
                api_version: "apps/v1".into(),
                kind: "Deployment".into(),
                namespace: Some("default".into()),
                name: "web".into(),
            },
            origin: Some(Origin {
                source: Source::new("a.yaml"),
                line: 1,
            }),
            change,
            before,
            after,
        }
    }

    #[test]
    fn a_change_is_a_unified_diff() {
        let of =
            |replicas: u32| json!({ "a": 1, "b": 2, "c": 3, "spec": { "replicas": replicas } });
        let changed = difference(Change::Changed, Some(of(1)), Some(of(2)));
        insta::assert_snapshot!(changed.text(1), @"
        diff LIVE/apps.v1.Deployment.default.web MERGED/apps.v1.Deployment.default.web
        --- LIVE/apps.v1.Deployment.default.web
        +++ MERGED/apps.v1.Deployment.default.web
        @@ -4,2 +4,2 @@
         spec:
        -  replicas: 1
        +  replicas: 2
        ");
        assert_eq!(
            changed.row()["patch"],
            json!([{ "op": "replace", "path": "/spec/replicas", "value": 2 }])
        );
    }

    #[test]
    fn what_is_new_is_all_plus() {
        let new = difference(Change::New, None, Some(json!({ "kind": "Deployment" })));
        insta::assert_snapshot!(new.text(3), @"
        diff LIVE/apps.v1.Deployment.default.web MERGED/apps.v1.Deployment.default.web
        --- LIVE/apps.v1.Deployment.default.web
        +++ MERGED/apps.v1.Deployment.default.web
        @@ -0,0 +1 @@
        +kind: Deployment
        ");
        assert_eq!(new.row()["object"], json!({ "kind": "Deployment" }));
    }

    #[test]
    fn the_rest_has_no_text() {
        let same = difference(Change::Unchanged, Some(json!({})), Some(json!({})));
        assert_eq!(same.text(3), "");
        let failed = difference(Change::Failed("no".into()), None, None);
        assert_eq!(failed.text(3), "");
        assert_eq!(failed.row()["error"], "no");
    }
}
