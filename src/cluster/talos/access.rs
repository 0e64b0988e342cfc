//! Access that is minted, because the keys of the authorities are ours.

use std::net::IpAddr;

use time::OffsetDateTime;

use super::desired::API_PORT;
use super::pki;
use super::secrets::Bundle;
use crate::cluster::access::https;
use crate::cluster::distribution::Access;

/// URL of an API server inside the network.
pub(super) fn server_at(address: IpAddr) -> String {
    https(&address.to_string(), API_PORT)
}

/// Administrator's access to the API of machines at `server`.
pub(super) fn to_machines(
    secrets: &Bundle,
    server: String,
    now: OffsetDateTime,
) -> Result<Access, pki::Error> {
    let client = secrets.talos_administrator(now)?;
    Ok(Access {
        server,
        ca: secrets.os.certificate.clone(),
        certificate: client.certificate,
        key: client.key,
    })
}

/// Administrator's access to Kubernetes at `server`.
pub(super) fn to_kubernetes(
    secrets: &Bundle,
    server: String,
    now: OffsetDateTime,
) -> Result<Access, pki::Error> {
    let client = secrets.kubernetes_administrator(now)?;
    Ok(Access {
        server,
        ca: secrets.kubernetes.certificate.clone(),
        certificate: client.certificate,
        key: client.key,
    })
}
