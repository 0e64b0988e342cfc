//! Sends one call and classifies what comes back. The only place that knows about gRPC statuses.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use http::uri::PathAndQuery;
use prost::Message;
use tonic::client::Grpc;
use tonic::metadata::MetadataValue;
use tonic::transport::Channel;
use tonic::{Request, Status};
use tonic_prost::ProstCodec;

use super::error::{Call, Code, Error};

/// Configurations of nodes are sent and received whole; Talos sets the same limit.
const MAX_MESSAGE: usize = 32 << 20;

/// Messages of alerts about certificates: the other side does not accept ours.
const REJECTIONS: [&str; 7] = [
    "BadCertificate",
    "UnsupportedCertificate",
    "CertificateRevoked",
    "CertificateExpired",
    "CertificateUnknown",
    "CertificateRequired",
    "UnknownCA",
];

/// A connection to the Talos API of one node, made when it is first used and made again when it is lost. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    channel: Channel,
}

/// A remote procedure.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rpc {
    /// Name for messages.
    pub(super) name: &'static str,
    /// Path of its requests.
    pub(super) path: &'static str,
    /// When to give up on the answer; of streams on its beginning.
    pub(super) patience: Duration,
}

impl Client {
    pub(super) fn new(channel: Channel) -> Self {
        Self { channel }
    }

    /// Asks for one answer.
    pub(super) async fn unary<Q, A>(&self, rpc: Rpc, node: &str, question: Q) -> Result<A, Error>
    where
        Q: Message + 'static,
        A: Message + Default + 'static,
    {
        let failed = |status| failed(call(rpc, node), &status);
        let mut request = addressed(rpc, node, question)?;
        request.set_timeout(rpc.patience);
        let mut grpc = self.grpc().await.map_err(failed)?;
        let path = PathAndQuery::from_static(rpc.path);
        let codec = ProstCodec::<Q, A>::default();
        let answer = grpc.unary(request, path, codec).await.map_err(failed)?;
        Ok(answer.into_inner())
    }

    /// Asks for a stream of answers, which lasts as long as the node likes.
    pub(super) async fn stream<Q, A>(
        &self,
        rpc: Rpc,
        node: &str,
        question: Q,
    ) -> Result<BoxStream<'static, Result<A, Error>>, Error>
    where
        Q: Message + 'static,
        A: Message + Default + 'static,
    {
        let request = addressed(rpc, node, question)?;
        let call = call(rpc, node);
        let begin = async {
            let mut grpc = self.grpc().await?;
            let path = PathAndQuery::from_static(rpc.path);
            let codec = ProstCodec::<Q, A>::default();
            grpc.server_streaming(request, path, codec).await
        };
        let begun = tokio::time::timeout(rpc.patience, begin).await;
        let answers = begun
            .map_err(|_| Error::Unreachable {
                call: call.clone(),
                why: "timed out".to_owned(),
            })?
            .map_err(|status| failed(call.clone(), &status))?;
        let answers = answers
            .into_inner()
            .map(move |answer| answer.map_err(|status| failed(call.clone(), &status)));
        Ok(answers.boxed())
    }

    async fn grpc(&self) -> Result<Grpc<Channel>, Status> {
        let mut grpc = Grpc::new(self.channel.clone())
            .max_decoding_message_size(MAX_MESSAGE)
            .max_encoding_message_size(MAX_MESSAGE);
        grpc.ready()
            .await
            .map_err(|error| Status::from_error(error.into()))?;
        Ok(grpc)
    }
}

pub(super) fn call(rpc: Rpc, node: &str) -> Call {
    Call {
        rpc: rpc.name,
        node: node.to_owned(),
    }
}

/// A request that the node we are connected to passes on to `node`.
fn addressed<Q>(rpc: Rpc, node: &str, question: Q) -> Result<Request<Q>, Error> {
    let mut request = Request::new(question);
    let value = MetadataValue::try_from(node).map_err(|_| Error::Setup {
        endpoint: node.to_owned(),
        why: format!("no address for `{}`", rpc.name),
    })?;
    request.metadata_mut().insert("node", value);
    Ok(request)
}

/// The error that a status stands for. One with a source never came from the node.
fn failed(call: Call, status: &Status) -> Error {
    if let Some(source) = status.source() {
        return broken(call, source);
    }
    let message = status.message().trim_end().to_owned();
    let code = code(status.code(), &message);
    Error::Refused {
        call,
        code,
        message,
    }
}

