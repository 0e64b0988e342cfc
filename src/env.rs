//! Every environment variable `ksail` reads. They are read once, at the start of the process.

use std::collections::BTreeMap;

/// Variables with a fixed name, and what they mean. `docs/reference/environment.md` is generated from this table;
/// `KSAIL_…` overrides of `ksail.yaml` fields are documented with the fields.
pub const DOCUMENTED: &[(&str, &str)] = &[
    (
        "DOCKER_HOST",
        "address of the Docker Engine: `unix://`, `tcp://`, `ssh://`",
    ),
    (
        "DOCKER_CONTEXT",
        "Docker context to use instead of the current one",
    ),
    (
        "DOCKER_CONFIG",
        "directory of the Docker client configuration, with credentials for registries (default `~/.docker`)",
    ),
    (
        "DOCKER_TLS_VERIFY",
        "any non-empty value turns on TLS for a `tcp://` Engine",
    ),
    (
        "DOCKER_CERT_PATH",
        "directory with `ca.pem`, `cert.pem` and `key.pem` for a `tcp://` Engine",
    ),
    ("KUBECONFIG", "list of kubeconfig files"),
    ("TALOSCONFIG", "talosconfig file"),
    (
        "TALOS_HOME",
        "directory of the talosconfig instead of `~/.talos`",
    ),
    (
        "KIND_CLUSTER_NAME",
        "cluster name when no other source names it",
    ),
    (
        "KIND_EXPERIMENTAL_DOCKER_NETWORK",
        "network of Kind clusters instead of `kind`",
    ),
    (
        "KIND_EXPERIMENTAL_CONTAINERD_SNAPSHOTTER",
        "passed to Kind nodes",
    ),
    (
        "K3D_IMAGE_LOADBALANCER",
        "image of the load balancer of K3s clusters",
    ),
    ("HTTP_PROXY", "proxy for nodes; also `http_proxy`"),
    (
        "HTTPS_PROXY",
        "proxy for nodes, and for pushing to registries; also `https_proxy`",
    ),
    ("NO_PROXY", "exceptions from the proxies; also `no_proxy`"),
    (
        "SOPS_AGE_KEY",
        "age identities, separated by lines or blanks",
    ),
    (
        "SOPS_AGE_KEY_FILE",
        "file with age identities, and where new ones go",
    ),
    ("SOPS_AGE_KEY_CMD", "command that prints age identities"),
    (
        "SOPS_AGE_SSH_PRIVATE_KEY_FILE",
        "ssh private key used as an age identity",
    ),
    (
        "SOPS_AGE_SSH_PRIVATE_KEY_CMD",
        "command that prints an ssh private key",
    ),
    (
        "SOPS_DECRYPTION_ORDER",
        "kinds of keys in the order in which they are tried (default `age,pgp`)",
    ),
    (
        "SOPS_KEYSERVICE",
        "addresses of key services (`tcp://`, `unix://`) that are asked after an installed `sops`",
    ),
    (
        "SOPS_ENABLE_LOCAL_KEYSERVICE",
        "`false` leaves only the services of `SOPS_KEYSERVICE`",
    ),
    (
        "SOPS_CONFIG",
        "file with creation rules instead of the nearest `.sops.yaml`",
    ),
    (
        "SOPS_AGE_RECIPIENTS",
        "age recipients of files that are encrypted",
    ),
    (
        "SOPS_PGP_FP",
        "PGP fingerprints of files that are encrypted",
    ),
    ("SOPS_KMS_ARN", "AWS KMS keys of files that are encrypted"),
    (
        "SOPS_GCP_KMS_IDS",
        "GCP KMS keys of files that are encrypted",
    ),
    (
        "SOPS_AZURE_KEYVAULT_URLS",
        "Azure Key Vault keys of files that are encrypted",
    ),
    (
        "SOPS_VAULT_URIS",
        "HashiCorp Vault keys of files that are encrypted",
    ),
    (
        "SOPS_HUAWEICLOUD_KMS_IDS",
        "HuaweiCloud KMS keys of files that are encrypted",
    ),
    ("SOPS_EDITOR", "editor of `workload cipher edit`"),
    ("EDITOR", "editor where `SOPS_EDITOR` is not set"),
    (
        "XDG_RUNTIME_DIR",
        "where `workload cipher edit` puts its file if it lies in memory, else `/dev/shm`",
    ),
    (
        "XDG_CONFIG_HOME",
        "user configuration directory (default `~/.config`)",
    ),
    (
        "XDG_CACHE_HOME",
        "user cache directory (default `~/.cache`); `ksail/discovery` there remembers the kinds of API servers, `ksail/openapi` their schemas",
    ),
    ("HOME", "home directory"),
    ("NO_COLOR", "any non-empty value turns colour off"),
    ("CI", "any non-empty value turns live progress off"),
];

/// The process environment at start. Values that are not UTF-8 are left out.
#[derive(Clone, Default)]
pub struct EnvMap(BTreeMap<String, String>);

impl EnvMap {
    /// Reads the environment of this process.
    pub fn read() -> Self {
        Self(
            std::env::vars_os()
                .filter_map(|(name, value)| {
                    Some((name.into_string().ok()?, value.into_string().ok()?))
                })
                .collect(),
        )
    }

    /// The value of `name`; an empty value counts as unset.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// The value of `name`, even if empty.
    pub fn get_raw(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// All variables.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for EnvMap {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(variables: I) -> Self {
        Self(
            variables
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }
}

impl std::fmt::Debug for EnvMap {
    /// Names only: values may be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
