//! The only user of the Kubernetes client.
