//! The token opens the whole cluster: it is in the labels, as k3d has it, and nowhere that people look or send around.

use super::{SERVER, engine, server, serves, world};
use crate::support::context::Context;
use crate::support::engine::Script;

const TOKEN: &str = "sehr-geheimes-wort";

fn with_token() -> (crate::support::apiserver::ApiServer, Context) {
    let api = server();
    let context = world(engine(), &api, &format!("agents: 2\ntoken: {TOKEN}\n"));
    (api, context)
}

/// The token, in no matter which of its spellings.
#[track_caller]
fn clean(text: &str) {
    assert!(!text.contains(TOKEN), "{text}");
}

#[test]
fn plans_do_not_show_it() {
    let (_api, context) = with_token();
    for format in ["table", "json", "yaml"] {
        let run = context
            .ksail(["cluster", "create", "--dry-run", "-o", format])
            .expect(0);
        clean(&run.stdout);
        clean(&run.stderr);
    }
}

#[test]
fn neither_output_nor_trace_nor_profile_shows_it() {
    let (api, context) = with_token();
    let run = context
        .ksail([
            "cluster",
            "create",
            "--trace=trace.json",
            "--cpuprofile=cpu.pprof",
        ])
        .expect(0);
    clean(&run.stdout);
    clean(&run.stderr);
    clean(&context.read("trace.json"));
    let packed = std::fs::read(context.work().join("cpu.pprof")).unwrap();
    let mut profile = Vec::new();
    let mut decoder = flate2::read::GzDecoder::new(packed.as_slice());
    std::io::Read::read_to_end(&mut decoder, &mut profile).unwrap();
    clean(&String::from_utf8_lossy(&profile));
    // It is what the server was asked with, and what k3d looks for.
    assert!(api.passwords().iter().all(|password| password == TOKEN));
    let created = context.docker().created(SERVER);
    assert_eq!(created["Labels"]["k3d.cluster.token"], TOKEN);
    for command in [
        ["cluster", "list", "-o=json"].as_slice(),
        &["cluster", "info", "-o=json"],
        &["cluster", "kubeconfig"],
        &["cluster", "delete", "--dry-run"],
    ] {
        let run = context.ksail(command.iter().copied()).expect(0);
        clean(&run.stdout);
        clean(&run.stderr);
    }
}

#[test]
fn the_last_lines_of_a_node_do_not_show_it() {
    let api = server();
    let line =
        format!(r#"time="x" level=fatal msg="starting kubernetes: invalid token format: {TOKEN}""#);
    let script = Script {
        logs: vec![format!("argv: server --token={TOKEN}"), line],
        ..serves(&api)
    };
    let context = world(engine(), &api, &format!("token: {TOKEN}\n"));
    let context = context.engine(engine().script(SERVER, script));
    let run = context.ksail(["cluster", "create", "--timeout=5s"]);
    assert_eq!(run.code, Some(1), "{}", run.raw());
    clean(&run.stderr);
}

#[test]
fn it_is_random_where_nobody_chose_one() {
    let tokens = [(), ()].map(|()| {
        let api = server();
        let context = world(engine(), &api, "agents: 2\n");
        context.ksail(["cluster", "create"]).expect(0);
        let created = context.docker().created(SERVER);
        created["Labels"]["k3d.cluster.token"]
            .as_str()
            .unwrap()
            .to_owned()
    });
    assert_ne!(tokens[0], tokens[1]);
    assert!(tokens.iter().all(|token| token.len() == 40));
}
