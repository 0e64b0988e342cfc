//! `--cpuprofile` on every way out of the program.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use pprof::protos::{Message, Profile};

use crate::support::context::{Context, ksail_snapshot};
use crate::support::engine::Engine;

/// The profile in a file, and its comments.
fn parsed(path: &Path) -> (Profile, Vec<String>) {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(std::fs::read(path).unwrap().as_slice())
        .read_to_end(&mut bytes)
        .unwrap();
    let profile = Profile::decode(bytes.as_slice()).unwrap();
    let text = |at: &i64| profile.string_table[usize::try_from(*at).unwrap()].clone();
    let comments = profile.comment.iter().map(text).collect();
    (profile, comments)
}

#[test]
fn a_profile_is_written_on_success_and_says_what_ran() {
    let context = Context::new().engine(Engine::empty());
    context
        .ksail(["cluster", "list", "--cpuprofile", "cpu.pprof"])
        .expect(0);
    let (_, comments) = parsed(&context.work().join("cpu.pprof"));
    let [command, version, duration] = comments.as_slice() else {
        panic!("three comments expected: {comments:?}");
    };
    assert!(command.starts_with("command: "), "{command}");
    assert!(
        command.ends_with("cluster list --cpuprofile cpu.pprof"),
        "{command}"
    );
    assert_eq!(
        *version,
        format!("version: ksail {}", env!("CARGO_PKG_VERSION"))
    );
    assert!(duration.starts_with("duration: "), "{duration}");
}

/// For each function the samples whose stack it is on, and all samples.
fn carried(profile: &Profile) -> (BTreeMap<&str, i64>, i64) {
    let functions: BTreeMap<u64, &str> = profile
        .function
        .iter()
        .map(|function| {
            let name = usize::try_from(function.name).unwrap();
            (function.id, profile.string_table[name].as_str())
        })
        .collect();
    let locations: BTreeMap<u64, Vec<&str>> = profile
        .location
        .iter()
        .map(|location| {
            let lines = location.line.iter();
            let names = lines.map(|line| functions[&line.function_id]);
            (location.id, names.collect())
        })
        .collect();
    let mut carried = BTreeMap::new();
    let mut all = 0;
    for sample in &profile.sample {
        let stack = sample.location_id.iter().flat_map(|id| &locations[id]);
        for name in stack.copied().collect::<BTreeSet<&str>>() {
            *carried.entry(name).or_default() += sample.value[0];
        }
        all += sample.value[0];
    }
    (carried, all)
}

/// The whole way of a user: thousands of documents in, samples on the functions that do the work out.
#[test]
fn the_profile_of_a_build_names_what_took_the_time() {
    const DOCUMENTS: usize = 3000;
    let documents = |file: usize| {
        let mut text = String::new();
        for number in (file..DOCUMENTS).step_by(20) {
            write!(
                text,
                "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: map-{number}}}\ndata:\n"
            )
            .unwrap();
            for key in 0..20 {
                writeln!(text, "  key-{key}: \"value {key} of {number}\"").unwrap();
            }
        }
        text
    };
    let context = (0..20).fold(Context::new(), |context, file| {
        context.file(&format!("k8s/{file}.yaml"), documents(file))
    });
    let run = context
        .ksail(["workload", "build", "k8s", "--cpuprofile=cpu.pprof"])
        .expect(0);
    assert_eq!(run.stdout.matches("\nkind: ConfigMap\n").count(), DOCUMENTS);

    let (profile, comments) = parsed(&context.work().join("cpu.pprof"));
    let (carried, all) = carried(&profile);
    assert!(all >= 40, "only {all} samples: {comments:?}");
    // A third and less of what was seen, so that neither a busy machine nor a faster parser matters.
    for (function, percent) in [
        ("ksail::workload::build::parse::parse_piece", 10),
        ("ksail::yaml::load::load", 10),
        (
            "ksail::yaml::subset::block::<impl ksail::yaml::subset::reader::Reader>::block",
            8,
        ),
        ("ksail::workload::build::render::render_batch", 3),
        ("ksail::yaml::emit::to_yaml", 3),
    ] {
        let samples = carried.get(function).copied().unwrap_or_default();
        assert!(
            samples * 100 >= all * percent,
            "{function} carries {samples} of {all} samples: {carried:#?}"
        );
    }
    let profiler = carried.keys().find(|name| name.starts_with("pprof::"));
    assert_eq!(profiler, None, "the profiler counts itself");
}

#[test]
fn a_profile_is_written_when_the_command_fails() {
    let engine = Engine::empty().fail("GET /containers/json", 1, 500, "broken");
    let context = Context::new().engine(engine);
    let run = context.ksail(["cluster", "list", "--cpuprofile", "cpu.svg"]);
    assert_ne!(run.code, Some(0), "{}", run.raw());
    assert!(context.read("cpu.svg").contains("<svg"));
}

#[test]
fn a_profile_is_written_when_the_user_interrupts() {
    let engine = Engine::empty().delay("GET /containers/json", Duration::from_secs(30));
    let context = Context::new().engine(engine);
    let running = context.spawn(["cluster", "list", "--cpuprofile", "cpu.pprof"]);
    while context.docker().requests().len() < 2 {
        std::thread::sleep(Duration::from_millis(5));
    }
    // The first asks, the second insists.
    running.interrupt();
    std::thread::sleep(Duration::from_millis(100));
    running.interrupt();
    running.wait().expect(130);
    parsed(&context.work().join("cpu.pprof"));
}

#[test]
fn a_path_that_cannot_be_written_stops_the_program_before_any_work() {
    let context = Context::new().engine(Engine::empty());
    let run = context.ksail(["cluster", "list", "--cpuprofile", "no/such/directory/cpu"]);
    ksail_snapshot!(run, @r"
    exit: 64
    ----- stderr
    error: cannot write the CPU profile
      cause: cannot write `no/such/directory/cpu`
      cause: No such file or directory (os error 2)
    ");
    assert_eq!(context.docker().requests(), Vec::<String>::new());
}
