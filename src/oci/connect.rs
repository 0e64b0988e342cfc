//! A registry that answers: requests with authorization, failures that pass tried again.

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

use super::authorize::Authorizer;
use super::error::Error;
use super::reference::Reference;
use super::tls::{self, Fault};
use super::transport::{Answer, Call, Transport, message};
use crate::env::EnvMap;
use crate::exec::backoff::Backoff;
use crate::secret::Secret;

/// Further attempts after the first.
const RETRIES: usize = 4;
/// A server that wants a longer pause than this is not waited for.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// How to reach a registry.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Plain HTTP.
    pub insecure: bool,
    /// PEM file with certificates to trust besides those of the system.
    pub authority: Option<PathBuf>,
    /// Directory of the Docker client configuration.
    pub configuration: Option<PathBuf>,
}

/// A registry, and one repository in it.
pub struct Registry {
    pub(super) transport: Transport,
    pub(super) reference: Reference,
    authorizer: Authorizer,
    header: Option<Secret<String>>,
}

impl Registry {
    /// Asks the registry whether it is one. A registry on this machine may do without TLS.
    pub async fn connect(
        reference: &Reference,
        options: &Options,
        env: &EnvMap,
    ) -> Result<Self, Error> {
        let connector =
            tls::connector(options.authority.as_deref(), env).map_err(|fault| match fault {
                Fault::File(error) => Error::File(error),
                Fault::Other(why) => Error::Setup {
                    registry: reference.registry.clone(),
                    why,
                },
            })?;
        let client = Client::builder(TokioExecutor::new()).build(connector);
        let secure = !options.insecure;
        let mut registry = Self {
            transport: Transport {
                client,
                base: base(secure, reference)?,
            },
            reference: reference.clone(),
            authorizer: Authorizer::find(reference, options.configuration.as_deref()).await,
            header: None,
        };
        let ping = Call {
            action: "reach the registry",
            method: Method::GET,
            target: "/v2/".to_owned(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            accept: &[200, 401],
        };
        let answer = registry.ping(&ping).await;
        let plain_may_do = secure && options.authority.is_none() && reference.is_loopback();
        match answer {
            Err(error @ Error::Unreachable { .. }) if plain_may_do => {
                registry.transport.base = base(false, reference)?;
                // Of two failures the first tells more.
                registry.ping(&ping).await.map_err(|second| match second {
                    Error::Unreachable { .. } => error,
                    other => other,
                })?;
            }
            other => drop(other?),
        }
        Ok(registry)
    }

    /// Without authorization: a token is for what comes later.
    async fn ping(&self, call: &Call) -> Result<Answer, Error> {
        let mut patience = Patience::new();
        loop {
            match self.transport.send(call, None).await {
                // Nobody there is most likely a wrong address.
                Err(error @ Error::Unreachable { .. }) => return Err(error),
                Err(error) => patience.after(error).await?,
                answer => return answer,
            }
        }
    }

    /// Sends a request, again if the failure may pass.
    pub(super) async fn insist(&mut self, call: &Call) -> Result<Answer, Error> {
        let mut patience = Patience::new();
        loop {
            match self.call(call).await {
                Err(error) => patience.after(error).await?,
                answer => return answer,
            }
        }
    }

    /// Sends a request once, or twice if it has to be authorized first.
    pub(super) async fn call(&mut self, call: &Call) -> Result<Answer, Error> {
        let answer = self.transport.raw(call, self.header.as_ref()).await?;
        let answer = if answer.status == 401 {
            let header = self.authorizer.authorize(&self.transport, &answer).await?;
            self.header = Some(header);
            self.transport.raw(call, self.header.as_ref()).await?
        } else {
            answer
        };
        if matches!(answer.status, 401 | 403) {
            let message = message(answer.status, &answer.body);
            return Err(self.authorizer.unauthorized(message));
        }
        self.transport.accepted(call, answer)
    }
}

/// Pauses between attempts, until there were enough.
pub(super) struct Patience {
    backoff: Backoff,
    left: usize,
}

impl Patience {
    pub(super) fn new() -> Self {
        Self {
            backoff: Backoff::new(Duration::from_millis(250), Duration::from_secs(8)),
            left: RETRIES,
        }
    }

    /// Waits, or gives the error back if waiting is of no use.
    pub(super) async fn after(&mut self, error: Error) -> Result<(), Error> {
        match error.passes() {
            Some(least) if self.left > 0 && least <= LONGEST_PAUSE => {
                self.left -= 1;
                self.backoff.pause_at_least(least).await;
                Ok(())
            }
            _ => Err(error),
        }
    }
}

fn base(secure: bool, reference: &Reference) -> Result<Uri, Error> {
    let scheme = if secure { "https" } else { "http" };
    let base = format!("{scheme}://{}/", reference.host());
    base.parse().map_err(|_| Error::Setup {
        registry: reference.registry.clone(),
        why: "its name is no host".to_owned(),
    })
}
