//! gRPC over HTTP/2 by hand: connections, frames of messages, and the status in the trailers.

use std::convert::Infallible;
use std::net::TcpListener as StdListener;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::super::http::block_on;
use super::machine;
use super::state::Shared;
use super::tls;

type Body = UnsyncBoxBody<Bytes, Infallible>;
type Messages = stream::BoxStream<'static, Vec<u8>>;

/// Codes of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    Unknown = 2,
    InvalidArgument = 3,
    NotFound = 5,
    AlreadyExists = 6,
    PermissionDenied = 7,
    FailedPrecondition = 9,
    Unimplemented = 12,
    Unavailable = 14,
}

/// A refusal.
pub(super) type Refusal = (Code, String);

/// What a procedure answers.
pub(super) enum Reply {
    /// One message.
    One(Vec<u8>),
    /// Messages as they come, until the client has enough.
    Many(Messages),
    /// The connection breaks.
    Reset,
}

/// One call, as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rpc {
    /// Name of the procedure.
    pub(crate) name: String,
    /// The node that is to answer.
    pub(crate) node: String,
    /// The message.
    pub(crate) body: Vec<u8>,
    /// Organisations in the caller's certificate.
    pub(crate) roles: Vec<String>,
}

/// Serves until told to stop, then breaks every connection.
pub(super) fn run(
    listener: StdListener,
    acceptor: &TlsAcceptor,
    shared: &Arc<Shared>,
    mut stopped: watch::Receiver<bool>,
) {
    block_on(async {
        let listener = TcpListener::from_std(listener).unwrap();
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                _ = stopped.wait_for(|stopped| *stopped) => break,
                accepted = listener.accept() => {
                    let (stream, _) = accepted.unwrap();
                    if shared.drops_connection() {
                        // As the Engine's proxy does when nothing listens in the container yet.
                        drop(stream.set_zero_linger());
                        continue;
                    }
                    connections.spawn(serve(stream, acceptor.clone(), Arc::clone(shared)));
                }
            }
        }
        connections.shutdown().await;
    });
}

async fn serve(stream: TcpStream, acceptor: TlsAcceptor, shared: Arc<Shared>) {
    let Ok(stream) = acceptor.accept(stream).await else {
        return;
    };
    let certificates = stream.get_ref().1.peer_certificates().unwrap();
    let roles = tls::roles(&certificates[0]);
    let (broken, mut breaks) = watch::channel(false);
    let service = service_fn(move |request| {
        let (shared, roles, broken) = (Arc::clone(&shared), roles.clone(), broken.clone());
        async move {
            if let Some(response) = answer(&shared, roles, request).await {
                return Ok::<_, Infallible>(response);
            }
            broken.send_replace(true);
            std::future::pending().await
        }
    });
    let connection = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
        .serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        _ = connection => {}
        _ = breaks.wait_for(|broken| *broken) => {}
    }
}

/// The response; `None` to break the connection instead.
async fn answer(
    shared: &Arc<Shared>,
    roles: Vec<String>,
    request: Request<Incoming>,
) -> Option<Response<Body>> {
    let (head, body) = request.into_parts();
    assert_eq!(head.headers["content-type"], "application/grpc");
    let body = body.collect().await.ok()?.to_bytes();
    let nodes: Vec<&HeaderValue> = head.headers.get_all("node").iter().collect();
    let rpc = Rpc {
        name: head.uri.path().rsplit('/').next().unwrap().to_owned(),
        node: nodes
            .first()
            .map_or("", |node| node.to_str().unwrap())
            .to_owned(),
        body: unframed(&body).to_vec(),
        roles,
    };
    let reply = if nodes.len() > 1 || head.headers.contains_key("nodes") {
        Err((Code::InvalidArgument, "one node at a time".to_owned()))
    } else {
        machine::answer(shared, head.uri.path(), rpc).await
    };
    let messages = match reply {
        Err(refusal) => return Some(refused(&refusal)),
        Ok(Reply::Reset) => return None,
        Ok(Reply::One(message)) => stream::iter([message]).boxed(),
        Ok(Reply::Many(messages)) => messages,
    };
    let frames = messages.map(|message| Frame::data(framed(&message)));
    let end = stream::iter([Frame::trailers(status(0, ""))]);
    let body = StreamBody::new(frames.chain(end).map(Ok));
    let response = Response::builder().header("content-type", "application/grpc");
    Some(response.body(BodyExt::boxed_unsync(body)).unwrap())
}

fn refused((code, message): &Refusal) -> Response<Body> {
    let mut response = Response::new(BodyExt::boxed_unsync(http_body_util::Empty::new()));
    *response.headers_mut() = status(*code as u16, message);
    let kind = HeaderValue::from_static("application/grpc");
    response.headers_mut().insert("content-type", kind);
    response
}

fn status(code: u16, message: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("grpc-status", code.into());
    if !message.is_empty() {
        let escaped = message.replace('%', "%25").replace('\n', "%0A");
        headers.insert("grpc-message", escaped.parse().unwrap());
    }
    headers
}

fn framed(message: &[u8]) -> Bytes {
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [[0].as_slice(), &length, message].concat().into()
}

fn unframed(body: &[u8]) -> &[u8] {
    let (head, message) = body.split_at(5);
    assert_eq!(head[0], 0, "compressed");
    assert_eq!(
        head[1..],
        u32::try_from(message.len()).unwrap().to_be_bytes()
    );
    message
}
