//! What no built-in plugin is.

use super::super::error::Error;
use super::super::resource::Resource;
use crate::text::nearest;

/// Transformers that are built in.
pub(super) const TRANSFORMERS: [&str; 14] = [
    "AnnotationsTransformer",
    "HashTransformer",
    "ImageTagTransformer",
    "LabelTransformer",
    "NamespaceTransformer",
    "PatchJson6902Transformer",
    "PatchStrategicMergeTransformer",
    "PatchTransformer",
    "PrefixSuffixTransformer",
    "PrefixTransformer",
    "ReplacementTransformer",
    "ReplicaCountTransformer",
    "SuffixTransformer",
    "ValueAddTransformer",
];

/// Generators that are built in.
pub(super) const GENERATORS: [&str; 4] = [
    "ConfigMapGenerator",
    "HelmChartInflationGenerator",
    "IAMPolicyGenerator",
    "SecretGenerator",
];

/// Annotations that make an object the configuration of a function.
const FUNCTION: [&str; 2] = ["config.kubernetes.io/function", "config.k8s.io/function"];

/// Refuses what is none of `wanted`; `role` is what is expected of it.
pub(super) fn check(
    resource: &Resource,
    wanted: &[&str],
    role: &str,
    others: (&[&str], &str),
) -> Result<(), Error> {
    let kind = resource.kind();
    if resource.api_version() != "builtin" {
        return Err(refuse(resource, role));
    }
    if wanted.contains(&kind) {
        return Ok(());
    }
    let (others, field) = others;
    if others.contains(&kind) {
        let what = format!("`{kind}` is no {role}");
        return Err(Error::object(resource, what).with_hint(format!("name it in `{field}`")));
    }
    let error = Error::object(resource, format!("there is no built-in {role} `{kind}`"));
    let names = wanted.iter().copied();
    Err(match nearest(kind, names) {
        Some(name) => error.with_hint(format!("did you mean `{name}`?")),
        None => error,
    })
}

/// Why something that is not built in does not run.
fn refuse(resource: &Resource, role: &str) -> Error {
    let kind = resource.kind();
    let function = FUNCTION
        .iter()
        .find_map(|key| resource.mark("annotations", key));
    let how = match function {
        Some(text) if text.contains("exec:") => "is a function that runs a program (exec)",
        Some(text) if text.contains("starlark:") => "is a function that runs a script (starlark)",
        Some(_) => "is a function that runs a container",
        None => "is a plugin that runs a program or a Go library",
    };
    let what = format!(
        "the {role} `{kind}` of `{}` {how}, and only built-in ones are run",
        resource.api_version()
    );
    Error::object(resource, what).with_hint(
        "run it by itself and name what it makes in `resources`, or give it `apiVersion: builtin` if it is a built-in one",
    )
}
