//! Our client and a real node, with secrets of ours: from the first connection to a node that is ready.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ksail::cluster::talos::{Bundle, from_control_plane_config};
use ksail::pem;
use ksail::secret::Secret;
use ksail::talos::watch::{self, Sight};
use ksail::talos::{Client, Code, Credentials, Error, Mode, Outcome};
use ksail::yaml::Source;
use time::OffsetDateTime;

use super::formats::{bundle, gen_config};
use super::patch;
use crate::support::docker;
use crate::support::world::World;

const IMAGE: &str = "ghcr.io/siderolabs/talos:v1.13.9";
const NAME: &str = "live-talos-api";
const SUBNET: &str = "10.191.7.0/24";
const NODE: &str = "10.191.7.2";
/// A busy machine takes this long for a node of Kubernetes.
const PATIENCE: Duration = Duration::from_mins(5);

/// A control plane without anything around it; gone when dropped.
struct Machine {
    endpoint: String,
}

impl Machine {
    fn start(config: Option<&str>) -> Self {
        remove();
        docker(["network", "create", "--subnet", SUBNET, NAME]).expect(0);
        let userdata = config.map(|config| format!("USERDATA={}", STANDARD.encode(config)));
        let mut run: Vec<&str> = vec!["run", "-d", "--name", NAME, "--hostname", NAME];
        run.extend(["--network", NAME, "--ip", NODE, "-p", "127.0.0.1::50000"]);
        run.extend([
            "--privileged",
            "--security-opt",
            "seccomp=unconfined",
            "--read-only",
        ]);
        run.extend(["-e", "PLATFORM=container", "-e", "TALOSSKU=2CPU-2048RAM"]);
        if let Some(userdata) = &userdata {
            run.extend(["-e", userdata]);
        }
        for path in ["/run", "/system", "/tmp"] {
            run.extend(["--mount", path_of(&format!("type=tmpfs,dst={path}"))]);
        }
        for path in [
            "/var",
            "/system/state",
            "/etc/cni",
            "/etc/kubernetes",
            "/usr/libexec/kubernetes",
            "/opt",
        ] {
            run.extend(["--mount", path_of(&format!("type=volume,dst={path}"))]);
        }
        run.push(IMAGE);
        docker(run).expect(0);
        let shown = docker(["port", NAME, "50000/tcp"]).expect(0);
        let endpoint = format!("https://{}", shown.stdout.lines().next().unwrap());
        Self { endpoint }
    }
}

/// Lives as long as the test.
fn path_of(text: &str) -> &'static str {
    String::leak(text.to_owned())
}

impl Drop for Machine {
    fn drop(&mut self) {
        remove();
    }
}

fn remove() {
    docker(["rm", "-fv", NAME]);
    docker(["network", "rm", NAME]);
}

fn credentials(secrets: &Bundle) -> Credentials {
    let admin = secrets
        .talos_administrator(OffsetDateTime::now_utc())
        .unwrap();
    Credentials {
        authority: secrets.os.certificate.clone(),
        certificate: admin.certificate,
        key: admin.key,
    }
}

#[tokio::test]
#[ignore = "needs docker (make testbed)"]
async fn a_node_is_brought_up_and_asked_about_everything() {
    let world = World::new();
    let secrets = bundle();
    let sans = "--additional-sans=127.0.0.1";
    let config = gen_config(&world, &secrets, "node", &[sans, &patch(&world, &["fast"])]);
    let config = config.replace("https://10.5.0.2:6443", &format!("https://{NODE}:6443"));
    let machine = Machine::start(Some(&config));
    let endpoint = machine.endpoint.as_str();
    let client = Client::connect_lazy(endpoint, &credentials(&secrets)).unwrap();
    bootstrap(&client).await;
    strangers(endpoint, &secrets).await;
    ready(&client).await;
    // Not earlier: until etcd has written something, a second time is as good as the first.
    assert_eq!(client.bootstrap(NODE).await.unwrap(), Outcome::Already);
    questions(&client, &secrets).await;
    talosctl(&world, endpoint, &secrets);
}

