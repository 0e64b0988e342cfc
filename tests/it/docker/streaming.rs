use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use ksail::docker::ops;
use ksail::docker::stream::{Logs, What, events, logs, tail_logs};
use serde_json::json;

use super::connected;
use crate::support::engine::{Engine, Script};

const LABEL: &str = "io.x-k8s.kind.cluster=kind";

fn node(tty: bool) -> serde_json::Value {
    json!({"Tty": tty, "Labels": {"io.x-k8s.kind.cluster": "kind"}})
}

fn lines<const N: usize>(lines: [&str; N]) -> Script {
    Script {
        logs: lines.map(str::to_owned).to_vec(),
        ..Script::default()
    }
}

#[tokio::test]
async fn logs_are_followed_to_the_end_of_the_container() {
    for tty in [true, false] {
        let engine = Engine::empty()
            .script("n", lines(["one", "two"]))
            .container("n", node(tty), true);
        let client = connected(&engine).await;
        let which = Logs {
            follow: true,
            ..Logs::default()
        };
        let mut stream = Box::pin(logs(&client, "n", which));
        let mut text = Vec::new();
        while !text.ends_with(b"two\r\n") {
            text.extend(stream.next().await.unwrap().unwrap());
        }
        engine.say("n", "three");
        engine.kill("n", 0);
        let rest: Vec<_> = stream.try_collect().await.unwrap();
        assert_eq!(rest.concat(), b"three\r\n");
        assert_eq!(text, b"one\r\ntwo\r\n");
    }
}

#[tokio::test]
async fn a_tail_is_plain_text() {
    let engine = Engine::empty()
        .script(
            "n",
            lines(["first", "[\u{1b}[0;32m  OK  \u{1b}[0m] Started", ""]),
        )
        .container("n", node(true), true);
    let client = connected(&engine).await;
    let tail = tail_logs(&client, "n", 2).await.unwrap();
    assert_eq!(tail, ["[  OK  ] Started"]);
}

#[tokio::test]
async fn deaths_arrive_as_events() {
    let dies = Script {
        dies: Some((Duration::from_millis(10), 137)),
        oom: true,
        ..Script::default()
    };
    let engine = Engine::empty()
        .script("n", dies)
        .container("n", node(true), false)
        .container("other", json!({"Labels": {}}), true);
    let client = connected(&engine).await;
    let mut stream = Box::pin(events(&client, LABEL, Some(0)));
    ops::start(&client, "n").await.unwrap();
    let mut seen = Vec::new();
    while seen.len() < 3 {
        let event = stream.next().await.unwrap().unwrap();
        assert_eq!(event.name, "n");
        seen.push(event.what);
    }
    assert_eq!(seen, [What::Started, What::OutOfMemory, What::Died(137)]);
}

#[tokio::test]
async fn an_engine_that_dies_ends_streams_with_an_error() {
    let engine = Engine::empty().container("n", node(true), true);
    let client = connected(&engine).await;
    let which = Logs {
        follow: true,
        ..Logs::default()
    };
    let mut log = Box::pin(logs(&client, "n", which));
    engine.say("n", "alive");
    log.next().await.unwrap().unwrap();
    engine.stop();
    let error = log.next().await.unwrap().unwrap_err();
    assert!(error.engine_is_gone(), "{error:?}");
    assert!(log.next().await.is_none());
}
