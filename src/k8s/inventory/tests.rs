use serde_json::json;

use super::*;
use crate::error::Hint;

fn parent() -> Parent {
    Reference::parse("my-set")
        .unwrap()
        .built_in("apps")
        .unwrap()
}

fn of(kinds: &[&str], namespaces: &[&str]) -> Inventory {
    Inventory {
        kinds: kinds.iter().map(|kind| GroupKind::parse(kind)).collect(),
        namespaces: namespaces.iter().map(|&name| name.to_owned()).collect(),
    }
}

fn nothing(_: &str, _: &str) -> Option<GroupKind> {
    None
}

#[test]
fn ids_are_those_of_kubectl() {
    // Of kubectl's own tests: a secret `my-set` in the namespace `test`, and a custom resource without a namespace.
    let secret = Parent {
        namespace: Some("test".into()),
        name: "my-set".into(),
        ..parent()
    };
    assert_eq!(
        secret.id(),
        "applyset-0eFHV8ySqp7XoShsGvyWFQD3s96yqwHmzc4e0HR1dsY-v1"
    );
    let custom = Parent {
        api_version: "company.com/v1".into(),
        kind: "ApplySet".into(),
        namespace: None,
        name: "my-set".into(),
    };
    assert_eq!(
        custom.id(),
        "applyset-rhp1a-HVAVT_dFgyEygyA1BEB82HPp2o10UiFTpqtAs-v1"
    );
    assert_eq!(
        secret.selector(),
        "applyset.kubernetes.io/part-of=applyset-0eFHV8ySqp7XoShsGvyWFQD3s96yqwHmzc4e0HR1dsY-v1"
    );
}

#[test]
fn what_is_written_is_read_back() {
    let inventory = of(
        &["Secret", "Deployment.apps", "ConfigMap"],
        &["apps", "b", "a"],
    );
    let written = parent().write(&inventory);
    assert_eq!(
        written,
        json!({
            "apiVersion": "v1", "kind": "Secret",
            "metadata": {
                "name": "my-set", "namespace": "apps",
                "labels": { "applyset.kubernetes.io/id": parent().id() },
                "annotations": {
                    "applyset.kubernetes.io/tooling": concat!("kubectl/v1.36.4+ksail.", env!("CARGO_PKG_VERSION")),
                    "applyset.kubernetes.io/contains-group-kinds": "ConfigMap,Deployment.apps,Secret",
                    "applyset.kubernetes.io/additional-namespaces": "a,b",
                }
            }
        })
    );
    assert_eq!(parent().read(&written, nothing), Ok(inventory.clone()));
    assert!(parent().says(&written, &inventory));
    assert!(!parent().says(&written, &of(&["Secret"], &["apps"])));
    let empty = of(&[], &["apps"]);
    assert_eq!(parent().read(&parent().write(&empty), nothing), Ok(empty));
}

#[test]
fn sets_of_kubectl_are_read_in_both_forms() {
    let mut object = parent().write(&of(&["Secret"], &[]));
    object["metadata"]["annotations"][TOOLING] = "kubectl/v1.27.3".into();
    assert_eq!(
        parent().read(&object, nothing),
        Ok(of(&["Secret"], &["apps"]))
    );
    let annotations = object["metadata"]["annotations"].as_object_mut().unwrap();
    annotations.remove(GROUP_KINDS);
    annotations.insert(GROUP_RESOURCES.into(), "deployments.apps".into());
    let known = |plural: &str, group: &str| {
        ((plural, group) == ("deployments", "apps")).then(|| GroupKind::parse("Deployment.apps"))
    };
    assert_eq!(
        parent().read(&object, known),
        Ok(of(&["Deployment.apps"], &["apps"]))
    );
    assert_eq!(
        parent().read(&object, nothing).unwrap_err().to_string(),
        "the applyset secret/my-set contains `deployments.apps`, which the server does not serve"
    );
}

#[test]
fn what_is_no_set_of_ours_is_refused_with_the_remedy() {
    let good = parent().write(&of(&[], &[]));
    let spoilt = |pointer: &str, key: &str, value: Option<&str>| {
        let mut object = good.clone();
        let map = object
            .pointer_mut(pointer)
            .unwrap()
            .as_object_mut()
            .unwrap();
        match value {
            Some(value) => drop(map.insert(key.to_owned(), value.into())),
            None => drop(map.remove(key)),
        }
        let fault = parent().read(&object, nothing).unwrap_err();
        assert!(fault.hint().is_some());
        fault.to_string()
    };
    let (labels, annotations) = ("/metadata/labels", "/metadata/annotations");
    assert_eq!(
        spoilt(annotations, TOOLING, None),
        "secret/my-set exists and is not the parent of an applyset: the annotation `applyset.kubernetes.io/tooling` is missing"
    );
    assert_eq!(
        spoilt(annotations, TOOLING, Some("helm/v3")),
        "the applyset secret/my-set is managed by `helm`"
    );
    assert_eq!(
        spoilt(annotations, TOOLING, Some("kubectl/ksail/v1")),
        "the applyset secret/my-set is managed by `kubectl/ksail`"
    );
    assert_eq!(
        spoilt(labels, ID, Some("other")),
        "the applyset secret/my-set has the wrong `applyset.kubernetes.io/id`: other"
    );
    assert!(spoilt(labels, ID, None).ends_with(": none"));
    assert!(spoilt(annotations, GROUP_KINDS, None).contains("does not say which kinds"));
}

#[test]
fn references_name_secrets_unless_they_say_otherwise() {
    let kinds = |text: &str| {
        let reference = Reference::parse(text).unwrap();
        reference.built_in("x").map(|parent| parent.kind)
    };
    assert_eq!(kinds("a").as_deref(), Some("Secret"));
    assert_eq!(kinds("secrets/a").as_deref(), Some("Secret"));
    assert_eq!(kinds("ConfigMap/a").as_deref(), Some("ConfigMap"));
    assert_eq!(kinds("sets.x.io/a"), None);
    assert_eq!(
        Reference::parse("sets.x.io/a").unwrap().resource,
        Some(("sets".into(), "x.io".into()))
    );
    for wrong in ["", "secrets/", "/a", "a/b/c", ".x.io/a"] {
        assert!(Reference::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn members_say_who_they_are_and_who_owns_them() {
    let kind = GroupKind::parse("Pod");
    let member = Member::read(
        &kind,
        &json!({ "metadata": {
            "name": "a", "namespace": "b", "uid": "1", "resourceVersion": "7", "deletionTimestamp": "2026-01-01T00:00:00Z",
            "labels": { PART_OF: "applyset-x-v1" }, "annotations": { "k": "v" },
            "ownerReferences": [
                { "kind": "Node", "name": "n" }, { "kind": "ReplicaSet", "name": "rs", "controller": true }
            ]
        }}),
    );
    assert_eq!(member.identity.to_string(), "pod/a (namespace b)");
    assert_eq!(member.part_of.as_deref(), Some("applyset-x-v1"));
    assert_eq!(member.owner.as_deref(), Some("ReplicaSet rs"));
    assert!(member.terminating);
    assert_eq!(member.marks[0], ("k".into(), "v".into()));
    let plain = Member::read(&kind, &json!({ "metadata": { "name": "a" } }));
    assert_eq!((plain.owner, plain.terminating), (None, false));
}
