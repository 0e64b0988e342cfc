//! Which refusals mean that a field cannot be changed once the object exists. The API has no reason of its own for
//! that; the wording of its validators is all there is.

use super::refusal::Cause;

/// What validators of the built-in kinds and usual rules of custom ones say, in lower case.
const SAYINGS: [&str; 5] = [
    // Job templates, selectors of workloads, types of secrets, `immutable: true`, claims, most rules in definitions.
    "immutable",
    // Addresses of services.
    "may not change once set",
    // Priority classes.
    "may not be changed in an update",
    // Bindings of roles.
    "cannot change roleref",
    // Pods.
    "updates may not change fields",
];

/// The fields, if the only thing wrong is that they cannot be changed.
pub(super) fn fields(causes: &[Cause]) -> Vec<&str> {
    if causes.is_empty() || !causes.iter().all(is_immutable) {
        return Vec::new();
    }
    let mut fields: Vec<&str> = causes.iter().map(|cause| cause.field.as_str()).collect();
    fields.sort_unstable();
    fields.dedup();
    fields
}

fn is_immutable(cause: &Cause) -> bool {
    let text = cause.message.to_lowercase();
    // Stateful sets (`updates to statefulset spec for fields other than … are forbidden`) and storage classes.
    let forbidden = text.contains("updates to") && text.contains("forbidden");
    forbidden || SAYINGS.iter().any(|saying| text.contains(saying))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause(field: &str, message: &str) -> Cause {
        Cause {
            reason: "FieldValueInvalid".into(),
            message: message.into(),
            field: field.into(),
        }
    }

    #[test]
    fn the_wordings_of_the_built_in_kinds_are_known() {
        for (field, message) in [
            ("spec.template", "Invalid value: {…}: field is immutable"),
            (
                "spec",
                "Forbidden: updates to statefulset spec for fields other than 'replicas', 'template' are forbidden",
            ),
            (
                "spec.clusterIPs[0]",
                "Invalid value: [\"10.0.0.1\"]: may not change once set",
            ),
            ("roleRef", "Invalid value: {…}: cannot change roleRef"),
            (
                "spec",
                "Forbidden: pod updates may not change fields other than `spec.containers[*].image`",
            ),
            (
                "spec",
                "Forbidden: spec is immutable after creation except resources.requests for bound claims",
            ),
            ("value", "Forbidden: may not be changed in an update."),
            (
                "reclaimPolicy",
                "Forbidden: updates to reclaimPolicy are forbidden.",
            ),
            (
                "data",
                "Forbidden: field is immutable when `immutable` is set",
            ),
        ] {
            assert_eq!(fields(&[cause(field, message)]), [field], "{message}");
        }
    }

    #[test]
    fn anything_else_that_is_wrong_stays_wrong_after_a_replacement() {
        let immutable = cause("spec.selector", "Invalid value: field is immutable");
        let wrong = cause(
            "spec.replicas",
            "Invalid value: -1: must be greater than or equal to 0",
        );
        assert!(fields(&[immutable, wrong]).is_empty());
        assert!(fields(&[]).is_empty());
    }
}
