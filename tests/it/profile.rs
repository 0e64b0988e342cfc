//! `--cpuprofile` on every way out of the program.

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
