//! One cluster of a `k3d.yaml` with many fields, each looked for where it should show.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::{free_port, inspect, usable};
use crate::support::cluster::Cluster;
use crate::support::world::World;
use crate::support::{ECHO, docker, eventually, k3s_image};

const NAME: &str = "live-k3s";
const CONFIG: &str = include_str!("every-field.yaml");
const SERVER: &str = "k3d-live-k3s-server-0";
const AGENT: &str = "k3d-live-k3s-agent-0";
const BALANCER: &str = "k3d-live-k3s-serverlb";
const PATIENCE: Duration = Duration::from_mins(1);
const TOKEN: &str = "live-open-sesame";

struct Ports {
    api: u16,
    proxy: u16,
    direct: u16,
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn every_field_takes_effect() {
    let cluster = Cluster::claim_k3s(NAME);
    let world = World::new();
    let ports = Ports {
        api: free_port(),
        proxy: free_port(),
        direct: free_port(),
    };
    docker(["save", "--output", &world.file("echo.tar", ""), ECHO]).expect(0);
    world.file("note.txt", "from a path\n");
    let filled = [
        ("IMAGE", k3s_image()),
        ("API", ports.api.to_string()),
        ("PROXY", ports.proxy.to_string()),
        ("DIRECT", ports.direct.to_string()),
    ];
    let config = filled.iter().fold(CONFIG.to_owned(), |text, (key, value)| {
        text.replace(&format!("@{key}@"), value)
    });
    // Nothing but the file says what to create: not even the distribution.
    world.file("k3d.yaml", &config);
    let created = world.ksail(["cluster", "create", "--yes"]).expect(0);
    eprintln!("create 1+1 with load balancer: {:.1?}", created.took);

    let context = world.kubectl(["config", "current-context"]);
    assert_eq!(context.stdout.trim(), "", "nobody asked to switch");
    world
        .kubectl(["config", "use-context", "k3d-live-k3s"])
        .expect(0);
    first_pod(&world);
    usable(&world, 2);
    containers(&ports);
    nodes(&world, &ports);
    files(&world);
    published(&world, &ports);
    names(&world);
    demo(&world);
    k3d_knows(&world, &ports);
    world.k3d(["cluster", "delete", NAME]).expect(0);
    cluster.assert_gone();
    let contexts = world
        .kubectl(["config", "get-contexts", "--output=name"])
        .expect(0);
    assert_eq!(contexts.stdout, "");
    docker(["volume", "rm", "live-k3s-scratch"]).expect(0);
}

/// A pod created at once, with no controller to create another one, starts at the first try.
fn first_pod(world: &World) {
    let run = [
        "run",
        "first",
        "--restart=Never",
        "--image-pull-policy=Never",
        "--image",
        ECHO,
    ];
    world.kubectl(run).expect(0);
    let ready = [
        "wait",
        "pod",
        "first",
        "--for=condition=Ready",
        "--timeout=60s",
    ];
    let ready = world.kubectl(ready).expect(0);
    eprintln!("the first pod is Ready after {:.1?}", ready.took);
    let events = world.items(&["events", "--field-selector=involvedObject.name=first"]);
    assert!(!events.is_empty());
    let failed: Vec<&Value> = events
        .iter()
        .filter(|event| event["type"] != "Normal")
        .collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

/// What the Engine says of the containers.
fn containers(ports: &Ports) {
    let [server, agent, balancer] = [SERVER, AGENT, BALANCER].map(inspect);
    for (container, address, role) in [
        (&server, 2, "server"),
        (&agent, 3, "agent"),
        (&balancer, 4, "loadbalancer"),
    ] {
        let name = &container["Name"];
        assert_eq!(
            container["NetworkSettings"]["Networks"]["k3d-live-k3s"]["IPAddress"],
            format!("10.199.77.{address}"),
            "{name}"
        );
        assert_eq!(container["Config"]["Labels"]["k3d.role"], role);
        assert_eq!(container["Config"]["Labels"]["k3d.cluster.token"], TOKEN);
        let env = container["Config"]["Env"].as_array().unwrap();
        assert!(env.contains(&"LIVE_K3S=yes".into()), "{name}: {env:?}");
        let limits = &container["HostConfig"]["Ulimits"][0];
        assert_eq!(
            (&limits["Name"], &limits["Soft"], &limits["Hard"]),
            (&"nofile".into(), &12345.into(), &12345.into()),
            "{name}"
        );
        let labelled = container["Config"]["Labels"]["live"] == "yes";
        assert_eq!(labelled, role != "server", "{name}");
        assert_eq!(
            container["HostConfig"]["Privileged"],
            role != "loadbalancer",
            "{name}"
        );
    }
    let bound = |container: &Value, port: &str| {
        let binding = &container["NetworkSettings"]["Ports"][port][0];
        let text = |key: &str| binding[key].as_str().unwrap_or_default().to_owned();
        format!("{}:{}", text("HostIp"), text("HostPort"))
    };
    assert_eq!(
        bound(&balancer, "6443/tcp"),
        format!("127.0.0.1:{}", ports.api)
    );
    assert_eq!(
        bound(&balancer, "30080/tcp"),
        format!("127.0.0.1:{}", ports.proxy)
    );
    assert_eq!(
        bound(&agent, "30080/tcp"),
        format!("127.0.0.1:{}", ports.direct)
    );
    assert_eq!(server["HostConfig"]["Memory"], 3u64 << 30);
    assert_eq!(agent["HostConfig"]["Memory"], 1u64 << 30);
    let limits = docker(["exec", AGENT, "cat", "/proc/1/limits"])
        .expect(0)
        .stdout;
    let files = limits
        .lines()
        .find(|line| line.starts_with("Max open files"))
        .unwrap_or_default();
    assert!(files.contains("12345"), "{limits}");
    let nginx = docker([
        "exec",
        BALANCER,
        "sh",
        "-c",
        "cat /proc/1/cmdline /proc/[0-9]*/cmdline | tr '\\0' ' '; cat /etc/ksail/nginx.conf",
    ])
    .expect(0)
    .stdout;
    for part in [
        "nginx -c /etc/ksail/nginx.conf",
        "worker_connections 2048;",
        "proxy_timeout 900;",
    ] {
        assert!(nginx.contains(part), "{part}\n{nginx}");
    }
}

/// What Kubernetes says of the nodes.
fn nodes(world: &World, ports: &Ports) {
    let config = world
        .kubectl([
            "config",
            "view",
            "--minify",
            "--output=jsonpath={.clusters[0].cluster.server}",
        ])
        .expect(0);
    assert_eq!(config.stdout, format!("https://localhost:{}", ports.api));
    let capacity = |node: &str| {
        let found = world.items(&["node", node]);
        let capacity = &found[0]["status"]["capacity"];
        (
            capacity["pods"].as_str().unwrap().to_owned(),
            capacity["memory"].as_str().unwrap().to_owned(),
        )
    };
    let expected = |pods: &str, memory: &str| (pods.to_owned(), memory.to_owned());
    assert_eq!(capacity(SERVER), expected("110", "3Gi"));
    assert_eq!(capacity(AGENT), expected("77", "1Gi"));
    let labelled = world
        .kubectl([
            "get",
            "nodes",
            "--selector=example.org/pool=demo",
            "--output=name",
        ])
        .expect(0);
    assert_eq!(labelled.stdout.trim(), format!("node/{AGENT}"));
    let token = docker(["exec", SERVER, "cat", "/var/lib/rancher/k3s/server/token"]).expect(0);
    assert!(
        token.stdout.trim().ends_with(&format!("::server:{TOKEN}")),
        "{}",
        token.raw()
    );
    for addon in ["traefik", "metrics-server"] {
        let found = world.kubectl(["get", "deployment", addon, "--namespace=kube-system"]);
        assert_ne!(found.code, Some(0), "{}", found.raw());
    }
}

/// Files and volumes are where they belong, and K3s read what it should.
fn files(world: &World) {
    world.kubectl_eventually(&["get", "namespace", "from-a-file"]);
    for (node, has) in [(SERVER, false), (AGENT, true)] {
        let note = docker(["exec", node, "cat", "/etc/note.txt"]);
        assert_eq!(note.stdout == "from a path\n", has, "{}", note.raw());
        let scratch = docker(["exec", node, "grep", " /scratch ", "/proc/mounts"]);
        assert_eq!(scratch.code == Some(0), has, "{}", scratch.raw());
        let registries =
            docker(["exec", node, "cat", "/etc/rancher/k3s/registries.yaml"]).expect(0);
        assert!(
            registries.stdout.contains("live-k3s.example"),
            "{}",
            registries.raw()
        );
        docker([
            "exec",
            node,
            "test",
            "-e",
            "/var/lib/rancher/k3s/agent/etc/containerd/certs.d/live-k3s.example",
        ])
        .expect(0);
        docker([
            "exec",
            node,
            "crictl",
            "inspecti",
            &format!("docker.io/{ECHO}"),
        ])
        .expect(0);
    }
}

const WEB: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  nodeSelector: {example.org/pool: demo}
  containers: [{name: echo, image: ksail-testbed/echo:v1, imagePullPolicy: Never}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: NodePort
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080, nodePort: 30080}]
";

/// A service answers through the load balancer and through the node.
fn published(world: &World, ports: &Ports) {
    let manifest = world.file("web.yaml", WEB);
    world.kubectl(["apply", "--filename", &manifest]).expect(0);
    world
        .kubectl([
            "wait",
            "pod",
            "web",
            "--for=condition=Ready",
            "--timeout=60s",
        ])
        .expect(0);
    for port in [ports.proxy, ports.direct] {
        answers(port);
    }
}

/// The service answers at this port of the host.
#[track_caller]
fn answers(port: u16) {
    let answer = eventually(PATIENCE, || {
        let answer = get(port).map_err(|error| error.to_string())?;
        if answer.contains("200 OK") {
            Ok(answer)
        } else {
            Err(answer)
        }
    });
    assert!(answer.contains("/through-the-port"), "{answer}");
}

fn get(port: u16) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(3)))?;
    stream.write_all(b"GET /through-the-port HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

/// In a pod, the host and the aliases have names, and the host can be reached.
fn names(world: &World) {
    let resolve = |name: &str| {
        world
            .kubectl_eventually(&["exec", "first", "--", "echo", "resolve", name])
            .stdout
    };
    assert_eq!(resolve("alias.live-k3s.example").trim(), "10.11.12.13");
    assert_eq!(resolve("host.k3d.internal").trim(), "10.199.77.1");
    assert_eq!(resolve(AGENT).trim(), "10.199.77.3");
    resolve("web");
    let listener = TcpListener::bind("0.0.0.0:0").unwrap();
    let url = format!(
        "http://host.k3d.internal:{}/",
        listener.local_addr().unwrap().port()
    );
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut request = [0; 1024];
            drop(stream.read(&mut request));
            drop(stream.write_all(b"HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\nfrom host"));
        }
    });
    let answer = world
        .kubectl(["exec", "first", "--", "echo", "get", &url])
        .expect(0);
    assert!(answer.stdout.contains("from host"), "{}", answer.raw());
    for node in [SERVER, AGENT] {
        let hosts = docker(["exec", node, "cat", "/etc/hosts"]).expect(0).stdout;
        for name in ["alias.live-k3s.example", "host.k3d.internal"] {
            assert!(hosts.contains(name), "{hosts}");
        }
    }
}

