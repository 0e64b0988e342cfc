//! Answers that stay open: events, followed logs, waiting for the end of a container.

use std::pin::Pin;

use futures_util::{Stream, stream};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::containers::{filter, labelled};
use super::server::Reply;
use super::state::{Call, Life, Refusal, Shared, State};

pub(super) type Chunks = Pin<Box<dyn Stream<Item = Vec<u8>> + Send>>;

/// What a poll of the state gives a stream.
enum Next {
    /// Send this, then look again.
    Chunk(Vec<u8>),
    /// Nothing yet.
    Wait,
    /// The stream is over.
    End,
}

/// A stream that looks at the state after every change.
fn watching(
    state: &Shared,
    changed: watch::Receiver<u64>,
    look: impl FnMut(&State) -> Next + Send + 'static,
) -> Chunks {
    let seed = (state.clone(), changed, look);
    Box::pin(stream::unfold(
        seed,
        |(state, mut changed, mut look)| async move {
            loop {
                let next = {
                    let state = state.lock().unwrap();
                    changed.borrow_and_update();
                    look(&state)
                };
                match next {
                    Next::Chunk(chunk) => return Some((chunk, (state, changed, look))),
                    Next::End => return None,
                    Next::Wait => changed.changed().await.ok()?,
                }
            }
        },
    ))
}

pub(super) fn events(shared: &Shared, state: &State, call: &Call) -> Reply {
    let (labels, wanted, types) = (
        filter(call, "label"),
        filter(call, "event"),
        filter(call, "type"),
    );
    let matches = move |event: &Value| {
        let action = event["Action"].as_str().unwrap();
        labelled(&event["Actor"]["Attributes"], &labels)
            && (types.is_empty() || types.iter().any(|kind| event["Type"] == kind.as_str()))
            && (wanted.is_empty()
                || wanted
                    .iter()
                    .any(|wanted| action.starts_with(wanted.as_str())))
    };
    let mut at = if call.query.contains_key("since") {
        0
    } else {
        state.events.len()
    };
    let chunks = watching(shared, state.changed.subscribe(), move |state| {
        while let Some(event) = state.events.get(at) {
            at += 1;
            if matches(event) {
                return Next::Chunk(format!("{event}\n").into());
            }
        }
        Next::Wait
    });
    Reply::Stream("application/json", chunks)
}

pub(super) fn logs(
    shared: &Shared,
    state: &State,
    id: &str,
    call: &Call,
) -> Result<Reply, Refusal> {
    let ix = state.wanted(id)?;
    let container = &state.containers[ix];
    let id = container.id.clone();
    let tty = container.body["Tty"] == true;
    let framed = move |bytes: &[u8]| {
        if tty {
            return bytes.to_vec();
        }
        // Without a terminal every piece has a header: stream 1 and its length.
        let length = u32::try_from(bytes.len()).unwrap().to_be_bytes();
        [&[1, 0, 0, 0], length.as_slice(), bytes].concat()
    };
    let tail = call
        .query
        .get("tail")
        .and_then(|tail| tail.parse::<usize>().ok());
    let lines: Vec<usize> = container
        .log
        .split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::len)
        .collect();
    let skip = tail.map_or(0, |tail| lines.len().saturating_sub(tail));
    let mut at = lines[..skip].iter().sum();
    if !call.stream {
        let rest = &container.log[at..];
        let bytes = if rest.is_empty() {
            Vec::new()
        } else {
            framed(rest)
        };
        return Ok(Reply::Bytes("application/vnd.docker.raw-stream", bytes));
    }
    let chunks = watching(shared, state.changed.subscribe(), move |state| {
        let Some(container) = state.find(&id) else {
            return Next::End;
        };
        let rest = &container.log[at..];
        if !rest.is_empty() {
            at += rest.len();
            return Next::Chunk(framed(rest));
        }
        if container.state == Life::Running {
            Next::Wait
        } else {
            Next::End
        }
    });
    Ok(Reply::Stream("application/vnd.docker.raw-stream", chunks))
}

pub(super) fn wait(shared: &Shared, state: &State, id: &str) -> Result<Reply, Refusal> {
    let ix = state.wanted(id)?;
    let id = state.containers[ix].id.clone();
    let mut done = false;
    let chunks = watching(shared, state.changed.subscribe(), move |state| {
        if done {
            return Next::End;
        }
        match state.find(&id) {
            Some(container) if container.state == Life::Running => Next::Wait,
            found => {
                done = true;
                let code = found.map_or(137, |container| container.exit_code);
                Next::Chunk(json!({"StatusCode": code}).to_string().into())
            }
        }
    });
    Ok(Reply::Stream("application/json", chunks))
}
