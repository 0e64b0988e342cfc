//! Requests by path: objects are JSON values, so one function per verb serves every kind.

use http::{Method, Request, header};
use serde_json::Value;

use super::error::Error;

/// A client bound to one API server.
#[derive(Clone)]
pub struct Api {
    pub(super) client: kube::Client,
    server: String,
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Api({})", self.server)
    }
}

impl Api {
    /// Wraps a client; `server` is for messages.
    pub fn new(client: kube::Client, server: impl Into<String>) -> Self {
        Self {
            client,
            server: server.into(),
        }
    }

    /// URL of the server.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// The plain text at `path`, e.g. `/readyz`.
    pub async fn text(&self, path: &str) -> Result<String, Error> {
        let request = self.request(Method::GET, path, "", Vec::new())?;
        self.client
            .request_text(request)
            .await
            .map_err(|error| self.failed(error))
    }

    /// Reads the object or list at `path`.
    pub async fn get(&self, path: &str) -> Result<Value, Error> {
        self.send(Method::GET, path, "", None).await
    }

    /// Creates an object in the collection at `path`.
    pub async fn create(&self, path: &str, object: &Value) -> Result<Value, Error> {
        self.send(Method::POST, path, "application/json", Some(object))
            .await
    }

    /// Merges `patch` (RFC 7386) into the object at `path`.
    pub async fn merge_patch(&self, path: &str, patch: &Value) -> Result<Value, Error> {
        self.send(
            Method::PATCH,
            path,
            "application/merge-patch+json",
            Some(patch),
        )
        .await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        content: &str,
        body: Option<&Value>,
    ) -> Result<Value, Error> {
        let body = body.map(Value::to_string).unwrap_or_default().into_bytes();
        let request = self.request(method, path, content, body)?;
        self.client
            .request(request)
            .await
            .map_err(|error| self.failed(error))
    }

    pub(super) fn request(
        &self,
        method: Method,
        path: &str,
        content: &str,
        body: Vec<u8>,
    ) -> Result<Request<Vec<u8>>, Error> {
        let mut builder = Request::builder()
            .method(method)
            .uri(path)
            .header(header::ACCEPT, "application/json");
        if !content.is_empty() {
            builder = builder.header(header::CONTENT_TYPE, content);
        }
        builder.body(body).map_err(|source| Error::Request {
            path: path.to_owned(),
            source,
        })
    }

    pub(super) fn failed(&self, error: kube::Error) -> Error {
        Error::from_client(&self.server, error)
    }
}
