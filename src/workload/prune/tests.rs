use serde_json::json;

use super::*;

fn identity(kind: &str, namespace: Option<&str>, name: &str) -> Identity {
    Identity {
        kind: GroupKind::parse(kind),
        namespace: namespace.map(str::to_owned),
        name: name.to_owned(),
    }
}

fn member(kind: &str, namespace: Option<&str>, name: &str) -> Member {
    let group_kind = GroupKind::parse(kind);
    let metadata = json!({ "name": name, "namespace": namespace, "uid": format!("{kind}/{name}") });
    Member::read(&group_kind, &json!({ "metadata": metadata }))
}

fn marked(key: &str, value: &str) -> Member {
    let mut member = member("ConfigMap", Some("apps"), "marked");
    member.marks.push((key.to_owned(), value.to_owned()));
    member
}

fn recorded() -> Inventory {
    Inventory {
        kinds: BTreeSet::new(),
        namespaces: BTreeSet::from(["apps".to_owned()]),
    }
}

fn planned(members: Vec<Member>, named: &[Identity], allowed: Allowed) -> Plan {
    let recorded = recorded();
    let scope = Scope {
        recorded: &recorded,
        parent_namespace: Some("apps"),
        allowed,
    };
    plan(members, &named.iter().cloned().collect(), scope)
}

#[test]
fn what_no_manifest_names_is_pruned() {
    let members = vec![
        member("Deployment.apps", Some("apps"), "web"),
        member("ConfigMap", Some("apps"), "old"),
        member("ConfigMap", Some("apps"), "new"),
        member("ClusterRole.rbac.authorization.k8s.io", None, "reader"),
    ];
    let named = [
        identity("ConfigMap", Some("apps"), "new"),
        // The same name in another namespace or of another group is another object.
        identity("ConfigMap", Some("other"), "old"),
        identity("Deployment.x.io", Some("apps"), "web"),
    ];
    let plan = planned(members, &named, Allowed::default());
    assert_eq!(
        plan.lines(),
        [
            "prune configmap/old (namespace apps)",
            "prune deployment.apps/web (namespace apps)",
            "prune clusterrole.rbac.authorization.k8s.io/reader",
        ]
    );
}

#[test]
fn namespaces_and_definitions_go_only_on_request() {
    let members = || {
        vec![
            member("Namespace", None, "apps"),
            member("Namespace", None, "other"),
            member(
                "CustomResourceDefinition.apiextensions.k8s.io",
                None,
                "things.x.io",
            ),
            member("PersistentVolumeClaim", Some("apps"), "data"),
        ]
    };
    let plan = planned(members(), &[], Allowed::default());
    assert_eq!(
        plan.lines(),
        [
            "prune persistentvolumeclaim/data (namespace apps), perhaps with its data",
            "keep namespace/apps: it holds the parent of the applyset",
            "keep namespace/other: namespaces are protected; `--prune-allow=namespaces` lifts that",
            "keep customresourcedefinition.apiextensions.k8s.io/things.x.io: definitions are protected; `--prune-allow=crds` lifts that",
        ]
    );
    let allowed = Allowed {
        namespaces: true,
        definitions: true,
    };
    assert_eq!(
        planned(members(), &[], allowed).lines(),
        [
            "prune namespace/other, with everything in it",
            "prune persistentvolumeclaim/data (namespace apps), perhaps with its data",
            "prune customresourcedefinition.apiextensions.k8s.io/things.x.io, with all its custom resources",
            "keep namespace/apps: it holds the parent of the applyset",
        ]
    );
}

