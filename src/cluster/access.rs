//! Access to a cluster from the administrator's kubeconfig that its control plane holds.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::distribution::Access;
use crate::secret::Secret;
use crate::yaml;

/// Path of that kubeconfig in a node.
pub const ADMIN_CONF: &str = "/etc/kubernetes/admin.conf";

/// The file is not what kubeadm writes.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not YAML.
    #[error("cannot read `{ADMIN_CONF}` of the control plane")]
    Syntax(#[source] Box<yaml::Error>),
    /// A part is missing.
    #[error("`{ADMIN_CONF}` of the control plane has no `{0}`")]
    Missing(&'static str),
}

impl crate::error::Hint for Error {}

/// Reads the one cluster and user of `text`. `server` replaces the address inside the container network; `None` keeps
/// that.
pub fn from_admin_conf(text: &str, server: Option<&str>) -> Result<Access, Error> {
    let nodes = yaml::load(text, &yaml::Source::new(ADMIN_CONF))
        .map_err(|error| Error::Syntax(Box::new(error)))?;
    let config = nodes.first().map(yaml::Node::to_json).unwrap_or_default();
    let cluster = &config["clusters"][0]["cluster"];
    let user = &config["users"][0]["user"];
    let pem = |value: &serde_json::Value, name| {
        let bytes = BASE64
            .decode(value.as_str().ok_or(Error::Missing(name))?)
            .map_err(|_| Error::Missing(name))?;
        String::from_utf8(bytes).map_err(|_| Error::Missing(name))
    };
    let inside = cluster["server"].as_str().ok_or(Error::Missing("server"))?;
    Ok(Access {
        server: server.unwrap_or(inside).to_owned(),
        ca: pem(
            &cluster["certificate-authority-data"],
            "certificate-authority-data",
        )?,
        certificate: pem(&user["client-certificate-data"], "client-certificate-data")?,
        key: Secret::new(pem(&user["client-key-data"], "client-key-data")?),
    })
}
