//! `--trace`: when each step ran, on every way out of the program.

use serde_json::Value;

use crate::cluster::{engine, says};
use crate::support::apiserver::ApiServer;
use crate::support::context::{Context, ksail_snapshot};
use crate::support::engine::Engine;

/// The slices and marks of a trace file, checked for what every such file must be.
struct Trace(Vec<Value>);

impl Trace {
    #[track_caller]
    fn read(context: &Context) -> Self {
        let json: Value = serde_json::from_str(&context.read("trace.json")).unwrap();
        assert_eq!(json["displayTimeUnit"], "ms");
        let version = format!("ksail {}", env!("CARGO_PKG_VERSION"));
        assert_eq!(json["otherData"]["version"], version.as_str());
        let all = json["traceEvents"].as_array().unwrap();
        let (names, entries): (Vec<_>, Vec<_>) =
            all.iter().cloned().partition(|entry| entry["ph"] == "M");
        let begins: Vec<u64> = entries.iter().map(begin).collect();
        assert!(begins.is_sorted(), "{begins:?}");
        let whole = json["otherData"]["duration_us"].as_u64().unwrap();
        for entry in &entries {
            assert!(end(entry) <= whole, "{entry} after {whole}");
            let line = |name: &&Value| name["name"] == "thread_name" && name["tid"] == entry["tid"];
            assert_eq!(names.iter().filter(line).count(), 1, "{entry}");
        }
        let trace = Self(entries);
        assert_eq!(trace.of("command").len(), 1);
        trace.assert_no_overlap();
        trace
    }

    /// Slices of one line lie beside or within each other; steps never within.
    #[track_caller]
    fn assert_no_overlap(&self) {
        let slices = || self.0.iter().filter(|entry| entry["ph"] == "X");
        for (number, one) in slices().enumerate() {
            for two in slices().skip(number + 1) {
                let apart = end(one) <= begin(two);
                let within = end(two) <= end(one) && (one["cat"] != two["cat"]);
                assert!(
                    one["tid"] != two["tid"] || apart || within,
                    "{one} and {two}"
                );
            }
        }
    }

    /// Names of one category, in order.
    fn of(&self, category: &str) -> Vec<&str> {
        let found = self.0.iter().filter(|entry| entry["cat"] == category);
        found.map(|entry| entry["name"].as_str().unwrap()).collect()
    }

    /// The entry of this name.
    #[track_caller]
    fn entry(&self, name: &str) -> &Value {
        let found = self.0.iter().find(|entry| entry["name"] == name);
        found.unwrap_or_else(|| panic!("no `{name}` in {:#?}", self.0))
    }

    #[track_caller]
    fn outcome(&self, step: &str) -> &str {
        self.entry(step)["args"]["outcome"].as_str().unwrap()
    }
}

fn begin(entry: &Value) -> u64 {
    entry["ts"].as_u64().unwrap()
}

fn end(entry: &Value) -> u64 {
    begin(entry) + entry["dur"].as_u64().unwrap_or_default()
}

const CREATED: [&str; 4] = [
    "create container kind-control-plane",
    "read the node image of kind-control-plane",
    "upload configuration to kind-control-plane",
    "start kind-control-plane",
];

#[test]
fn a_creation_that_fails_is_traced_to_its_end() {
    let script = says(&[
        "ksail-bootstrap: setting up the control plane with kubeadm",
        "ksail-bootstrap: failed: kubeadm init",
    ]);
    let context = Context::new().engine(engine().script("kind-control-plane", script));
    let run = context
        .ksail(["cluster", "create", "--trace=trace.json"])
        .expect(1);
    let trace = Trace::read(&context);
    let mut before = 0;
    for step in CREATED {
        assert_eq!(trace.outcome(step), "done", "{}", run.raw());
        assert!(begin(trace.entry(step)) >= before, "{step} came too early");
        before = end(trace.entry(step));
    }
    let setup = trace.entry("set up kind-control-plane");
    assert_eq!(setup["args"]["outcome"], "failed");
    assert_eq!(trace.outcome("remove container kind-control-plane"), "done");
    let waiting = trace.entry("setting up the control plane with kubeadm");
    assert_eq!(
        (&waiting["cat"], &waiting["tid"]),
        (&"waiting".into(), &setup["tid"])
    );
    let note = trace.entry("what had been created was removed; `--retain` keeps it");
    assert_eq!((&note["ph"], &note["cat"]), (&"i".into(), &"note".into()));
}

