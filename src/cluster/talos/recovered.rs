//! Secrets of a cluster that exists, out of the configuration of one of its control planes: no state is kept elsewhere.
//!
//! Both generations are read: the one document of Talos until 1.13, and the documents of their own to which 1.14 has
//! moved most of it. Only what is asked for is looked at, because the rest is the node's business.

use super::pki::KeyedCert;
use super::secrets::{Bundle, Encryption, Identity};
use super::secrets_file::{decoded_text, is_certificate};
use crate::error::Hint;
use crate::pem;
use crate::secret::Secret;
use crate::yaml::{self, Location, Node, Source};

/// Why a configuration does not give the secrets away.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not YAML.
    #[error(transparent)]
    Yaml(#[from] yaml::Error),
    /// A part is not there.
    #[error("{source_name} has no `{part}`")]
    Missing {
        /// What was read.
        source_name: String,
        /// What is not there.
        part: &'static str,
    },
    /// A part is not what it should be.
    #[error("{at}: `{part}` is not {what}")]
    Wrong {
        /// Where.
        at: Location,
        /// The part.
        part: &'static str,
        /// What it should be.
        what: &'static str,
    },
    /// It is a worker's.
    #[error("{source_name} is the configuration of a worker")]
    Worker {
        /// What was read.
        source_name: String,
    },
}

impl Hint for Error {
    fn hint(&self) -> Option<std::borrow::Cow<'static, str>> {
        match self {
            Self::Yaml(error) => error.hint(),
            Self::Worker { .. } => {
                Some("only control planes have the keys of the cluster's authorities".into())
            }
            Self::Missing { .. } | Self::Wrong { .. } => None,
        }
    }
}

/// Reads the configuration of a control plane, all documents of it.
pub fn from_control_plane_config(text: &str, source: &Source) -> Result<Bundle, Error> {
    let source = source.clone().confidential();
    let roots = yaml::load_untyped(text, &source)?;
    let config = Config {
        roots: &roots,
        source: &source,
    };
    if config.legacy(&["machine", "type"]).and_then(Node::as_str) == Some("worker") {
        return Err(Error::Worker {
            source_name: source.name().to_owned(),
        });
    }
    let cluster = |name: &'static str| config.legacy(&["cluster", name]);
    Ok(Bundle {
        identity: Identity {
            id: config.text(
                "cluster.id",
                cluster("id").or(config.kind("DiscoveryIdentityConfig", &["clusterID"])),
            )?,
            secret: config.secret(
                "cluster.secret",
                cluster("secret").or(config.kind("DiscoveryIdentityConfig", &["clusterSecret"])),
            )?,
        },
        bootstrap_token: config.secret("cluster.token", cluster("token"))?,
        encryption: config.encryption()?,
        trustd_token: config.secret("machine.token", config.legacy(&["machine", "token"]))?,
        os: config.keyed("machine.ca", config.legacy(&["machine", "ca"]), None)?,
        etcd: config.keyed(
            "cluster.etcd.ca",
            config.legacy(&["cluster", "etcd", "ca"]),
            None,
        )?,
        kubernetes: config.keyed(
            "cluster.ca",
            cluster("ca"),
            config.kind("KubeAPIServerCAConfig", &["issuingCA"]),
        )?,
        aggregator: config.keyed(
            "cluster.aggregatorCA",
            cluster("aggregatorCA"),
            config.kind("KubeAggregatorCAConfig", &["issuingCA"]),
        )?,
        service_account: config.service_account()?,
    })
}

struct Config<'a> {
    roots: &'a [Node],
    source: &'a Source,
}

