//! YAML text with positions, read the way Kubernetes tools read it.
