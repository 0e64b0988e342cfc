//! Resources that Kubernetes has by itself, for flags that name them without their group: plural, singular, short names
//! and group, as `kubectl api-resources` of Kubernetes 1.36 lists them.

const RESOURCES: &[(&str, &str, &[&str], &str)] = &[
    ("bindings", "binding", &[], ""),
    ("componentstatuses", "componentstatus", &["cs"], ""),
    ("configmaps", "configmap", &["cm"], ""),
    ("endpoints", "endpoints", &["ep"], ""),
    ("events", "event", &["ev"], ""),
    ("limitranges", "limitrange", &["limits"], ""),
    ("namespaces", "namespace", &["ns"], ""),
    ("nodes", "node", &["no"], ""),
    (
        "persistentvolumeclaims",
        "persistentvolumeclaim",
        &["pvc"],
        "",
    ),
    ("persistentvolumes", "persistentvolume", &["pv"], ""),
    ("pods", "pod", &["po"], ""),
    ("podtemplates", "podtemplate", &[], ""),
    (
        "replicationcontrollers",
        "replicationcontroller",
        &["rc"],
        "",
    ),
    ("resourcequotas", "resourcequota", &["quota"], ""),
    ("secrets", "secret", &[], ""),
    ("serviceaccounts", "serviceaccount", &["sa"], ""),
    ("services", "service", &["svc"], ""),
    (
        "mutatingwebhookconfigurations",
        "mutatingwebhookconfiguration",
        &[],
        "admissionregistration.k8s.io",
    ),
    (
        "validatingadmissionpolicies",
        "validatingadmissionpolicy",
        &[],
        "admissionregistration.k8s.io",
    ),
    (
        "validatingadmissionpolicybindings",
        "validatingadmissionpolicybinding",
        &[],
        "admissionregistration.k8s.io",
    ),
    (
        "validatingwebhookconfigurations",
        "validatingwebhookconfiguration",
        &[],
        "admissionregistration.k8s.io",
    ),
    (
        "customresourcedefinitions",
        "customresourcedefinition",
        &["crd", "crds"],
        "apiextensions.k8s.io",
    ),
    ("apiservices", "apiservice", &[], "apiregistration.k8s.io"),
    ("controllerrevisions", "controllerrevision", &[], "apps"),
    ("daemonsets", "daemonset", &["ds"], "apps"),
    ("deployments", "deployment", &["deploy"], "apps"),
    ("replicasets", "replicaset", &["rs"], "apps"),
    ("statefulsets", "statefulset", &["sts"], "apps"),
    (
        "selfsubjectreviews",
        "selfsubjectreview",
        &[],
        "authentication.k8s.io",
    ),
    ("tokenreviews", "tokenreview", &[], "authentication.k8s.io"),
    (
        "localsubjectaccessreviews",
        "localsubjectaccessreview",
        &[],
        "authorization.k8s.io",
    ),
    (
        "selfsubjectaccessreviews",
        "selfsubjectaccessreview",
        &[],
        "authorization.k8s.io",
    ),
    (
        "selfsubjectrulesreviews",
        "selfsubjectrulesreview",
        &[],
        "authorization.k8s.io",
    ),
    (
        "subjectaccessreviews",
        "subjectaccessreview",
        &[],
        "authorization.k8s.io",
    ),
    (
        "horizontalpodautoscalers",
        "horizontalpodautoscaler",
        &["hpa"],
        "autoscaling",
    ),
    ("cronjobs", "cronjob", &["cj"], "batch"),
    ("jobs", "job", &[], "batch"),
    (
        "certificatesigningrequests",
        "certificatesigningrequest",
        &["csr"],
        "certificates.k8s.io",
    ),
    ("leases", "lease", &[], "coordination.k8s.io"),
    ("endpointslices", "endpointslice", &[], "discovery.k8s.io"),
    (
        "flowschemas",
        "flowschema",
        &[],
        "flowcontrol.apiserver.k8s.io",
    ),
    (
        "prioritylevelconfigurations",
        "prioritylevelconfiguration",
        &[],
        "flowcontrol.apiserver.k8s.io",
    ),
    ("ingressclasses", "ingressclass", &[], "networking.k8s.io"),
    ("ingresses", "ingress", &["ing"], "networking.k8s.io"),
    ("ipaddresses", "ipaddress", &["ip"], "networking.k8s.io"),
    (
        "networkpolicies",
        "networkpolicy",
        &["netpol"],
        "networking.k8s.io",
    ),
    ("servicecidrs", "servicecidr", &[], "networking.k8s.io"),
    ("runtimeclasses", "runtimeclass", &[], "node.k8s.io"),
    (
        "poddisruptionbudgets",
        "poddisruptionbudget",
        &["pdb"],
        "policy",
    ),
    (
        "clusterrolebindings",
        "clusterrolebinding",
        &[],
        "rbac.authorization.k8s.io",
    ),
    (
        "clusterroles",
        "clusterrole",
        &[],
        "rbac.authorization.k8s.io",
    ),
    (
        "rolebindings",
        "rolebinding",
        &[],
        "rbac.authorization.k8s.io",
    ),
    ("roles", "role", &[], "rbac.authorization.k8s.io"),
    ("deviceclasses", "deviceclass", &[], "resource.k8s.io"),
    ("resourceclaims", "resourceclaim", &[], "resource.k8s.io"),
    (
        "resourceclaimtemplates",
        "resourceclaimtemplate",
        &[],
        "resource.k8s.io",
    ),
    ("resourceslices", "resourceslice", &[], "resource.k8s.io"),
    (
        "priorityclasses",
        "priorityclass",
        &["pc"],
        "scheduling.k8s.io",
    ),
    ("csidrivers", "csidriver", &[], "storage.k8s.io"),
    ("csinodes", "csinode", &[], "storage.k8s.io"),
    (
        "csistoragecapacities",
        "csistoragecapacity",
        &[],
        "storage.k8s.io",
    ),
    ("storageclasses", "storageclass", &["sc"], "storage.k8s.io"),
    (
        "volumeattachments",
        "volumeattachment",
        &[],
        "storage.k8s.io",
    ),
    (
        "volumeattributesclasses",
        "volumeattributesclass",
        &["vac"],
        "storage.k8s.io",
    ),
];

