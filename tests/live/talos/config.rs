//! Machine configuration: the same patches through stock `talosctl machineconfig patch` and through ours, the same
//! configurations through `talosctl validate`, the machinery of every version of Talos, and ours. No Engine is needed.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ksail::config::talos::{MachineConfig, Patch, PatchScope, Role, TalosVersion};
use ksail::yaml::{Source, load};
use serde_json::Value;

use super::samples;
use crate::support::peers;

const CASES: &str = include_str!("../../../testdata/talos/patches.txt");
/// The version that the pinned talosctl is.
const VERSION: &str = "v1.13.9";

/// Patches and what they are for.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) name: String,
    pub(super) patches: Vec<String>,
}

impl Case {
    fn role(&self) -> Role {
        if self.name.ends_with("on worker") {
            Role::Worker
        } else {
            Role::ControlPlane
        }
    }

    /// ksail refuses what talosctl takes, on purpose.
    fn is_stricter(&self) -> bool {
        self.name.contains("(stricter)")
    }
}

fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for text in CASES.split("\n=== ").skip(1) {
        let (name, patches) = text.split_once('\n').unwrap();
        let patches = patches.split("\n+++\n").map(|text| format!("{text}\n"));
        cases.push(Case {
            name: name.to_owned(),
            patches: patches.collect(),
        });
    }
    cases
}

/// Configurations that talosctl makes, in a folder.
pub(super) struct Bases {
    folder: tempfile::TempDir,
}

impl Bases {
    pub(super) fn new() -> Self {
        Self::with(&[])
    }

    fn with(more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let output = format!("--output={}", folder.path().display());
        let arguments = ["gen", "config", "demo", "https://10.5.0.2:6443"];
        let plain = ["--with-docs=false", "--with-examples=false", &output];
        let made = run("talosctl", arguments.iter().chain(&plain).chain(more), "");
        made.unwrap();
        let bases = Self { folder };
        let text = bases.text("controlplane.yaml");
        let main = text.split("---\n").next().unwrap();
        std::fs::write(bases.path("single.yaml"), main).unwrap();
        bases
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn of(case: &Case) -> &'static str {
        if case.name.ends_with("on worker") {
            "worker.yaml"
        } else if case.name.ends_with("on single") {
            "single.yaml"
        } else {
            "controlplane.yaml"
        }
    }

    /// What talosctl makes of a case.
    fn theirs(&self, case: &Case) -> Result<String, String> {
        let base = self.path(Self::of(case)).display().to_string();
        let mut arguments = vec!["machineconfig".to_owned(), "patch".to_owned(), base];
        for (index, patch) in case.patches.iter().enumerate() {
            let path = self.path(&format!("patch-{index}.yaml"));
            std::fs::write(&path, patch).unwrap();
            arguments.push(format!("--patch=@{}", path.display()));
        }
        run("talosctl", &arguments, "")
    }

    /// What ksail makes of it.
    fn ours(&self, case: &Case) -> Result<MachineConfig, String> {
        self.ours_of(case, TalosVersion::of_tag(VERSION))
    }

    fn ours_of(&self, case: &Case, talos: TalosVersion) -> Result<MachineConfig, String> {
        let base = self.text(Self::of(case));
        let base = MachineConfig::parse(&base, &Source::new("base")).unwrap();
        let patches = case.patches.iter().enumerate().map(|(index, text)| {
            let source = Source::new(format!("patch-{index}.yaml"));
            Patch::parse(text, &source, PatchScope::All)
        });
        let patches: Result<Vec<Patch>, _> = patches.collect();
        let patched = patches.and_then(|patches| base.patched(case.role(), talos, &patches));
        patched.map_err(|error| error.to_string())
    }

    /// What is different, if anything.
    pub(super) fn compare(&self, case: &Case) -> Option<String> {
        let (theirs, ours) = (self.theirs(case), self.ours(case));
        match (&theirs, &ours) {
            (Err(_), Err(_)) => None,
            (Ok(_), Err(_)) if case.is_stricter() => None,
            // Talos cannot look into some of its own types.
            (Err(why), Ok(_)) if why.contains("merge not possible") => None,
            (Ok(theirs), Ok(ours)) => {
                let (theirs, ours) = match (canonical(theirs), canonical(ours.to_yaml().expose())) {
                    (Ok(theirs), Ok(ours)) => (theirs, ours),
                    // Talos writes some incomplete documents as it would not read them.
                    (Err(_), _) => return None,
                    (_, Err(why)) => {
                        return Some(format!("{}:\n  ours cannot be read: {why}", case.name));
                    }
                };
                (theirs != ours).then(|| format!("{}:\n{}", case.name, difference(&theirs, &ours)))
            }
            _ => Some(format!(
                "{}:\n  theirs: {}\n  ours: {}",
                case.name,
                said(&theirs),
                said(&ours)
            )),
        }
    }

    /// Whether talosctl and ksail agree on what a node would accept.
    fn compare_verdicts(&self, case: &Case) -> Option<String> {
        let ours = self.ours(case).ok()?;
        let yaml = ours.to_yaml().expose().clone();
        let path = self.path("validated.yaml");
        std::fs::write(&path, &yaml).unwrap();
        let file = format!("--config={}", path.display());
        let theirs = run(
            "talosctl",
            ["validate", "--mode=container", file.as_str()],
            "",
        );
        let ours = ours.validate(case.role(), TalosVersion::of_tag(VERSION));
        let ours = ours.map_err(|error| error.to_string());
        let agreed =
            theirs.is_ok() == ours.is_ok() || theirs.is_ok() && case.name.contains("(strict");
        (!agreed).then(|| {
            format!(
                "{}:\n  theirs: {}\n  ours: {}",
                case.name,
                said(&theirs),
                said(&ours)
            )
        })
    }
}

