//! What transformers leave behind besides changed objects.

/// Notes of the transformers of a folder.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// What found nothing to change, a sentence each: no error to kustomize, but it may be a mistake.
    pub idle: Vec<String>,
    /// A patch was merged into an object, by the types of both.
    pub merged: bool,
}
