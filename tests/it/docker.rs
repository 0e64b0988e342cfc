//! The Engine client against the fake Engine: what is sent, what is understood, what happens when things break.

mod changes;
mod connecting;
mod observing;
mod pulling;
mod streaming;
mod tls;

use ksail::docker::{self, Address, Endpoint, Origin};

use crate::support::engine::Engine;

fn address(engine: &Engine) -> Address {
    Address {
        endpoint: Endpoint::Unix(engine.socket()),
        origin: Origin::Environment,
        configuration: None,
    }
}

/// A connected client; the connecting itself is not in the call log.
async fn connected(engine: &Engine) -> docker::Engine {
    let client = docker::Engine::connect(address(engine)).await.unwrap();
    engine.forget();
    client
}
