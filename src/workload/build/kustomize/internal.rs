//! Annotations by which functions tell kustomize what already happened to an object.

use super::resource::{Behavior, PreviousId, Resource};

const PREFIX: &str = "internal.config.kubernetes.io/";

/// Takes over what the annotations of an object say; they themselves go at the end of the build.
pub(super) fn adopt(resource: &mut Resource) {
    let any = resource
        .marks("annotations")
        .is_some_and(|marks| marks.keys().any(|key| key.starts_with(PREFIX)));
    if !any {
        return;
    }
    let mark = |name: &str| resource.mark("annotations", &format!("{PREFIX}{name}"));
    let parts = |name: &str| -> Vec<String> {
        let text = mark(name);
        let parts = text.into_iter().flat_map(|text| text.split(','));
        parts.map(str::to_owned).collect()
    };
    let names = parts("previousNames");
    let (namespaces, kinds) = (parts("previousNamespaces"), parts("previousKinds"));
    // Without one of each, nothing can be said about an earlier identity.
    let complete = names.len() == namespaces.len() && names.len() == kinds.len();
    let mut previous = Vec::new();
    for ((name, namespace), kind) in names.into_iter().zip(namespaces).zip(kinds) {
        if complete {
            previous.push(PreviousId {
                name,
                namespace,
                kind,
            });
        }
    }
    let (prefixes, suffixes) = (parts("prefixes"), parts("suffixes"));
    let needs_hash = mark("needsHashSuffix") == Some("enabled");
    let behavior = match mark("generatorBehavior") {
        Some("create") => Behavior::Create,
        Some("replace") => Behavior::Replace,
        Some("merge") => Behavior::Merge,
        _ => Behavior::Unspecified,
    };
    let history = &mut resource.history;
    history.previous = previous;
    history.prefixes = prefixes;
    history.suffixes = suffixes;
    history.needs_hash = needs_hash;
    history.behavior = behavior;
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn earlier_names_count() {
        let object = b"
apiVersion: v1
kind: ConfigMap
metadata:
  name: pre-c
  annotations:
    internal.config.kubernetes.io/previousNames: c,c
    internal.config.kubernetes.io/previousKinds: Thing,ConfigMap
    internal.config.kubernetes.io/previousNamespaces: default,default
    internal.config.kubernetes.io/needsHashSuffix: enabled
data: {a: b}
";
        let kustomization = b"
resources: [c.yaml]
replacements:
- source: {kind: Thing, name: c, fieldPath: data.a}
  targets: [{select: {kind: ConfigMap, name: c}, fieldPaths: [data.b], options: {create: true}}]
";
        check(
            &[("kustomization.yaml", kustomization), ("c.yaml", object)],
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: pre-c-88t4khfkfc}, data: {a: b, b: b}}",
        );
    }
}
