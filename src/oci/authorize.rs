//! Shows a registry who is asking: with a password, or with a token that a token server gives for one.
//!
//! Format: <https://distribution.github.io/distribution/spec/auth/token/> and `…/auth/oauth/` beside it.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use http::{HeaderMap, Method};
use serde::Deserialize;

use super::challenge::{self, Challenge};
use super::credentials::{self, Credentials};
use super::error::Error;
use super::reference::{self, Reference};
use super::transport::{Answer, Call, Transport};
use crate::secret::Secret;

const ACTION: &str = "get a token";

/// Credentials for one repository, and what is known of where they came from.
pub(super) struct Authorizer {
    reference: Reference,
    found: Result<Option<Credentials>, String>,
    file: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Token {
    #[serde(default)]
    token: String,
    #[serde(default)]
    access_token: String,
}

impl Authorizer {
    /// Looks the credentials up. That there are none, or why, matters only if the registry asks.
    pub(super) async fn find(reference: &Reference, configuration: Option<&Path>) -> Self {
        Self {
            found: credentials::find(configuration, &reference.registry).await,
            file: configuration.map(credentials::file),
            reference: reference.clone(),
        }
    }

    /// The value of `Authorization` that answers a refusal.
    pub(super) async fn authorize(
        &self,
        transport: &Transport,
        refusal: &Answer,
    ) -> Result<Secret<String>, Error> {
        let challenges: Vec<Challenge> = refusal
            .headers
            .get_all(WWW_AUTHENTICATE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(challenge::parse)
            .collect();
        let credentials = self.found.as_ref().ok().and_then(Option::as_ref);
        // A token tells less than a password does.
        let bearer = challenges.iter().find_map(|challenge| match challenge {
            Challenge::Bearer {
                realm,
                service,
                scope,
            } => Some((realm, service, scope)),
            Challenge::Basic => None,
        });
        if let Some((realm, service, scope)) = bearer {
            let scope = scope
                .clone()
                .unwrap_or_else(|| format!("repository:{}:pull,push", self.reference.repository));
            return self
                .token(transport, realm, service.as_deref(), &scope, credentials)
                .await;
        }
        match credentials {
            Some(Credentials::Password(user, password))
                if challenges.contains(&Challenge::Basic) =>
            {
                Ok(basic(user, password))
            }
            _ => Err(self.unauthorized("it wants to know who is asking".to_owned())),
        }
    }

    async fn token(
        &self,
        transport: &Transport,
        realm: &str,
        service: Option<&str>,
        scope: &str,
        credentials: Option<&Credentials>,
    ) -> Result<Secret<String>, Error> {
        let plain = realm.starts_with("http://");
        let authority = realm.split_once("://").map_or("", |(_, rest)| rest);
        let authority = authority.split(['/', '?']).next().unwrap_or(authority);
        let near = transport.is_plain() || reference::is_loopback(authority);
        let safe = realm.starts_with("https://") || (plain && near);
        if !safe {
            return Err(transport.protocol(ACTION, "a token server without TLS".to_owned()));
        }
        let mut parameters = Vec::new();
        parameters.extend(service.map(|service| ("service", service)));
        parameters.extend(scope.split(' ').map(|scope| ("scope", scope)));
        let mut call = Call {
            action: ACTION,
            method: Method::GET,
            target: realm.to_owned(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            accept: &[200],
        };
        if let Some(Credentials::Token(token)) = credentials {
            parameters.extend([
                ("grant_type", "refresh_token"),
                ("client_id", "ksail"),
                ("refresh_token", token.expose().as_str()),
            ]);
            let form = HeaderValue::from_static("application/x-www-form-urlencoded");
            call.method = Method::POST;
            call.headers.insert(CONTENT_TYPE, form);
            call.body = Bytes::from(query(&parameters));
        } else {
            let joint = if realm.contains('?') { '&' } else { '?' };
            call.target = format!("{realm}{joint}{}", query(&parameters));
        }
        if let Some(Credentials::Password(user, password)) = credentials {
            let broken = || transport.protocol(ACTION, "a password that fits no header".to_owned());
            let mut value =
                HeaderValue::from_str(basic(user, password).expose()).map_err(|_| broken())?;
            value.set_sensitive(true);
            call.headers.insert(AUTHORIZATION, value);
        }
        let answer = transport
            .send(&call, None)
            .await
            .map_err(|error| match error {
                Error::Refused {
                    status: 400 | 401 | 403,
                    message,
                    host,
                    ..
                } => self.unauthorized(format!("the token server `{host}` says {message}")),
                other => other,
            })?;
        let token: Token = serde_json::from_slice(&answer.body)
            .map_err(|_| transport.protocol(ACTION, "something that is no token".to_owned()))?;
        let token = [token.token, token.access_token]
            .into_iter()
            .find(|token| !token.is_empty())
            .ok_or_else(|| transport.protocol(ACTION, "an empty token".to_owned()))?;
        Ok(Secret::new(format!("Bearer {token}")))
    }

    /// The refusal, with what was shown and where it came from.
    pub(super) fn unauthorized(&self, message: String) -> Error {
        let registry = &self.reference.registry;
        let file = self.file.as_ref().map(|file| file.display());
        let shown = match (&self.found, file) {
            (Err(why), _) => format!("no credentials were shown: {why}"),
            (Ok(Some(_)), Some(file)) => format!("it was shown the credentials of `{file}`"),
            (Ok(_), Some(file)) => {
                format!("no credentials were shown: `{file}` has none for `{registry}`")
            }
            (Ok(_), None) => {
                "no credentials were shown: neither HOME nor DOCKER_CONFIG is set".to_owned()
            }
        };
        Error::Unauthorized {
            registry: registry.clone(),
            repository: self.reference.repository.clone(),
            message,
            shown,
        }
    }
}

fn basic(user: &str, password: &Secret<String>) -> Secret<String> {
    let pair = Secret::new(format!("{user}:{}", password.expose()));
    Secret::new(format!("Basic {}", STANDARD.encode(pair.expose())))
}

/// `application/x-www-form-urlencoded`.
fn query(parameters: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = parameters
        .iter()
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    pairs.join("&")
}

/// Everything but what RFC 3986 reserves for nothing, as `%XX`.
pub(super) fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_encoded() {
        assert_eq!(
            query(&[("scope", "repository:a/b:pull,push"), ("service", "ä b")]),
            "scope=repository%3Aa%2Fb%3Apull%2Cpush&service=%C3%A4%20b"
        );
    }
}
