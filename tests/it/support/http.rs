//! What fake servers share: HTTP over any kind of connection, on a thread of its own.

use std::io;

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::task::JoinSet;

pub(super) type Body = UnsyncBoxBody<Bytes, io::Error>;

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
    C: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    F: Future<Output = io::Result<Response<Body>>> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = stopped.wait_for(|stopped| *stopped) => return connections,
            accepted = accept() => {
                let Ok(connection) = accepted else { return connections };
                let service = service_fn(answer.clone());
                connections.spawn(async move {
                    drop(hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(connection), service)
                        .await);
                });
            }
        }
    }
}