impl<'a> Config<'a> {
    /// A value of the document that has no kind.
    fn legacy(&self, path: &[&str]) -> Option<&'a Node> {
        let root = self.roots.iter().find(|root| root.get("kind").is_none())?;
        inside(root, path)
    }

    /// A value of the document of this kind.
    fn kind(&self, kind: &str, path: &[&str]) -> Option<&'a Node> {
        let of_kind = |root: &&Node| root.get("kind").and_then(Node::as_str) == Some(kind);
        inside(self.roots.iter().find(of_kind)?, path)
    }

    fn missing(&self, part: &'static str) -> Error {
        Error::Missing {
            source_name: self.source.name().to_owned(),
            part,
        }
    }

    fn wrong(&self, node: &Node, part: &'static str, what: &'static str) -> Error {
        Error::Wrong {
            at: self.source.at(node.at),
            part,
            what,
        }
    }

    fn text(&self, part: &'static str, node: Option<&Node>) -> Result<String, Error> {
        let node = node.ok_or_else(|| self.missing(part))?;
        match node.as_str() {
            Some("") => Err(self.missing(part)),
            Some(text) => Ok(text.to_owned()),
            None => Err(self.wrong(node, part, "a text")),
        }
    }

    fn secret(&self, part: &'static str, node: Option<&Node>) -> Result<Secret<String>, Error> {
        self.text(part, node).map(Secret::new)
    }

    /// PEM in base64.
    fn encoded(&self, part: &'static str, node: Option<&Node>) -> Result<Secret<String>, Error> {
        let text = self.secret(part, node)?;
        let decoded = decoded_text(text.expose()).map(Secret::new);
        decoded.ok_or_else(|| self.missing(part))
    }

    /// A certificate and its key: in base64 in the old document, as they are in one of their own.
    fn keyed(
        &self,
        part: &'static str,
        legacy: Option<&Node>,
        own: Option<&Node>,
    ) -> Result<KeyedCert, Error> {
        let (node, certificate, key) = match (legacy, own) {
            (Some(node), _) => (
                node,
                self.encoded(part, node.get("crt"))?,
                self.encoded(part, node.get("key"))?,
            ),
            (None, Some(node)) => (
                node,
                self.secret(part, node.get("cert"))?,
                self.secret(part, node.get("key"))?,
            ),
            (None, None) => return Err(self.missing(part)),
        };
        if !is_certificate(certificate.expose()) || pem::private_key(key.expose()).is_none() {
            return Err(self.wrong(node, part, "a certificate with its key"));
        }
        Ok(KeyedCert {
            certificate: certificate.expose().clone(),
            key,
        })
    }

    fn service_account(&self) -> Result<Secret<String>, Error> {
        let part = "cluster.serviceAccount.key";
        let own = self.kind("KubeServiceAccountConfig", &["issuer", "privateKey"]);
        let node = self.legacy(&["cluster", "serviceAccount", "key"]);
        let key = match node {
            Some(_) => self.encoded(part, node)?,
            None => self.secret(part, own)?,
        };
        match (node.or(own), pem::private_key(key.expose())) {
            (Some(node), None) => Err(self.wrong(node, part, "a private key")),
            _ => Ok(key),
        }
    }

    fn encryption(&self) -> Result<Encryption, Error> {
        let part = "cluster.secretboxEncryptionSecret";
        let old = |name| self.legacy(&["cluster", name]);
        if let Some(node) = old("secretboxEncryptionSecret") {
            return Ok(Encryption::Secretbox(self.secret(part, Some(node))?));
        }
        if let Some(node) = old("aescbcEncryptionSecret") {
            return Ok(Encryption::AesCbc(self.secret(part, Some(node))?));
        }
        let resources = self.kind("KubeEtcdEncryptionConfig", &["config", "resources"]);
        let providers = resources
            .into_iter()
            .flat_map(Node::items)
            .filter(|resource| {
                let names = resource.get("resources").into_iter().flat_map(Node::items);
                names
                    .into_iter()
                    .any(|name| name.as_str() == Some("secrets"))
            })
            .flat_map(|resource| resource.get("providers").into_iter().flat_map(Node::items));
        for provider in providers {
            let key = |name| {
                let keys = inside(provider, &[name, "keys"])?;
                keys.items().first()?.get("secret")
            };
            if let Some(node) = key("secretbox") {
                return Ok(Encryption::Secretbox(self.secret(part, Some(node))?));
            }
            if let Some(node) = key("aescbc") {
                return Ok(Encryption::AesCbc(self.secret(part, Some(node))?));
            }
        }
        Err(self.missing(part))
    }
}

fn inside<'a>(node: &'a Node, path: &[&str]) -> Option<&'a Node> {
    path.iter()
        .try_fold(node, |node, key| node.get(key))
        .filter(|node| !node.is_null())
}
