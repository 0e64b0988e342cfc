//! Certificates that machines bring along. A kubelet usually asks for its own, with a token that the API server does not
//! know yet when it first tries, and waits for a controller to sign it; the authority is ours, so it need not ask.

use time::OffsetDateTime;

use super::pki;
use super::secrets::Bundle;
use crate::cluster::model::FileSpec;

/// Where a kubelet looks for its certificate and key. Talos removes it if it is made out to another name than the
/// machine has, and the kubelet asks as usual.
const CERTIFICATE: &str = "/var/lib/kubelet/pki/kubelet-client-current.pem";

/// The files of one machine.
pub(super) fn files(
    secrets: &Bundle,
    machine: &str,
    now: OffsetDateTime,
) -> Result<Vec<FileSpec>, pki::Error> {
    let client = pki::kubelet(&secrets.kubernetes, machine, now)?;
    let text = format!("{}{}", client.certificate, client.key.expose());
    Ok(vec![FileSpec::file(CERTIFICATE, 0o600, text)])
}
