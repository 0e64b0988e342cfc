//! Kubeconfig files: model, merge, locked and atomic writes.