#[test]
fn an_interrupted_creation_is_traced() {
    let context = Context::new().engine(engine());
    let running = context.spawn(["cluster", "create", "--trace", "trace.json"]);
    running.await_stderr("✔ start kind-control-plane");
    running.interrupt();
    running.wait().expect(130);
    let trace = Trace::read(&context);
    assert_eq!(trace.outcome("set up kind-control-plane"), "cancelled");
    assert_eq!(trace.outcome("remove container kind-control-plane"), "done");
}

#[test]
fn what_a_forced_exit_leaves_open_is_said_to_be_so() {
    let engine = engine().delay("/start", std::time::Duration::from_secs(30));
    let context = Context::new().engine(engine);
    let running = context.spawn(["cluster", "create", "--trace=trace.json"]);
    running.await_stderr("✔ upload configuration to kind-control-plane");
    // The first asks, the second insists.
    running.interrupt();
    std::thread::sleep(std::time::Duration::from_millis(200));
    running.interrupt();
    running.wait().expect(130);
    let trace = Trace::read(&context);
    assert_eq!(trace.outcome("start kind-control-plane"), "unfinished");
}

#[test]
fn a_deletion_is_traced() {
    let node = crate::cluster::node("dev", "control-plane");
    let context = Context::new().engine(engine().container("dev-control-plane", node, true));
    context
        .ksail(["cluster", "delete", "-n=dev", "--yes", "--trace=trace.json"])
        .expect(0);
    let trace = Trace::read(&context);
    assert_eq!(trace.outcome("remove container dev-control-plane"), "done");
    let said = trace.of("command")[0];
    assert!(
        said.ends_with("cluster delete -n=dev --yes --trace=trace.json"),
        "{said}"
    );
}

#[test]
fn an_application_is_traced_by_stages_and_waves() {
    let manifests = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n\
                     apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop}\n";
    let server = ApiServer::start();
    let context = Context::new().file("k8s.yaml", manifests);
    server.kubeconfig(&context.work());
    let line =
        "workload apply -f k8s.yaml --context fake --kubeconfig kubeconfig --trace trace.json";
    context.ksail(line.split(' ')).expect(0);
    let trace = Trace::read(&context);
    assert_eq!(trace.of("stage"), ["read", "parse", "expand", "order"]);
    let steps = trace.of("step");
    let [first, .., last] = steps.as_slice() else {
        panic!("{steps:?}");
    };
    assert!(first.starts_with("apply "), "{steps:?}");
    assert_eq!(*last, "wait until ready");
    assert!(steps.iter().all(|step| trace.outcome(step) == "done"));
}

#[test]
fn a_build_is_traced_by_its_stages_also_when_it_fails() {
    let good = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    let context = Context::new()
        .file("good.yaml", good)
        .file("bad.yaml", "a: [\n");
    let build = |file: &str, code| {
        let run = context.ksail(["workload", "build", file, "--trace=trace.json", "--timings"]);
        (run.expect(code), Trace::read(&context))
    };
    let (run, trace) = build("good.yaml", 0);
    let stages = ["read", "parse", "expand", "order", "render"];
    assert_eq!(trace.of("stage"), stages);
    assert!(
        stages.iter().all(|stage| run.stderr.contains(stage)),
        "{}",
        run.raw()
    );
    let (_, trace) = build("bad.yaml", 64);
    assert_eq!(trace.of("stage"), ["read", "parse"]);
}

#[test]
fn a_path_that_cannot_be_written_stops_the_program_before_any_work() {
    let context = Context::new().engine(Engine::empty());
    let run = context.ksail(["cluster", "list", "--trace", "no/such/directory/trace"]);
    ksail_snapshot!(run, @r"
    exit: 64
    ----- stderr
    error: cannot write the trace
      cause: cannot write `no/such/directory/trace`
      cause: No such file or directory (os error 2)
    ");
    assert_eq!(context.docker().requests(), Vec::<String>::new());
}
