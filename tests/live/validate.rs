//! `ksail workload validate` says of broken manifests what the API server says.

mod cases;
mod server;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::support::docker;
use crate::support::shared::Tenant;
use crate::support::world::World;
use cases::{Case, broken};
use server::{Answer, Server, Verb};

/// What is reported on purpose although the server takes it in every way: kind, rule, and why.
const STRICTER: [(&str, &str, &str); 1] = [(
    "LimitRange",
    "required",
    "the server makes up a name on creation; there is none to apply",
)];

#[test]
#[ignore = "needs docker (make testbed)"]
fn verdicts_are_those_of_the_server() {
    let tenant = Tenant::claim("live-validate");
    let world = &tenant.world;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/validate");
    let definition = std::fs::read_to_string(folder.join("custom.yaml")).unwrap();
    let (definition, _) = definition.split_once("\n---\n").unwrap();
    world.file("definition.yaml", definition);
    world.kubectl(["apply", "-f", "definition.yaml"]).expect(0);
    world.kubectl_eventually(&["get", "things.valid.example.com"]);

    let folder = folder.display().to_string();
    world.ksail(["workload", "validate", &folder]).expect(0);
    let strict = [
        "apply",
        "--dry-run=server",
        "--validate=strict",
        "-f",
        &folder,
    ];
    world.kubectl(strict).expect(0);

    manifests_of_the_node_image_are_valid(world);

    let objects = objects(Path::new(&folder));
    let cases: Vec<Case> = objects.iter().flat_map(broken).collect();
    let ours = verdicts(world, definition, &cases);
    let server = Server::of(&world.kubeconfig(), &objects);
    compare(&cases, &ours, &server);
    world.kubectl(["delete", "-f", "definition.yaml"]).expect(0);
}

/// Those that Kind itself applies to every cluster.
fn manifests_of_the_node_image_are_valid(world: &World) {
    for name in ["default-cni.yaml", "default-storage.yaml"] {
        let path = format!("/kind/manifests/{name}");
        let text = docker(["exec", "live-shared-control-plane", "cat", &path])
            .expect(0)
            .stdout;
        // The one value that Kind fills in.
        world.file(name, &text.replace("{{ .PodSubnet }}", "10.244.0.0/16"));
        world.ksail(["workload", "validate", name]).expect(0);
    }
}

/// All objects of the folder.
fn objects(folder: &Path) -> Vec<Value> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let texts = files
        .iter()
        .filter(|file| file.extension().is_some_and(|ending| ending == "yaml"));
    let texts = texts.map(|file| std::fs::read_to_string(file).unwrap());
    let roots = texts
        .flat_map(|text| ksail::yaml::load(&text, &ksail::yaml::Source::new("testdata")).unwrap());
    roots.map(|root| root.to_json()).collect()
}

/// The rules that each case breaks, as `validate` has it. Every case is a line of its own.
fn verdicts(world: &World, definition: &str, cases: &[Case]) -> Vec<BTreeSet<String>> {
    let mut found = vec![BTreeSet::new(); cases.len()];
    // A broken definition must not take part in judging others.
    for definitions in [false, true] {
        let chosen = cases
            .iter()
            .enumerate()
            .filter(|(_, case)| (case.object["kind"] == "CustomResourceDefinition") == definitions);
        let mut text = String::new();
        let mut lines = BTreeMap::new();
        for (index, case) in chosen {
            lines.insert(2 * lines.len() + 2, index);
            text.extend(["---\n", &case.object.to_string(), "\n"]);
        }
        if !definitions {
            text.extend(["---\n", definition]);
        }
        world.file("cases.yaml", &text);
        let report = world
            .ksail(["workload", "validate", "cases.yaml", "--output=json"])
            .expect(1)
            .json();
        for finding in report["findings"].as_array().unwrap() {
            let line = usize::try_from(finding["line"].as_u64().unwrap()).unwrap();
            // All cases of an object have its name.
            let repeated = finding["rule"] == "duplicate" && finding["path"] == "";
            if !repeated && let Some(index) = lines.get(&line) {
                found[*index].insert(finding["rule"].as_str().unwrap().to_owned());
            }
        }
    }
    found
}

/// Fails if the verdicts differ where they must not, and prints how many agree.
fn compare(cases: &[Case], ours: &[BTreeSet<String>], server: &Server) {
    let theirs = server.answers(cases, Verb::Create);
    let only_ours = |index: &usize| !ours[*index].is_empty() && theirs[*index].code < 300;
    let doubtful: Vec<usize> = (0..cases.len()).filter(only_ours).collect();
    // Two items with the same key, for example, matter only to server-side apply.
    let applied = server.answers(doubtful.iter().map(|index| &cases[*index]), Verb::Apply);
    let applied: BTreeMap<usize, Answer> = doubtful.into_iter().zip(applied).collect();

    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (index, (case, rules)) in cases.iter().zip(ours).enumerate() {
        let answer = &theirs[index];
        let stricter = STRICTER
            .iter()
            .any(|(kind, rule, _)| case.object["kind"] == *kind && rules.iter().eq([*rule]));
        let word = match (rules.is_empty(), answer.code) {
            (true, 200..300) => "both accept",
            (false, 400 | 422) => "both refuse",
            (false, 200..300) if applied[&index].code >= 400 => "refused only by server-side apply",
            (false, 200..300) if stricter => "stricter on purpose",
            (true, 422) => "refused by rules of the kind",
            // Before it validates a binding, the server looks at the role, and fails.
            _ if answer
                .message
                .starts_with("unsupported role reference kind") =>
            {
                "refused by rules of the kind"
            }
            // The name of an object that exists, a namespace that does not, what admission keeps for itself.
            (_, 403 | 404 | 409) => "not judged by the server",
            _ => {
                wrong.push(format!(
                    "{case}\n  here: {rules:?}\n  server: {} {}",
                    answer.code, answer.message
                ));
                continue;
            }
        };
        *counts.entry(word).or_default() += 1;
    }
    eprintln!("{} cases: {counts:#?}", cases.len());
    assert!(
        wrong.is_empty(),
        "{} differ\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(
        counts["both refuse"] > 10_000 && counts["both accept"] > 1_000,
        "{counts:?}"
    );
}
