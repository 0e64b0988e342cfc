//! `workload status`: what is said of objects, and what it costs.

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::*;

const WEB: &str = "/apis/apps/v1/namespaces/default/deployments/web";

async fn applied(manifests: &str) -> World {
    let world = World::new(ApiServer::start()).file("k8s/a.yaml", manifests);
    let run = world.apply(&[]).await;
    assert_eq!(run.error(), "");
    world.server.forget();
    world
}

#[tokio::test]
async fn a_table_says_what_exists_and_what_works() {
    let manifests = format!(
        "{}{}{}",
        deployment("web"),
        deployment("api"),
        config_map("c")
    );
    let world = applied(&manifests).await;
    world.server.update(WEB, |object| {
        object["status"]["availableReplicas"] = 1.into();
        object["metadata"]["creationTimestamp"] = "2999-01-01T00:00:00Z".into();
    });
    world
        .server
        .remove("/apis/apps/v1/namespaces/default/deployments/api");
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "web-1", "labels": { "app": "web" } },
        "status": { "phase": "Pending", "containerStatuses": [{ "name": "web", "state": { "waiting": { "reason": "ErrImagePull" } } }] }
    });
    world
        .server
        .store("/api/v1/namespaces/default/pods/web-1", pod);
    let run = world.run("status", &[], b"").await;
    insta::assert_snapshot!(run.stdout, @"
    NAMESPACE  NAME                 STATUS    AGE  REASON
    default    configmap/c          Ready
    default    deployment.apps/web  NotReady  0s   1 of 2 replicas available; pod: container `web`: ErrImagePull
    default    deployment.apps/api  Missing
    ");
    assert_eq!(run.exit, Exit::Done);
    let run = world.run("status", &["--exit-code"], b"").await;
    assert_eq!(run.exit, Exit::Drift);
}

#[tokio::test]
async fn few_objects_are_read_and_many_are_listed() {
    let many: String = (0..10).map(|i| config_map(&format!("c{i}"))).collect();
    let world = applied(&format!("{many}{}", deployment("web"))).await;
    let run = world
        .run("status", &["-o", "name", "--exit-code"], b"")
        .await;
    assert_eq!(run.exit, Exit::Done);
    assert_eq!(run.stdout.lines().count(), 11);
    // Discovery, one list, one object.
    let calls = world.server.calls();
    assert_eq!(calls.len(), 4, "{calls:#?}");
    assert_eq!(
        world
            .server
            .count("GET /api/v1/namespaces/default/configmaps?limit=500"),
        1
    );
    assert_eq!(world.server.count(&format!("GET {WEB}")), 1);
}

#[tokio::test]
async fn whoever_may_not_list_still_reads() {
    let many: String = (0..3).map(|i| config_map(&format!("c{i}"))).collect();
    let server = ApiServer::start().fault(
        "configmaps?limit=500",
        1,
        Effect::Refuse(403, "Forbidden", "no lists"),
    );
    let world = World::new(server).file("k8s/a.yaml", &many);
    let run = world.run("status", &["-o", "json"], b"").await;
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    let states: Vec<&Value> = document["objects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["status"])
        .collect();
    assert_eq!(states, ["Missing", "Missing", "Missing"]);
    assert_eq!(
        world
            .server
            .count("GET /api/v1/namespaces/default/configmaps/"),
        3
    );
}

#[tokio::test]
async fn kinds_and_claims_have_their_words() {
    let claim = "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {storageClassName: standard}\n";
    let world = applied(claim).await;
    let world = world.file("k8s/b.yaml", &thing("x"));
    let run = world.run("status", &["-o", "yaml"], b"").await;
    insta::assert_snapshot!(run.stdout, @"
    objects:
    - apiVersion: v1
      kind: PersistentVolumeClaim
      namespace: default
      name: data
      origin: k8s/a.yaml:2
      status: Ready
      reason: its volume is made when the first pod uses it (WaitForFirstConsumer)
    - apiVersion: x.io/v1
      kind: Thing
      namespace: null
      name: x
      origin: k8s/b.yaml:2
      status: Unknown
      reason: no matches for kind `Thing` in version `x.io/v1`
    ");
}

/// Output that can be read while it is written.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Shared {
    async fn lines(&self, number: usize) -> Vec<Value> {
        loop {
            let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
            if text.lines().count() >= number {
                return text
                    .lines()
                    .map(|line| serde_json::from_str(line).unwrap())
                    .collect();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test]
async fn changes_are_followed() {
    let world = applied(&format!("{}{}", deployment("web"), deployment("api"))).await;
    let cli = Cli::try_parse_from(["ksail", "status", "--watch", "-o", "json"]).unwrap();
    let Workload::Status(args) = cli.command else {
        unreachable!()
    };
    let (events, _receiver) = Events::channel();
    let (shown, mut stdin) = (Shared::default(), &b""[..]);
    let mut stdout = shown.clone();
    let mut context = WorkloadContext {
        stdin: &mut stdin,
        stdout: &mut stdout,
        events: &events,
        env: &world.env,
        cwd: world.path(),
        project: Project {
            source_directory: Some("k8s".into()),
            kustomization: None,
            context: Some("fake".into()),
            applyset: None,
            kubeconfig: Some(world.path().join("kubeconfig")),
        },
        cancel: CancellationToken::new(),
        consent: Consent {
            given: false,
            interactive: false,
        },
    };
    let look = async {
        let first = shown.lines(2).await;
        assert_eq!(first[0]["status"], "Ready");
        while world.server.count("watch=true") == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        world
            .server
            .update(WEB, |object| object["status"]["readyReplicas"] = 1.into());
        // A change that changes nothing of the status is not told.
        world.server.update(WEB, |object| {
            object["metadata"]["labels"] = json!({ "a": "b" });
        });
        assert_eq!(shown.lines(3).await[2]["reason"], "1 of 2 replicas ready");
        world.server.remove(WEB);
        let all = shown.lines(4).await;
        assert_eq!((&all[3]["status"], all.len()), (&json!("Missing"), 4));
    };
    tokio::select! {
        ended = workload_status::run(&args, &mut context) => panic!("it ended: {ended:?}"),
        done = tokio::time::timeout(Duration::from_secs(30), look) => done.unwrap(),
    }
    assert_eq!(world.server.count("watch=true"), 1);
}
