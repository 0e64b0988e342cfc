//! Which objects may be deleted and created anew when fields of theirs cannot be changed.

use super::object::Object;

/// Annotations that allow it for one object; the second is that of Flux.
const ANNOTATIONS: [&str; 2] = ["ksail.io/replace", "kustomize.toolkit.fluxcd.io/force"];

/// Whether an object may be replaced. `asked` says that the user wants it for all objects.
///
/// Namespaces and definitions never are: everything in them would go. Volumes and claims, which hold data, have to
/// allow it themselves.
pub fn may_replace(object: &Object, asked: bool) -> bool {
    if is_protected(object) {
        return false;
    }
    let id = &object.id;
    let holds_data = id.group().is_empty()
        && ["PersistentVolume", "PersistentVolumeClaim"].contains(&id.kind.as_str());
    is_annotated(object) || (asked && !holds_data)
}

/// Nothing makes ksail replace it.
pub fn is_protected(object: &Object) -> bool {
    let id = &object.id;
    matches!(
        (id.group(), id.kind.as_str()),
        ("", "Namespace") | ("apiextensions.k8s.io", "CustomResourceDefinition")
    )
}

fn is_annotated(object: &Object) -> bool {
    let annotations = object.json.pointer("/metadata/annotations");
    let says = |name: &&'static str| {
        let value = annotations.and_then(|annotations| annotations.get(*name)?.as_str());
        value.is_some_and(|value| {
            value.eq_ignore_ascii_case("enabled") || value.eq_ignore_ascii_case("true")
        })
    };
    ANNOTATIONS.iter().any(says)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::object::{ObjectId, Origin};
    use super::*;
    use crate::yaml::Source;

    fn object(api_version: &str, kind: &str, annotation: &str) -> Object {
        Object {
            id: ObjectId {
                api_version: api_version.into(),
                kind: kind.into(),
                namespace: None,
                name: "x".into(),
            },
            origin: Origin {
                source: Source::new("a"),
                line: 1,
            },
            json: json!({ "metadata": { "annotations": { annotation: "Enabled" } } }),
            confidential: false,
        }
    }

    #[test]
    fn what_holds_data_has_to_allow_it_and_what_holds_others_cannot() {
        let flux = "kustomize.toolkit.fluxcd.io/force";
        for (version, kind, annotation, asked, allowed) in [
            ("batch/v1", "Job", "other", false, false),
            ("batch/v1", "Job", "other", true, true),
            ("batch/v1", "Job", flux, false, true),
            ("batch/v1", "Job", "ksail.io/replace", false, true),
            ("v1", "PersistentVolumeClaim", "other", true, false),
            ("v1", "PersistentVolumeClaim", flux, false, true),
            ("v1", "Namespace", flux, true, false),
            (
                "apiextensions.k8s.io/v1",
                "CustomResourceDefinition",
                flux,
                true,
                false,
            ),
        ] {
            let object = object(version, kind, annotation);
            assert_eq!(
                may_replace(&object, asked),
                allowed,
                "{kind} {annotation} {asked}"
            );
        }
    }
}
