//! Readiness beside kstatus: every case of `testdata/readiness`, and objects of all combinations that its rules look at.
//!
//! Where the two differ on purpose, [`DIFFERENCES`] says why. A difference that no entry explains fails the test, and so
//! does an entry that explains nothing.

mod generated;

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use ksail::k8s::condition::{Readiness, Surroundings, readiness};
use serde::Deserialize;
use serde_json::Value;

use crate::support::peers;
use generated::generated;

/// What kstatus says of objects.
fn kstatus(objects: &[Value]) -> Vec<String> {
    let mut child = Command::new(peers().join("kstatus"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let lines = ksail::text::lines(objects);
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<String> = text
        .lines()
        .map(|line| {
            let answer: Value = serde_json::from_str(line).unwrap();
            answer["status"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(answers.len(), objects.len());
    answers
}

/// What kstatus would call our answer.
fn named(state: &Readiness) -> &'static str {
    match state {
        Readiness::Ready => "Current",
        Readiness::NotYet(why) if why.starts_with("it is being deleted") => "Terminating",
        Readiness::NotYet(_) => "InProgress",
        Readiness::Failed(_) => "Failed",
    }
}

#[derive(Deserialize)]
struct Case {
    state: String,
    kstatus: Option<String>,
    object: Value,
}

#[test]
#[ignore = "needs the peers (testbed/peers.sh)"]
fn kstatus_says_of_every_case_what_the_table_says_it_does() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/readiness");
    let mut cases: Vec<(String, Case)> = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        for (number, document) in (1..).zip(serde_yaml::Deserializer::from_str(&text)) {
            let name = format!("{}, document {number}", path.display());
            cases.push((name, Case::deserialize(document).unwrap()));
        }
    }
    let objects: Vec<Value> = cases.iter().map(|(_, case)| case.object.clone()).collect();
    let wrong: Vec<String> = cases
        .iter()
        .zip(kstatus(&objects))
        .filter_map(|((name, case), says)| {
            let same = match case.state.as_str() {
                "Ready" => "Current",
                "NotYet" => "InProgress",
                state => state,
            };
            let expected = case.kstatus.as_deref().unwrap_or(same);
            (says != expected).then(|| format!("{name}: kstatus says {says}, not {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    eprintln!("{} cases", cases.len());
}

/// A difference on purpose: what it is, and whether it is the one between these two answers about this object.
type Difference = (&'static str, fn(&Value, &str, &str) -> bool);

const DIFFERENCES: [Difference; 12] = [
    (
        "no status at all: the controller has not looked yet",
        |object, ours, _| {
            object["status"].get("observedGeneration").is_none()
                && [
                    "Deployment",
                    "StatefulSet",
                    "ReplicaSet",
                    "ReplicationController",
                    "PodDisruptionBudget",
                ]
                .contains(&kind(object))
                && ours == "InProgress"
        },
    ),
    (
        "a paused Deployment that is rolled out is ready",
        |object, ours, _| object["spec"]["paused"] == true && ours == "Current",
    ),
    ("a partition of 0 is none", |object, ours, _| {
        kind(object) == "StatefulSet"
            && object["spec"]["updateStrategy"]["rollingUpdate"]["partition"] == 0
            && ours == "InProgress"
    }),
    (
        "pods of a StatefulSet must be there with OnDelete, too",
        |object, ours, _| {
            kind(object) == "StatefulSet" && on_delete(object) && ours == "InProgress"
        },
    ),
    (
        "OnDelete updates nothing by itself",
        |object, ours, theirs| {
            kind(object) == "DaemonSet"
                && on_delete(object)
                && (ours, theirs) == ("Current", "InProgress")
        },
    ),
    (
        "replication controllers have a rule",
        |object, ours, theirs| {
            kind(object) == "ReplicationController" && (ours, theirs) == ("InProgress", "Current")
        },
    ),
    ("a pod that failed has failed", |object, ours, _| {
        object["status"]["phase"] == "Failed" && ours == "Failed"
    }),
    ("a pod may yet be scheduled", |object, ours, theirs| {
        kind(object) == "Pod" && (ours, theirs) == ("InProgress", "Failed")
    }),
    (
        "a job is ready when it is done, or suspended",
        |object, ours, theirs| {
            kind(object) == "Job"
                && ((ours, theirs) == ("InProgress", "Current")
                    || (object["spec"]["suspend"] == true && ours == "Current"))
        },
    ),
    (
        "a load balancer needs an address",
        |object, ours, theirs| {
            kind(object) == "Service" && (ours, theirs) == ("InProgress", "Current")
        },
    ),
    (
        "a claim of a lazy class may be pending, a lost one is lost",
        |object, ours, theirs| {
            kind(object) == "PersistentVolumeClaim"
                && theirs == "InProgress"
                && ours != "InProgress"
        },
    ),
    (
        "`Available` and `Succeeded` count, and generations of conditions",
        |object, ours, theirs| kind(object) == "Thing" && theirs == "Current" && ours != "Current",
    ),
];

fn kind(object: &Value) -> &str {
    object["kind"].as_str().unwrap()
}

fn on_delete(object: &Value) -> bool {
    object["spec"]["updateStrategy"]["type"] == "OnDelete"
}

#[test]
#[ignore = "needs the peers (testbed/peers.sh)"]
fn kstatus_agrees_on_every_combination_but_where_we_differ_on_purpose() {
    let objects = generated();
    let surroundings = Surroundings {
        lazy_storage_classes: vec!["lazy".into()],
    };
    let mut explained: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (object, theirs) in objects.iter().zip(kstatus(&objects)) {
        let ours = readiness(object, &surroundings);
        if named(&ours) == theirs {
            continue;
        }
        let difference = DIFFERENCES
            .iter()
            .find(|(_, is_it)| is_it(object, named(&ours), &theirs));
        match difference {
            Some((name, _)) => *explained.entry(name).or_default() += 1,
            None => wrong.push(format!("{ours:?}, but kstatus says {theirs}: {object}")),
        }
    }
    eprintln!(
        "{} objects; differences on purpose: {explained:#?}",
        objects.len()
    );
    assert!(
        wrong.is_empty(),
        "{} differences, e.g.\n{}",
        wrong.len(),
        wrong[..wrong.len().min(10)].join("\n")
    );
    let idle: Vec<&str> = DIFFERENCES
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| !explained.contains_key(name))
        .collect();
    assert!(idle.is_empty(), "these explain nothing: {idle:?}");
}
