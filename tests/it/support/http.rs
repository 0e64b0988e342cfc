//! What fake servers share: HTTP over any kind of connection, on a thread of its own.

use std::io;

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

pub(super) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// A connection, as far as the one who answers cares.
pub(super) trait Connection: AsyncRead + AsyncWrite + Unpin + Send + 'static {
    /// Whoever opened it has shown who they are, or nobody asks.
    fn is_known(&self) -> bool {
        true
    }
}

impl Connection for tokio::net::UnixStream {}
impl Connection for tokio::net::TcpStream {}

/// Whether the connection of a request is that of somebody known; in its extensions.
#[derive(Clone, Copy)]
pub(super) struct Known(pub(super) bool);

/// Does the work on this thread.
pub(super) fn block_on(work: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(work);
}

/// Serves until `stopped` says so. Returns the connections that are open then, to be broken.
pub(super) async fn serve<C, F>(
    accept: impl AsyncFn() -> io::Result<C>,
    mut stopped: watch::Receiver<bool>,
    answer: impl Fn(Request<Incoming>) -> F + Clone + Send + 'static,
) -> JoinSet<()>
where
    C: Connection,
    F: Future<Output = io::Result<Response<Body>>> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = stopped.wait_for(|stopped| *stopped) => return connections,
            accepted = accept() => {
                let Ok(connection) = accepted else { return connections };
                let (answer, known) = (answer.clone(), Known(connection.is_known()));
                let service = service_fn(move |mut request: Request<Incoming>| {
                    request.extensions_mut().insert(known);
                    answer(request)
                });
                connections.spawn(async move {
                    drop(hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(connection), service)
                        .await);
                });
            }
        }
    }
}

/// Serves on a TCP socket, on this thread, until told to stop, with this TLS if any.
pub(super) fn run<F>(
    listener: std::net::TcpListener,
    tls: Option<TlsAcceptor>,
    stopped: watch::Receiver<bool>,
    answer: impl Fn(Request<Incoming>) -> F + Clone + Send + 'static,
) where
    F: Future<Output = io::Result<Response<Body>>> + Send + 'static,
{
    block_on(async {
        let listener = TcpListener::from_std(listener).unwrap();
        let mut open = if let Some(tls) = tls {
            let accept = agreed(listener, tls);
            let accept = async || {
                let next = accept.lock().await.recv().await;
                next.ok_or_else(|| io::Error::other("no more connections"))
            };
            serve(accept, stopped, answer).await
        } else {
            let accept = async || Ok(listener.accept().await?.0);
            serve(accept, stopped, answer).await
        };
        open.shutdown().await;
    });
}

/// Connections whose handshake is done. Clients may open one and leave it at that, which must not hold up others.
pub(super) fn agreed(
    listener: TcpListener,
    tls: TlsAcceptor,
) -> tokio::sync::Mutex<mpsc::UnboundedReceiver<TlsStream<TcpStream>>> {
    let (ready, agreed) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (tls, ready) = (tls.clone(), ready.clone());
            tokio::spawn(async move {
                if let Ok(stream) = tls.accept(stream).await {
                    drop(ready.send(stream));
                }
            });
        }
    });
    tokio::sync::Mutex::new(agreed)
}