fn said<T>(result: &Result<T, String>) -> &str {
    match result {
        Ok(_) => "fine",
        Err(why) => why,
    }
}

/// The documents as Talos itself writes them: without what does not matter.
fn canonical(yaml: &str) -> Result<Vec<Value>, String> {
    let text = run("schema-1.13", ["canon"], yaml)?;
    let roots = load(&text, &Source::new("canon")).unwrap();
    let mut documents: Vec<Value> = roots.iter().map(ksail::yaml::Node::to_json).collect();
    documents.sort_by_key(|document| format!("{}{}", document["kind"], document["name"]));
    Ok(documents)
}

/// The lines that only one of the two has.
fn difference(theirs: &[Value], ours: &[Value]) -> String {
    let lines = |documents: &[Value]| -> Vec<String> {
        let text: Vec<String> = documents.iter().map(ksail::yaml::to_yaml).collect();
        text.concat().lines().map(str::to_owned).collect()
    };
    let (theirs, ours) = (lines(theirs), lines(ours));
    let mut out = String::new();
    for line in theirs.iter().filter(|line| !ours.contains(line)) {
        writeln!(out, "  theirs: {line}").unwrap();
    }
    for line in ours.iter().filter(|line| !theirs.contains(line)) {
        writeln!(out, "  ours:   {line}").unwrap();
    }
    out
}

/// Runs a program of the peers' folder; the error is what it says.
pub(super) fn run(
    program: &str,
    arguments: impl IntoIterator<Item = impl AsRef<std::ffi::OsStr>>,
    input: &str,
) -> Result<String, String> {
    let program: &Path = &peers().join(program);
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    if output.status.success() {
        Ok(text(output.stdout))
    } else {
        Err(text(output.stderr))
    }
}

#[track_caller]
fn assert_none(problems: &[String], compared: usize) {
    eprintln!("{compared} compared");
    assert!(
        problems.is_empty(),
        "{} differ:\n{}",
        problems.len(),
        problems.join("\n")
    );
}

#[test]
#[ignore = "needs talosctl (testbed/peers.sh)"]
fn patches_do_what_talosctl_does() {
    let bases = Bases::new();
    let cases: Vec<Case> = cases().into_iter().chain(samples::cases()).collect();
    let problems: Vec<String> = cases
        .iter()
        .filter_map(|case| bases.compare(case))
        .collect();
    assert_none(&problems, cases.len());
}

#[test]
#[ignore = "needs talosctl (testbed/peers.sh)"]
fn what_talosctl_refuses_is_refused() {
    let bases = Bases::new();
    let cases = cases();
    let problems = cases.iter().filter_map(|case| bases.compare_verdicts(case));
    assert_none(&problems.collect::<Vec<_>>(), cases.len());
}

/// What ksail makes of all cases, judged by ksail for every version of Talos and by the machinery of that version.
#[test]
#[ignore = "needs talosctl (testbed/peers.sh)"]
fn every_version_judges_alike() {
    let mut problems = Vec::new();
    let mut compared = 0;
    for version in ["1.9", "1.10", "1.11", "1.12", "1.13", "1.14"] {
        let talos = TalosVersion::of_tag(version);
        // The newest form that the pinned talosctl writes is for 1.13.
        let form = if version == "1.14" { "1.13" } else { version };
        let form = format!("--talos-version=v{form}");
        let bases = Bases::with(&[&form, "--kubernetes-version=1.32.0"]);
        let (mut judged, mut input) = (Vec::new(), Vec::new());
        let empty = |name: &str| Case {
            name: name.to_owned(),
            patches: Vec::new(),
        };
        for case in cases()
            .into_iter()
            .chain([empty("base"), empty("base on worker")])
        {
            let Ok(config) = bases.ours_of(&case, talos) else {
                continue;
            };
            let verdict = config
                .validate(case.role(), talos)
                .map_err(|error| error.to_string());
            // Nodes look at images when they run, the machinery does not.
            if !matches!(&verdict, Err(why) if why.contains("no other Kubernetes")) {
                input.push(config.to_yaml().expose().clone());
                judged.push((case, verdict));
            }
        }
        let theirs = run(
            &format!("schema-{version}"),
            ["validate"],
            &input.join("\n====\n"),
        );
        for ((case, ours), theirs) in judged.iter().zip(theirs.unwrap().lines()) {
            compared += 1;
            // A role that is not the one of the node is fine with the machinery.
            let other_role = matches!(ours, Err(why) if why.contains("for this node"));
            if ours.is_ok() != (theirs == "yes") && !other_role && !case.is_stricter() {
                problems.push(format!(
                    "{version}: {}:\n  theirs: {theirs}\n  ours: {}",
                    case.name,
                    said(ours)
                ));
            }
            if case.name.starts_with("base") && theirs != "yes" {
                problems.push(format!("{version}: {} is refused: {theirs}", case.name));
            }
        }
    }
    assert_none(&problems, compared);
}