fn code(code: tonic::Code, message: &str) -> Code {
    match code {
        tonic::Code::FailedPrecondition if message.contains("in container mode") => {
            Code::ContainerMode
        }
        // `bootstrap is not available yet`, `time is not in sync yet`.
        tonic::Code::FailedPrecondition => Code::NotYet,
        tonic::Code::AlreadyExists => Code::AlreadyExists,
        tonic::Code::NotFound => Code::NotFound,
        tonic::Code::PermissionDenied | tonic::Code::Unauthenticated => Code::Permission,
        tonic::Code::Unimplemented => Code::Unimplemented,
        tonic::Code::InvalidArgument | tonic::Code::OutOfRange => Code::Invalid,
        tonic::Code::Unavailable
        | tonic::Code::DeadlineExceeded
        | tonic::Code::Cancelled
        | tonic::Code::Aborted
        | tonic::Code::ResourceExhausted => Code::Unavailable,
        // What a node says that could not pass the call on.
        _ if message.contains("connection refused") || message.contains("EOF") => Code::Unavailable,
        _ => Code::Other,
    }
}

/// A connection that was not made, or was lost.
fn broken(call: Call, source: &(dyn StdError + 'static)) -> Error {
    let words = innermost(source);
    let rejected = words
        .strip_prefix("received fatal alert: ")
        .filter(|alert| REJECTIONS.iter().any(|known| alert.starts_with(known)));
    if let Some(alert) = rejected {
        let why = format!("the node does not accept our certificate ({alert})");
        return Error::Distrusted { call, why };
    }
    if let Some(reason) = words.strip_prefix("invalid peer certificate: ") {
        let why = format!("the certificate of the node is not of this cluster ({reason})");
        return Error::Distrusted { call, why };
    }
    Error::Unreachable { call, why: words }
}

/// What the innermost error says: the layers above repeat each other, or say nothing.
fn innermost(error: &(dyn StdError + 'static)) -> String {
    let mut innermost = error;
    loop {
        // An I/O error hides the error that it was made of.
        let inside = innermost
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
            .map(|inside| inside as &(dyn StdError + 'static));
        match inside.or_else(|| innermost.source()) {
            Some(source) => innermost = source,
            None => return innermost.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: tonic::Code, message: &str) -> Error {
        let call = Call {
            rpc: "Bootstrap",
            node: "10.5.0.2".to_owned(),
        };
        failed(call, &Status::new(code, message))
    }

    #[test]
    fn refusals_say_whether_to_ask_again() {
        use tonic::Code as Grpc;
        for (grpc, message, expected, transient) in [
            (
                Grpc::FailedPrecondition,
                "bootstrap is not available yet",
                Code::NotYet,
                true,
            ),
            (
                Grpc::FailedPrecondition,
                "method is not supported in container mode",
                Code::ContainerMode,
                false,
            ),
            (
                Grpc::AlreadyExists,
                "etcd data directory is not empty",
                Code::AlreadyExists,
                false,
            ),
            (
                Grpc::PermissionDenied,
                "not authorized",
                Code::Permission,
                false,
            ),
            (
                Grpc::Unavailable,
                "connection error: desc = …",
                Code::Unavailable,
                true,
            ),
            (
                Grpc::DeadlineExceeded,
                "context deadline exceeded",
                Code::Unavailable,
                true,
            ),
            (
                Grpc::Unknown,
                "error reading from server: EOF",
                Code::Unavailable,
                true,
            ),
            (
                Grpc::Unknown,
                "dial tcp: connection refused",
                Code::Unavailable,
                true,
            ),
            (
                Grpc::Unimplemented,
                "bootstrap on a worker",
                Code::Unimplemented,
                false,
            ),
            (
                Grpc::InvalidArgument,
                "unknown keys found",
                Code::Invalid,
                false,
            ),
            (Grpc::Internal, "panic", Code::Other, false),
        ] {
            let error = of(grpc, message);
            assert_eq!(error.code(), Some(expected), "{message}");
            assert_eq!(error.is_transient(), transient, "{message}");
        }
        assert_eq!(
            of(tonic::Code::PermissionDenied, "not authorized").to_string(),
            "the Talos API refuses `Bootstrap` of node 10.5.0.2: not authorized"
        );
    }

    #[test]
    fn certificates_are_told_from_lost_connections() {
        let error = |inside: Box<dyn StdError + Send + Sync>| {
            let call = Call {
                rpc: "Version",
                node: "10.5.0.2".to_owned(),
            };
            broken(call, &io::Error::other(inside))
        };
        let unknown = rustls::CertificateError::UnknownIssuer;
        let alert = rustls::AlertDescription::BadCertificate;
        for fatal in [
            rustls::Error::InvalidCertificate(unknown),
            rustls::Error::AlertReceived(alert),
        ] {
            let error = error(fatal.into());
            assert!(matches!(error, Error::Distrusted { .. }), "{error}");
            assert!(!error.is_transient());
        }
        let lost = error(io::Error::from(io::ErrorKind::ConnectionReset).into());
        assert!(lost.is_transient());
        assert_eq!(
            lost.to_string(),
            "no answer from the Talos API to `Version` of node 10.5.0.2: connection reset"
        );
    }
}
