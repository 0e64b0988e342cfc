//! Whose certificates are accepted, by us and by nodes.

use ksail::error::Hint;
use ksail::pem;
use ksail::secret::Secret;
use ksail::talos::{Client, Error, MachineState};
use rcgen::{CertificateParams, Issuer, KeyPair};

use super::{NODE, bundle, connected, credentials};
use crate::support::talosapi::{self, TalosApi};

#[tokio::test]
async fn a_node_of_another_cluster_is_not_believed() {
    let (ours, theirs) = (bundle(), bundle());
    let api = TalosApi::new();
    let port = api.listen(&theirs.os.certificate, theirs.os.key.expose());
    let endpoint = format!("https://127.0.0.1:{port}");
    let client = Client::connect_lazy(&endpoint, &credentials(&ours)).unwrap();
    let error = client.version(NODE).await.unwrap_err();
    assert!(matches!(error, Error::Distrusted { .. }), "{error:?}");
    assert!(!error.is_transient());
    assert!(error.hint().is_some());
    assert_eq!(api.calls(), []);
}

#[tokio::test]
async fn a_certificate_that_a_node_rejects_is_no_lost_connection() {
    let bundle = bundle();
    let api = TalosApi::new();
    let port = api.listen(&bundle.os.certificate, bundle.os.key.expose());
    let endpoint = format!("https://127.0.0.1:{port}");
    // Signed by the right authority, but it does not say that it is for clients.
    let mut wrong = credentials(&bundle);
    let authority = KeyPair::from_pem(pem::to_pkcs8(&bundle.os.key).expose()).unwrap();
    let issuer = Issuer::from_ca_cert_pem(&wrong.authority, authority).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::default().signed_by(&key, &issuer);
    wrong.certificate = certificate.unwrap().pem();
    wrong.key = Secret::new(key.serialize_pem());
    let client = Client::connect_lazy(&endpoint, &wrong).unwrap();
    let error = client.version(NODE).await.unwrap_err();
    assert!(matches!(error, Error::Distrusted { .. }), "{error:?}");
    assert_eq!(api.calls(), []);
}

#[tokio::test]
async fn a_node_without_configuration_is_reached_without_certificates() {
    let bundle = bundle();
    let api = TalosApi::new();
    let port = api.listen(&bundle.os.certificate, bundle.os.key.expose());
    let client = Client::maintenance(&format!("https://127.0.0.1:{port}")).unwrap();
    // This one has a configuration and wants to see a certificate: the node's own was accepted, then.
    let error = client.version(NODE).await.unwrap_err();
    assert!(
        !error.to_string().contains("is not of this cluster"),
        "{error}"
    );
}

#[test]
fn what_makes_no_client_is_said() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _guard = runtime.enter();
    let mut wrong = credentials(&bundle());
    wrong.certificate = "nothing".to_owned();
    let error = Client::connect_lazy("https://127.0.0.1:1", &wrong).unwrap_err();
    let text = error.to_string();
    let start = "cannot set up the connection to the Talos API at https://127.0.0.1:1: ";
    assert!(text.starts_with(start), "{text}");
    Client::connect_lazy("not an address", &wrong).unwrap_err();
}

#[tokio::test]
async fn resources_are_read_as_they_are() {
    let api = TalosApi::new();
    let client = connected(&api);
    let kind = "MachineConfigs.config.talos.dev";
    assert_eq!(client.machine_config(NODE).await.unwrap(), None);
    api.resource(
        NODE,
        kind,
        "v1alpha1",
        "|\n    version: v1alpha1\n    machine: {}\n",
    );
    let config = client.machine_config(NODE).await.unwrap().unwrap();
    assert_eq!(config.expose(), "version: v1alpha1\nmachine: {}\n");
    api.resource(NODE, kind, "v1alpha1", "version: v1alpha1\nmachine: {}\n");
    let config = client.machine_config(NODE).await.unwrap().unwrap();
    assert_eq!(config.expose(), "version: v1alpha1\nmachine: {}\n");
    let ready = MachineState::from_yaml(talosapi::READY).unwrap();
    assert!(ready.ready);
}
