//! The key service of sops: another process wraps and unwraps data keys with PGP and the key services of clouds.
//!
//! An installed `sops` is started as a server on a socket in a private directory, so that no key is ever part of a
//! command line, a file or the environment. Services that `SOPS_KEYSERVICE` names are asked after it, as sops does.

mod client;
mod message;
mod server;

pub(super) use client::KeyServices;
