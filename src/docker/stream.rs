//! What the Engine tells as it happens: container logs and events. Dropping a stream closes its connection.

use std::collections::BTreeMap;

use bollard::models::EventMessage;
use bollard::query_parameters::{EventsOptionsBuilder, LogsOptionsBuilder};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt};

use super::connect::Engine;
use super::error::Error;
use super::refusal::Call;
use crate::text::plain;

/// Which part of a container's log to read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Logs {
    /// Stay and deliver new lines until the container ends.
    pub follow: bool,
    /// Only this many of the newest lines.
    pub tail: Option<u32>,
    /// Only lines since this time, seconds since the epoch; e.g. the last start.
    pub since: Option<i64>,
}

/// `GET /containers/{id}/logs`: standard output and error in order. With a terminal the bytes are what the console
/// shows, colours and carriage returns included.
pub fn logs(
    engine: &Engine,
    id: &str,
    which: Logs,
) -> impl Stream<Item = Result<Bytes, Error>> + Send + use<> {
    let mut options = LogsOptionsBuilder::new()
        .follow(which.follow)
        .stdout(true)
        .stderr(true);
    if let Some(lines) = which.tail {
        options = options.tail(&lines.to_string());
    }
    if let Some(since) = which.since {
        options = options.since(i32::try_from(since).unwrap_or(i32::MAX));
    }
    let id = id.to_owned();
    engine
        .client
        .logs(&id, Some(options.build()))
        .map(move |item| {
            let call = Call {
                verb: "read the log of the container",
                object: &id,
            };
            item.map(bollard::container::LogOutput::into_bytes)
                .map_err(|error| call.failed(error))
        })
}

/// The last lines a container wrote, as plain text: no colours, no control characters, no empty lines.
pub async fn tail_logs(engine: &Engine, id: &str, lines: u32) -> Result<Vec<String>, Error> {
    let which = Logs {
        tail: Some(lines),
        ..Logs::default()
    };
    let bytes = logs(engine, id, which)
        .try_fold(Vec::new(), |mut bytes, chunk| async move {
            bytes.extend_from_slice(&chunk);
            Ok(bytes)
        })
        .await?;
    Ok(plain_lines(&String::from_utf8_lossy(&bytes)))
}

fn plain_lines(text: &str) -> Vec<String> {
    text.lines()
        .map(|line| plain(line).trim_end().to_owned())
        .filter(|line| !line.is_empty())
        .collect()
}

/// Something happened to a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// Container id.
    pub id: String,
    /// Container name.
    pub name: String,
    /// What it was.
    pub what: What,
    /// When, in nanoseconds since the epoch.
    pub at: i64,
    /// The container's labels, among the Engine's own attributes.
    pub attributes: BTreeMap<String, String>,
}

/// The events a cluster cares about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The container started.
    Started,
    /// Its main process ended with this code.
    Died(i64),
    /// A process in it was killed for lack of memory.
    OutOfMemory,
    /// Its health check passes.
    Healthy,
    /// Its health check fails.
    Unhealthy,
}

/// `GET /events` of containers with this label (`key` or `key=value`). With `since` (seconds since the epoch) events
/// that already happened come first; without it the stream begins when it is first polled.
pub fn events(
    engine: &Engine,
    label: &str,
    since: Option<i64>,
) -> impl Stream<Item = Result<Happened, Error>> + Send + use<> {
    let filters = [
        ("type", vec!["container"]),
        ("label", vec![label]),
        ("event", vec!["start", "die", "oom", "health_status"]),
    ]
    .into();
    let mut options = EventsOptionsBuilder::new().filters(&filters);
    if let Some(since) = since {
        options = options.since(&since.to_string());
    }
    let call = Call {
        verb: "report events",
        object: "",
    };
    engine
        .client
        .events(Some(options.build()))
        .filter_map(move |item| {
            let item = item.map_err(|error| call.failed(error)).map(happened);
            std::future::ready(item.transpose())
        })
}

fn happened(message: EventMessage) -> Option<Happened> {
    let actor = message.actor?;
    let attributes: BTreeMap<String, String> =
        actor.attributes.unwrap_or_default().into_iter().collect();
    let code = attributes
        .get("exitCode")
        .and_then(|code| code.parse().ok());
    let what = match message.action?.as_str() {
        "start" => What::Started,
        "die" => What::Died(code.unwrap_or(-1)),
        "oom" => What::OutOfMemory,
        "health_status: healthy" => What::Healthy,
        "health_status: unhealthy" => What::Unhealthy,
        _ => return None,
    };
    Some(Happened {
        id: actor.id.unwrap_or_default(),
        name: attributes.get("name").cloned().unwrap_or_default(),
        what,
        at: message.time_nano.unwrap_or_default(),
        attributes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn console_lines_lose_what_only_a_terminal_understands() {
        let text = "[\u{1b}[0;32m  OK  \u{1b}[0m] Reached \u{1b}[0;1;39mMulti-User\u{1b}[0m.\r\n\r\n\u{1b}]0;title\u{7}a\tb\u{1b}(B\u{0}\n";
        assert_eq!(plain_lines(text), ["[  OK  ] Reached Multi-User.", "a b"]);
    }

    #[test]
    fn events_carry_the_exit_code() {
        let message: EventMessage = serde_json::from_value(serde_json::json!({
            "Type": "container", "Action": "die", "scope": "local", "time": 1, "timeNano": 1_000_000_000,
            "Actor": {"ID": "9f", "Attributes": {"name": "n", "exitCode": "137", "io.x-k8s.kind.cluster": "kind"}}
        }))
        .unwrap();
        let event = happened(message).unwrap();
        assert_eq!((event.what, event.name.as_str()), (What::Died(137), "n"));
        let other: EventMessage =
            serde_json::from_value(serde_json::json!({"Action": "exec_start: x", "Actor": {}}))
                .unwrap();
        assert_eq!(happened(other), None);
    }
}
