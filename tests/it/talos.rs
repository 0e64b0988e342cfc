//! The client of the Talos API against a fake one that speaks the wire protocol.

mod calls;
mod engine;
mod trust;
mod watching;

use ksail::cluster::talos::Bundle;
use ksail::talos::{Client, Credentials};
use time::OffsetDateTime;

use crate::support::talosapi::TalosApi;

const NODE: &str = "10.5.0.2";

fn random(count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    let provider = rustls::crypto::ring::default_provider();
    provider.secure_random.fill(&mut bytes).unwrap();
    bytes
}

fn bundle() -> Bundle {
    Bundle::generate(OffsetDateTime::now_utc(), &random).unwrap()
}

fn credentials(bundle: &Bundle) -> Credentials {
    let admin = bundle
        .talos_administrator(OffsetDateTime::now_utc())
        .unwrap();
    Credentials {
        authority: bundle.os.certificate.clone(),
        certificate: admin.certificate,
        key: admin.key,
    }
}

/// Lets the nodes listen, and connects to them as their administrator.
fn connected(api: &TalosApi) -> Client {
    let bundle = bundle();
    let port = api.listen(&bundle.os.certificate, bundle.os.key.expose());
    Client::connect_lazy(&format!("https://127.0.0.1:{port}"), &credentials(&bundle)).unwrap()
}
