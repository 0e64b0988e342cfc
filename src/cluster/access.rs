//! Access to a cluster: the URL of its API server, and what the administrator's kubeconfig that its control plane holds
//! says.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::distribution::Access;
use crate::secret::Secret;
use crate::yaml;

/// The file is not what a control plane writes.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not YAML.
    #[error("cannot read `{path}` of the control plane")]
    Syntax {
        /// Its path in the node.
        path: String,
        /// What is wrong.
        #[source]
        source: Box<yaml::Error>,
    },
    /// A part is missing.
    #[error("`{path}` of the control plane has no `{part}`")]
    Missing {
        /// Its path in the node.
        path: String,
        /// What is not there.
        part: &'static str,
    },
}

impl crate::error::Hint for Error {}

/// `https://address:port`, IPv6 addresses in brackets; an address that stands for all is reached at the loopback.
pub fn https(address: &str, port: u16) -> String {
    match address {
        "" | "0.0.0.0" => format!("https://127.0.0.1:{port}"),
        "::" => format!("https://[::1]:{port}"),
        address if address.contains(':') => format!("https://[{address}]:{port}"),
        address => format!("https://{address}:{port}"),
    }
}

/// Reads the one cluster and user of `text`, which is the file `path` of the node. `server` replaces the address inside the container network; `None` keeps
/// that.
pub fn from_admin_conf(path: &str, text: &str, server: Option<&str>) -> Result<Access, Error> {
    let nodes = yaml::load(text, &yaml::Source::new(path).confidential()).map_err(|error| {
        Error::Syntax {
            path: path.to_owned(),
            source: Box::new(error),
        }
    })?;
    let missing = |part| Error::Missing {
        path: path.to_owned(),
        part,
    };
    let config = nodes.first().map(yaml::Node::to_json).unwrap_or_default();
    let cluster = &config["clusters"][0]["cluster"];
    let user = &config["users"][0]["user"];
    let pem = |value: &serde_json::Value, name| {
        let bytes = BASE64
            .decode(value.as_str().ok_or(missing(name))?)
            .map_err(|_| missing(name))?;
        String::from_utf8(bytes).map_err(|_| missing(name))
    };
    let inside = cluster["server"].as_str().ok_or(missing("server"))?;
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