#[tokio::test]
#[ignore = "needs docker (make testbed)"]
async fn a_node_without_configuration_takes_ours() {
    let world = World::new();
    let secrets = bundle();
    let sans = "--additional-sans=127.0.0.1";
    let config = gen_config(&world, &secrets, "node", &[sans, &patch(&world, &["fast"])]);
    let machine = Machine::start(None);
    let maintenance = Client::maintenance(&machine.endpoint).unwrap();
    let begun = Instant::now();
    let applied = loop {
        let apply = maintenance.apply_configuration(NODE, config.as_bytes(), Mode::Auto, false);
        match apply.await {
            Ok(applied) => break applied,
            Err(error) => assert!(error.is_transient(), "{error:?}"),
        }
        assert!(begun.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    eprintln!("{applied:?} after {:?}", begun.elapsed());
    let client = Client::connect_lazy(&machine.endpoint, &credentials(&secrets)).unwrap();
    loop {
        match client.version(NODE).await {
            Ok(version) => return assert_eq!(version.tag, "v1.13.9"),
            // Until it has a certificate of ours it still shows its own.
            Err(error) => eprintln!("{error}"),
        }
        assert!(begun.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// From the start of the container on, whatever the node says meanwhile.
async fn bootstrap(client: &Client) {
    let begun = Instant::now();
    let mut said: Vec<String> = Vec::new();
    loop {
        match client.bootstrap(NODE).await {
            Ok(outcome) => {
                assert_eq!(outcome, Outcome::Done);
                eprintln!("bootstrapped after {:?}: {said:#?}", begun.elapsed());
                return;
            }
            Err(error) => {
                assert!(error.is_transient(), "{error:?}");
                let text = error.to_string();
                if said.last() != Some(&text) {
                    said.push(text);
                }
            }
        }
        assert!(begun.elapsed() < PATIENCE, "{said:#?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Certificates that do not belong are told from lost connections, every time.
async fn strangers(endpoint: &str, secrets: &Bundle) {
    let right = credentials(secrets);
    let of_others = credentials(&bundle());
    let not_believed = Credentials {
        authority: of_others.authority.clone(),
        ..right.clone()
    };
    let unknown = Credentials {
        authority: right.authority.clone(),
        ..of_others
    };
    let of_wrong_use = of_wrong_use(&right, secrets);
    for wrong in [not_believed, unknown, of_wrong_use] {
        for _ in 0..5 {
            let client = Client::connect_lazy(endpoint, &wrong).unwrap();
            let error = client.version(NODE).await.unwrap_err();
            assert!(matches!(error, Error::Distrusted { .. }), "{error:?}");
        }
    }
    // Signed by the right authority, for a role that no one has.
    let without_role = Credentials {
        certificate: secrets.os.certificate.clone(),
        key: secrets.os.key.clone(),
        ..right
    };
    let client = Client::connect_lazy(endpoint, &without_role).unwrap();
    let error = client.version(NODE).await.unwrap_err();
    assert_eq!(error.code(), Some(Code::Permission), "{error:?}");
    let maintenance = Client::maintenance(endpoint).unwrap();
    let error = maintenance.version(NODE).await.unwrap_err();
    assert!(matches!(error, Error::Distrusted { .. }), "{error:?}");
}

/// An administrator's certificate that does not say that it is for clients.
fn of_wrong_use(right: &Credentials, secrets: &Bundle) -> Credentials {
    use rcgen::{CertificateParams, DnType, Issuer, KeyPair};
    let authority = KeyPair::from_pem(pem::to_pkcs8(&secrets.os.key).expose()).unwrap();
    let issuer = Issuer::from_ca_cert_pem(&right.authority, authority).unwrap();
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::OrganizationName, "os:admin");
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    Credentials {
        authority: right.authority.clone(),
        certificate: certificate.pem(),
        key: Secret::new(key.serialize_pem()),
    }
}

async fn ready(client: &Client) {
    let begun = Instant::now();
    let mut said: Vec<String> = Vec::new();
    let wait = watch::until(client, NODE, |sight| {
        let text = match sight {
            Sight::State(state) if state.ready => return ControlFlow::Break(()),
            Sight::State(state) => state.to_string(),
            Sight::None => "no state".to_owned(),
            Sight::Away(error) => error.to_string(),
        };
        eprintln!("{:?}: {text}", begun.elapsed());
        said.push(text);
        ControlFlow::Continue(())
    });
    let ended = tokio::time::timeout(PATIENCE, wait).await;
    ended.expect("the node is not ready").unwrap();
    assert!(said.iter().any(|text| text.contains("; ")), "{said:#?}");
}

async fn questions(client: &Client, secrets: &Bundle) {
    let version = client.version(NODE).await.unwrap();
    assert_eq!(
        (version.tag.as_str(), version.mode.as_str()),
        ("v1.13.9", "container")
    );
    let services = client.services(NODE).await.unwrap();
    for name in ["apid", "cri", "etcd", "kubelet", "trustd"] {
        let service = services.iter().find(|service| service.id == name).unwrap();
        assert_eq!(
            (service.state.as_str(), service.healthy),
            ("Running", Some(true)),
            "{service:?}"
        );
    }
    let members = client.etcd_members(NODE).await.unwrap();
    assert_eq!(members.len(), 1);
    assert_eq!(
        (members[0].hostname.as_str(), members[0].is_learner),
        (NAME, false)
    );
    assert_eq!(members[0].peer_urls, [format!("https://{NODE}:2380")]);
    let kubeconfig = client.kubeconfig(NODE).await.unwrap();
    assert!(kubeconfig.expose().contains("name: admin@live"));
    let config = client.machine_config(NODE).await.unwrap().unwrap();
    let source = Source::new("config");
    let found = from_control_plane_config(config.expose(), &source).unwrap();
    assert_eq!(&found, secrets);
    let applied = client
        .apply_configuration(NODE, config.expose().as_bytes(), Mode::NoReboot, true)
        .await
        .unwrap();
    eprintln!("{applied:?}");
    let wrong = client.apply_configuration(NODE, b"machine: {typo: 1}\n", Mode::Auto, true);
    let error = wrong.await.unwrap_err();
    assert!(!error.is_transient(), "{error}");
    eprintln!("{error}");
    let away = client.version("10.191.7.9").await.unwrap_err();
    assert_eq!(away.code(), Some(Code::Unavailable), "{away}");
    client.restart_service(NODE, "kubelet").await.unwrap();
}

/// What we mint is good for Go's TLS as well.
fn talosctl(world: &World, endpoint: &str, secrets: &Bundle) {
    use ksail::talosconfig::{Access, Talosconfig};
    use ksail::userfile::Document;
    let credentials = credentials(secrets);
    let config = Talosconfig::of(&Access {
        name: "live".to_owned(),
        endpoints: vec![endpoint.trim_start_matches("https://").to_owned()],
        nodes: vec![NODE.to_owned()],
        authority: credentials.authority,
        certificate: credentials.certificate,
        key: credentials.key,
    });
    let file = world.file("talosconfig", config.render().expose());
    let with = format!("--talosconfig={file}");
    let version = world
        .peer("talosctl", ["version", "--short", &with])
        .expect(0);
    assert!(version.stdout.contains("v1.13.9"), "{}", version.stdout);
    world
        .peer("talosctl", ["get", "machinestatus", &with])
        .expect(0);
}