#[test]
fn marks_of_all_tools_protect() {
    for (key, value) in [
        ("ksail.io/prune", "disabled"),
        ("ksail.io/prune", "Disabled"),
        ("kustomize.toolkit.fluxcd.io/prune", "disabled"),
        ("kustomize.toolkit.fluxcd.io/reconcile", "disabled"),
        (
            "argocd.argoproj.io/sync-options",
            "Validate=false, Prune=false",
        ),
        ("argocd.argoproj.io/sync-options", "Delete=confirm"),
        ("helm.sh/resource-policy", "keep"),
        ("client.lifecycle.config.k8s.io/deletion", "detach"),
        ("cli-utils.sigs.k8s.io/on-remove", "keep"),
    ] {
        let plan = planned(vec![marked(key, value)], &[], Allowed::default());
        assert!(matches!(plan.kept[0].1, Kept::Marked(_)), "{key}: {value}");
        assert!(plan.prune.is_empty());
    }
    for (key, value) in [
        ("ksail.io/prune", "enabled"),
        ("argocd.argoproj.io/sync-options", "Prune=true"),
        ("example.com/prune", "disabled"),
    ] {
        let plan = planned(vec![marked(key, value)], &[], Allowed::default());
        assert_eq!(plan.prune.len(), 1, "{key}: {value}");
    }
}

#[test]
fn what_others_own_or_the_set_does_not_list_stays() {
    let mut owned = member("EndpointSlice.discovery.k8s.io", Some("apps"), "web-1");
    owned.owner = Some("Service web".to_owned());
    let elsewhere = member("ConfigMap", Some("elsewhere"), "copy");
    let plan = planned(vec![owned, elsewhere], &[], Allowed::default());
    assert_eq!(
        plan.lines(),
        [
            "keep configmap/copy (namespace elsewhere): it has the label, but the applyset does not list its namespace",
            "keep endpointslice.discovery.k8s.io/web-1 (namespace apps): owned by Service web",
        ]
    );
    let remaining = plan.remaining(&Inventory::default());
    assert_eq!(
        remaining.kinds,
        BTreeSet::from([GroupKind::parse("EndpointSlice.discovery.k8s.io")])
    );
    assert_eq!(remaining.namespaces, BTreeSet::from(["apps".to_owned()]));
}

#[test]
fn what_holds_something_that_stays_stays() {
    let allowed = Allowed {
        namespaces: true,
        definitions: true,
    };
    let recorded = Inventory {
        kinds: BTreeSet::new(),
        namespaces: ["a", "b", "c"].map(str::to_owned).into(),
    };
    let scope = Scope {
        recorded: &recorded,
        parent_namespace: None,
        allowed,
    };
    let mut kept = marked("ksail.io/prune", "disabled");
    kept.identity.namespace = Some("a".to_owned());
    let members = vec![
        kept,
        member("Namespace", None, "a"),
        member("Namespace", None, "b"),
        member("Namespace", None, "c"),
        member(
            "CustomResourceDefinition.apiextensions.k8s.io",
            None,
            "things.x.io",
        ),
        member(
            "CustomResourceDefinition.apiextensions.k8s.io",
            None,
            "things.y.io",
        ),
    ];
    let named = [
        identity("ConfigMap", Some("b"), "named"),
        identity("Thing.x.io", Some("b"), "named"),
    ];
    let plan = plan(members, &named.into(), scope);
    assert_eq!(
        plan.lines(),
        [
            "prune namespace/c, with everything in it",
            "prune customresourcedefinition.apiextensions.k8s.io/things.y.io, with all its custom resources",
            "keep configmap/marked (namespace a): marked `ksail.io/prune: disabled`",
            "keep namespace/a: configmap/marked (namespace a) stays and would go with it",
            "keep namespace/b: configmap/named (namespace b) stays and would go with it",
            "keep customresourcedefinition.apiextensions.k8s.io/things.x.io: thing.x.io/named (namespace b) stays and would go with it",
        ]
    );
}

#[test]
fn one_object_under_two_kinds_is_one() {
    let event = |kind: &str| Member {
        uid: "1".to_owned(),
        ..member(kind, Some("apps"), "e")
    };
    let both = || vec![event("Event"), event("Event.events.k8s.io")];
    assert_eq!(planned(both(), &[], Allowed::default()).prune.len(), 1);
    let named = [identity("Event.events.k8s.io", Some("apps"), "e")];
    assert!(planned(both(), &named, Allowed::default()).prune.is_empty());
}