/// Group and plural of what a flag calls a resource. A group that is named is believed: it may be one of custom resources.
pub(super) fn find(name: &str, group: Option<&str>) -> Option<(String, String)> {
    let lower = name.to_lowercase();
    let known = RESOURCES.iter().find(|(plural, singular, short, of)| {
        let named =
            [*plural, *singular].contains(&lower.as_str()) || short.contains(&lower.as_str());
        named && group.is_none_or(|group| group == *of)
    });
    match (known, group) {
        (Some((plural, _, _, group)), _) => Some(((*group).to_owned(), (*plural).to_owned())),
        (None, Some(group)) => Some((group.to_owned(), name.to_owned())),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_are_found_by_all_their_names() {
        let of = |name, group| find(name, group).map(|(group, name)| format!("{name}.{group}"));
        assert_eq!(of("pods", None).unwrap(), "pods.");
        assert_eq!(of("Deploy", None).unwrap(), "deployments.apps");
        assert_eq!(
            of("ingress", Some("networking.k8s.io")).unwrap(),
            "ingresses.networking.k8s.io"
        );
        assert_eq!(of("things", Some("x.io")).unwrap(), "things.x.io");
        assert_eq!(of("things", None), None);
    }

    #[test]
    fn no_name_means_two_things() {
        let mut names: Vec<&str> = RESOURCES
            .iter()
            .flat_map(|(plural, singular, short, _)| {
                let other = (singular != plural).then_some(*singular);
                short.iter().copied().chain([*plural]).chain(other)
            })
            .collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
