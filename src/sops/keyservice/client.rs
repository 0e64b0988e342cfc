//! Asks key services, one question at a time.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::uri::PathAndQuery;
use tonic::client::Grpc;
use tonic::transport::{Channel, Endpoint};
use tonic_prost::ProstCodec;

use super::message::{Answer, Key, Request};
use super::server::Server;
use crate::env::EnvMap;
use crate::exec::backoff::Backoff;
use crate::secret::Secret;
use crate::sops::master::{MasterKey, Provider};
use crate::text::plain;

/// Somebody may have to find a smartcard and type its number.
const PATIENCE: Duration = Duration::from_mins(5);
/// A server that was started opens its socket within milliseconds.
const START: Duration = Duration::from_secs(20);
/// Characters of a service's message that are passed on at most.
const MESSAGE: usize = 400;

/// What a service is asked to do with the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rpc {
    Encrypt,
    Decrypt,
}

/// The key services at hand.
pub(in crate::sops) struct KeyServices {
    env: EnvMap,
    /// Whether keys may be used by this machine, not only by the services that were named.
    local: bool,
    /// Addresses of other services.
    remote: Vec<String>,
    /// The service of an installed `sops`, once it was needed.
    server: Mutex<Option<Server>>,
}

impl Default for KeyServices {
    /// What an empty environment has.
    fn default() -> Self {
        Self::new(&EnvMap::default())
    }
}

impl KeyServices {
    /// An installed `sops`, and what `SOPS_KEYSERVICE` names.
    pub(in crate::sops) fn new(env: &EnvMap) -> Self {
        let disabled = ["false", "0", "f", "F", "FALSE", "False"];
        let remote = env.get("SOPS_KEYSERVICE").unwrap_or_default().split(',');
        Self {
            env: env.clone(),
            local: !env
                .get("SOPS_ENABLE_LOCAL_KEYSERVICE")
                .is_some_and(|value| disabled.contains(&value)),
            remote: remote
                .map(str::trim)
                .filter(|address| !address.is_empty())
                .map(str::to_owned)
                .collect(),
            server: Mutex::new(None),
        }
    }

    /// Whether private keys of this machine may be used.
    pub(in crate::sops) fn local(&self) -> bool {
        self.local
    }

    /// Whether other services were named.
    pub(in crate::sops) fn has_remote(&self) -> bool {
        !self.remote.is_empty()
    }

    /// Wraps bytes; the answer is in the text form of the provider.
    ///
    /// # Errors
    ///
    /// What every service answered, as one fragment.
    pub(in crate::sops) fn encrypt(&self, key: &MasterKey, plain: &[u8]) -> Result<String, String> {
        let wrapped = self.ask(Rpc::Encrypt, key, plain)?;
        String::from_utf8(wrapped.expose().clone())
            .map_err(|_| "the key service answered with bytes that are no text".to_owned())
    }

    /// Unwraps what [`KeyServices::encrypt`] answered.
    ///
    /// # Errors
    ///
    /// What every service answered, as one fragment.
    pub(in crate::sops) fn decrypt(
        &self,
        key: &MasterKey,
        wrapped: &str,
    ) -> Result<Secret<Vec<u8>>, String> {
        self.ask(Rpc::Decrypt, key, wrapped.as_bytes())
    }