/// The demo project, encrypted files included, is applied as it is.
fn demo(world: &World) {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/demo");
    let key = std::fs::read_to_string(demo.join("age.key")).unwrap();
    world.file("../home/.config/sops/age/keys.txt", &key);
    let folder = demo.join("k8s").display().to_string();
    let applied = world
        .ksail(["workload", "apply", &folder, "--context=k3d-live-k3s"])
        .expect(0);
    eprintln!("apply of the demo: {:.1?}", applied.took);
    let answer = world
        .kubectl(["logs", "job/reader", "--namespace=demo"])
        .expect(0);
    assert!(
        answer.stdout.contains("/from-an-encrypted-configmap/"),
        "{}",
        answer.raw()
    );
}

/// Stock k3d takes the cluster for one of its own.
fn k3d_knows(world: &World, ports: &Ports) {
    let listed = world
        .k3d(["cluster", "list", "--no-headers", NAME])
        .expect(0);
    let words: Vec<&str> = listed.stdout.split_whitespace().collect();
    assert_eq!(words, [NAME, "1/1", "1/1", "true"]);
    let nodes = world.k3d(["node", "list", "--no-headers"]).expect(0).stdout;
    for node in [SERVER, AGENT, BALANCER] {
        assert!(nodes.contains(node), "{nodes}");
    }
    let theirs = world.k3d(["kubeconfig", "get", NAME]).expect(0);
    let path = world.file("theirs", &theirs.stdout);
    world
        .kubectl(["--kubeconfig", &path, "get", "--raw=/readyz"])
        .expect(0);
    world.k3d(["cluster", "stop", NAME]).expect(0);
    let listed = world
        .ksail(["cluster", "list", "--output=json"])
        .expect(0)
        .json();
    let found = listed
        .as_array()
        .unwrap()
        .iter()
        .find(|found| found["name"] == NAME);
    assert_eq!(
        found.map(|found| &found["status"]),
        Some(&"Stopped".into()),
        "{listed:#}"
    );
    let started = world
        .k3d(["cluster", "start", NAME, "--timeout=120s"])
        .expect(0);
    eprintln!("k3d cluster start: {:.1?}", started.took);
    world.await_nodes(2);
    for port in [ports.proxy, ports.direct] {
        answers(port);
    }
    // Neither tool is surprised by the other: what k3d started needs nothing more.
    let again = world.ksail(["cluster", "create", "--yes"]).expect(0);
    eprintln!("create after k3d's start: {:.1?}", again.took);
    world
        .ksail(["cluster", "info", "--distribution=K3s", "--name", NAME])
        .expect(0);
}
