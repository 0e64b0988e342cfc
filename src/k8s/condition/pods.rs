//! The rule for pods, which also says what keeps a workload's pod from being ready.

use serde_json::Value;

use super::Readiness::{self, Failed, NotYet, Ready};
use super::facts::{condition, explain, holding, is_false, is_true, items, number, text};

/// Judges a pod; also what a workload gives as the reason for an unready pod.
pub fn pod(object: &Value) -> Readiness {
    match text(object, "/status/phase") {
        Some("Succeeded") => Ready,
        Some("Failed") => Failed(failure(object)),
        Some("Running") if holding(object, "Ready").is_some() => Ready,
        Some("Running") => match looping(object) {
            Some(why) => Failed(why),
            None => NotYet(unready(object)),
        },
        Some(_) => NotYet(unready(object)),
        None => NotYet("its node has not looked at it yet".into()),
    }
}

/// What ended a pod: its own words, else those of a container.
fn failure(object: &Value) -> String {
    let own = match (
        text(object, "/status/reason"),
        text(object, "/status/message"),
    ) {
        (Some(reason), Some(message)) => Some(format!("{reason}: {message}")),
        (reason, message) => reason.or(message).map(str::to_owned),
    };
    let why = own.or_else(|| {
        containers(object).find_map(|status| {
            let end = status.pointer("/state/terminated")?;
            (number(end, "/exitCode") != 0).then(|| named(status, &ended(end)))
        })
    });
    format!("it failed: {}", why.as_deref().unwrap_or("no reason given"))
}

/// The statuses of all containers, those that run first in front.
fn containers(object: &Value) -> impl Iterator<Item = &Value> {
    ["/status/initContainerStatuses", "/status/containerStatuses"]
        .into_iter()
        .flat_map(|path| items(object, path))
}

/// A container of a running pod that ends again and again.
fn looping(object: &Value) -> Option<String> {
    items(object, "/status/containerStatuses")
        .iter()
        .find(|status| text(status, "/state/waiting/reason") == Some("CrashLoopBackOff"))
        .and_then(waiting)
}

fn named(status: &Value, what: &str) -> String {
    let name = text(status, "/name").unwrap_or_default();
    format!("container `{name}`: {what}")
}

/// `exit code 1 (Error)`, and what the container left as a message.
fn ended(end: &Value) -> String {
    let code = number(end, "/exitCode");
    let mut words = format!("exit code {code}");
    if let Some(reason) = text(end, "/reason") {
        words = format!("{words} ({reason})");
    }
    match text(end, "/message").map(str::trim) {
        Some(message) if !message.is_empty() => format!("{words}: {message}"),
        _ => words,
    }
}

/// Why a container waits, if it says anything but that others come first.
fn waiting(status: &Value) -> Option<String> {
    let waiting = status.pointer("/state/waiting")?;
    let reason = text(waiting, "/reason").filter(|reason| *reason != "PodInitializing")?;
    let mut words = match text(waiting, "/message") {
        Some(message) if !message.is_empty() => format!("{reason}: {message}"),
        _ => reason.to_owned(),
    };
    if let Some(end) = status.pointer("/lastState/terminated") {
        words = format!("{words}; last {}", ended(end));
    }
    Some(named(status, &words))
}

/// What holds a pod up, the closest cause first.
fn unready(object: &Value) -> String {
    if let Some(scheduled) = condition(object, "PodScheduled").filter(|found| !is_true(found)) {
        return explain(scheduled);
    }
    let told = containers(object).find_map(waiting);
    let stopped = || {
        containers(object).find_map(|status| {
            let end = status.pointer("/state/terminated")?;
            (number(end, "/exitCode") != 0).then(|| named(status, &ended(end)))
        })
    };
    let starting = || {
        let status = items(object, "/status/initContainerStatuses")
            .iter()
            .find(|status| {
                status.pointer("/state/running").is_some() && !is_sidecar(object, status)
            })?;
        Some(named(status, "still initialises the pod"))
    };
    let silent = || {
        let status = containers(object)
            .find(|status| status.get("ready").and_then(Value::as_bool) == Some(false))?;
        let name = text(status, "/name").unwrap_or_default();
        Some(format!("container `{name}` is not ready"))
    };
    let gate = || {
        condition(object, "Ready")
            .filter(|found| is_false(found))
            .map(explain)
    };
    told.or_else(stopped)
        .or_else(starting)
        .or_else(silent)
        .or_else(gate)
        .unwrap_or_else(|| {
            let phase = text(object, "/status/phase").unwrap_or("unknown");
            format!("its phase is {phase}")
        })
}

/// An init container that is meant to keep running.
fn is_sidecar(object: &Value, status: &Value) -> bool {
    items(object, "/spec/initContainers")
        .iter()
        .any(|container| {
            text(container, "/name") == text(status, "/name")
                && text(container, "/restartPolicy") == Some("Always")
        })
}