    /// Asks one service after the other, from a thread of its own: callers may be part of a runtime.
    fn ask(&self, rpc: Rpc, key: &MasterKey, bytes: &[u8]) -> Result<Secret<Vec<u8>>, String> {
        let work = || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|error| format!("cannot wait for a key service: {error}"))?;
            runtime.block_on(self.ask_all(rpc, key, bytes))
        };
        std::thread::scope(|scope| {
            let answer = scope.spawn(work).join();
            answer.unwrap_or_else(|_| Err("asking a key service failed".to_owned()))
        })
    }

    async fn ask_all(
        &self,
        rpc: Rpc,
        key: &MasterKey,
        bytes: &[u8],
    ) -> Result<Secret<Vec<u8>>, String> {
        let mut reasons = Vec::new();
        if self.local {
            match self.own_channel().await {
                Ok(channel) => match call(channel, rpc, key, bytes).await {
                    Ok(answer) => return Ok(answer),
                    Err(reason) => reasons.push(reason),
                },
                Err(reason) => reasons.push(format!(
                    "{reason}, which ksail needs for {}",
                    what_for(key.provider())
                )),
            }
        }
        for address in &self.remote {
            let answer = match connect(address).await {
                Ok(channel) => call(channel, rpc, key, bytes).await,
                Err(reason) => Err(reason),
            };
            match answer {
                Ok(answer) => return Ok(answer),
                Err(reason) => reasons.push(format!("key service {address}: {reason}")),
            }
        }
        Err(reasons.join("; "))
    }

    /// A connection to the service of the installed `sops`, which is started if it is not running.
    async fn own_channel(&self) -> Result<Channel, String> {
        let mut backoff = Backoff::new(Duration::from_millis(5), Duration::from_millis(200));
        let opening = async {
            loop {
                let address = self.own_address()?;
                match connect(&address).await {
                    Ok(channel) => return Ok(channel),
                    Err(_) => backoff.pause().await,
                }
            }
        };
        let opened = tokio::time::timeout(START, opening).await;
        opened.unwrap_or_else(|_| Err("`sops keyservice` opened no socket".to_owned()))
    }

    fn own_address(&self) -> Result<String, String> {
        let mut server = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = server.as_mut() {
            if let Some(reason) = running.ended() {
                *server = None;
                return Err(reason);
            }
            return Ok(running.address());
        }
        let started = Server::start(&self.env)?;
        let address = started.address();
        *server = Some(started);
        Ok(address)
    }
}

fn what_for(provider: Provider) -> String {
    match provider {
        Provider::Age => "this kind of age recipient".to_owned(),
        other => other.to_string(),
    }
}

/// Connects to `tcp://HOST:PORT` or `unix://PATH`.
async fn connect(address: &str) -> Result<Channel, String> {
    let uri = match address.split_once("://") {
        Some(("tcp", rest)) => format!("http://{rest}"),
        Some(("unix", _)) => address.to_owned(),
        _ => return Err("must be given as `tcp://HOST:PORT` or `unix://PATH`".to_owned()),
    };
    let endpoint = Endpoint::from_shared(uri).map_err(|_| "is no address".to_owned())?;
    let connected = endpoint.connect_timeout(START).connect().await;
    connected.map_err(|_| "cannot be reached".to_owned())
}

async fn call(
    channel: Channel,
    rpc: Rpc,
    key: &MasterKey,
    bytes: &[u8],
) -> Result<Secret<Vec<u8>>, String> {
    let path = match rpc {
        Rpc::Encrypt => "/KeyService/Encrypt",
        Rpc::Decrypt => "/KeyService/Decrypt",
    };
    let question = Request {
        key: Some(Key::from(key)),
        bytes: bytes.to_vec(),
    };
    let mut request = tonic::Request::new(question);
    request.set_timeout(PATIENCE);
    let mut grpc = Grpc::new(channel);
    let answer = async {
        grpc.ready()
            .await
            .map_err(|error| tonic::Status::from_error(error.into()))?;
        let codec = ProstCodec::<Request, Answer>::default();
        let path = PathAndQuery::from_static(path);
        grpc.unary(request, path, codec).await
    };
    match answer.await {
        Ok(answer) => {
            let mut answer = answer.into_inner();
            Ok(Secret::new(std::mem::take(&mut answer.bytes)))
        }
        Err(status) => {
            let message = plain(status.message().trim());
            let words: Vec<&str> = message.split_whitespace().collect();
            Err(words.join(" ").chars().take(MESSAGE).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pgp() -> MasterKey {
        MasterKey::Pgp {
            fingerprint: "AB".into(),
        }
    }

    #[test]
    fn without_sops_the_reason_says_what_it_is_for() {
        let services = KeyServices::new(&EnvMap::from_iter([("PATH", "/nonexistent")]));
        assert_eq!(
            services.decrypt(&pgp(), "x").unwrap_err(),
            "`sops` is not installed, which ksail needs for PGP"
        );
    }

    #[test]
    fn other_services_are_asked_in_their_place_or_after_it() {
        let services = KeyServices::new(&EnvMap::from_iter([
            ("SOPS_KEYSERVICE", "ftp://x, unix:///nonexistent"),
            ("SOPS_ENABLE_LOCAL_KEYSERVICE", "false"),
        ]));
        let reason = services.encrypt(&pgp(), b"x").unwrap_err();
        assert_eq!(
            reason,
            "key service ftp://x: must be given as `tcp://HOST:PORT` or `unix://PATH`; \
             key service unix:///nonexistent: cannot be reached"
        );
    }
}
