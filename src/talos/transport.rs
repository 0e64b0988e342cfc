//! Makes connections to one node.
//!
//! With TLS 1.3 a client has finished its handshake before the node has looked at its certificate, so a rejection comes
//! with the first answer. A connection counts as made when the node has said something: then every rejection is a
//! failure to connect, and none is taken for a connection that was lost.

use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::AsyncBufReadExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tower_service::Service;

/// Servers begin with their settings, but need not do so before the client has sent its own.
const GREETING: Duration = Duration::from_secs(1);

/// Makes connections to one address.
#[derive(Clone)]
pub(super) struct Connector {
    tls: TlsConnector,
    address: (String, u16),
    name: ServerName<'static>,
}

impl Connector {
    pub(super) fn new(
        mut tls: ClientConfig,
        address: (String, u16),
        name: ServerName<'static>,
    ) -> Self {
        tls.alpn_protocols = vec![b"h2".to_vec()];
        Self {
            tls: TlsConnector::from(Arc::new(tls)),
            address,
            name,
        }
    }

    async fn connect(self) -> io::Result<TokioIo<TlsStream<TcpStream>>> {
        let (host, port) = &self.address;
        let stream = TcpStream::connect((host.as_str(), *port)).await?;
        stream.set_nodelay(true)?;
        let mut stream = self.tls.connect(self.name, stream).await?;
        match tokio::time::timeout(GREETING, stream.fill_buf()).await {
            Ok(Ok([])) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(Err(error)) => Err(error),
            Ok(Ok(_)) | Err(_) => Ok(TokioIo::new(stream)),
        }
    }
}

impl Service<http::Uri> for Connector {
    type Response = TokioIo<TlsStream<TcpStream>>;
    type Error = io::Error;
    type Future = BoxFuture<'static, io::Result<Self::Response>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _uri: http::Uri) -> Self::Future {
        self.clone().connect().boxed()
    }
}
