//! Files a Kind node needs before its first start. Uploaded as one archive, so that no exec is needed later.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::kubeadm::{ADDRESS_V4, API_PORT, Documents};
use super::pki::{Error, KeyedCert, Pki, Subject};
use super::subnet;
use super::version::Version;
use crate::cluster::model::FileSpec;

/// Where ksail keeps what the first boot needs and leaves.
pub const STATE_DIRECTORY: &str = "/kind/ksail";
/// Exists once the first boot is complete.
pub const DONE: &str = "/kind/ksail/done";

const SCRIPT: &str = include_str!("bootstrap.sh");
const UNIT: &str = include_str!("bootstrap.service");
const KUBELET_PEM: &str = "/var/lib/kubelet/pki/kubelet-client-current.pem";

/// What the files of one node are made from.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// Name of the cluster.
    pub cluster: &'a str,
    /// Container name of the node.
    pub node: &'a str,
    /// Container name of the control plane.
    pub control_plane: &'a str,
    /// Version of the node image.
    pub version: &'a Version,
    /// kubeadm's configuration.
    pub documents: &'a Documents,
    /// Keys and certificates of the cluster.
    pub pki: &'a Pki,
    /// The node's part of the pod subnet, if the default network add-on is used and the part is known.
    pub pod_cidrs: Option<&'a [String]>,
}

/// Files of a control-plane node.
pub fn control_plane(input: &Input<'_>) -> Result<Vec<FileSpec>, Error> {
    let Input {
        cluster,
        pki,
        version,
        ..
    } = *input;
    let [skip, addons] = phases(&input.documents.init);
    let service =
        subnet::first_address(input.documents.cluster["networking"]["serviceSubnet"].as_str());
    let mut files = common(
        input,
        &format!("control-plane {skip} {addons} https://{service}/livez"),
    );
    files.extend(pki.control_plane_files(version.admin_group())?);
    let remote = format!("https://{}:{API_PORT}", input.control_plane);
    let local = format!("https://{ADDRESS_V4}:{API_PORT}");
    let subject = |name, group| Subject { name, group };
    for (file, user, server, subject) in [
        (
            "admin",
            "kubernetes-admin",
            &remote,
            subject("kubernetes-admin", Some(version.admin_group())),
        ),
        (
            "super-admin",
            "kubernetes-super-admin",
            &remote,
            subject("kubernetes-super-admin", Some("system:masters")),
        ),
        (
            "controller-manager",
            "system:kube-controller-manager",
            &local,
            subject("system:kube-controller-manager", None),
        ),
        (
            "scheduler",
            "system:kube-scheduler",
            &local,
            subject("system:kube-scheduler", None),
        ),
    ] {
        let cert = pki.ca.client(subject)?;
        let text = kubeconfig(cluster, user, server, &pki.ca.cert.certificate, &cert);
        files.push(FileSpec::file(
            format!("/etc/kubernetes/{file}.conf"),
            0o600,
            text,
        ));
    }
    files.extend(kubelet_access(input, &remote)?);
    Ok(files)
}

/// Phases that `kubeadm init` leaves out, and the add-ons that come afterwards. What the user skips stays skipped.
fn phases(init: &Value) -> [String; 2] {
    let asked: Vec<&str> = init["skipPhases"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let addons: Vec<&str> = ["kube-proxy", "coredns"]
        .into_iter()
        .filter(|addon| {
            !asked.contains(&"addon") && !asked.contains(&format!("addon/{addon}").as_str())
        })
        .collect();
    // Kubeconfigs are in place, the kubelet's in its final form, and add-ons have an order of their own.
    let ours = ["kubeconfig", "kubelet-finalize", "addon"];
    let skipped: Vec<&str> = asked
        .into_iter()
        .filter(|phase| !phase.starts_with("addon"))
        .chain(ours)
        .collect();
    [
        skipped.join(","),
        if addons.is_empty() {
            "none".into()
        } else {
            addons.join(",")
        },
    ]
}

/// The kubelet's certificate and kubeconfig, as they are after its first rotation.
fn kubelet_access(input: &Input<'_>, server: &str) -> Result<[FileSpec; 3], Error> {
    const FIRST: &str = "/var/lib/kubelet/pki/kubelet-client-first.pem";
    let user = format!("system:node:{}", input.node);
    let cert = input.pki.ca.client(Subject {
        name: &user,
        group: Some("system:nodes"),
    })?;
    let pem = format!("{}{}", cert.certificate, cert.key.expose());
    let kubeconfig = json!({
        "apiVersion": "v1", "kind": "Config",
        "clusters": [{"name": "default-cluster", "cluster": {
            "server": server,
            "certificate-authority-data": BASE64.encode(&input.pki.ca.cert.certificate),
        }}],
        "users": [{"name": "default-auth", "user": {"client-certificate": KUBELET_PEM, "client-key": KUBELET_PEM}}],
        "contexts": [{"name": "default-context", "context": {
            "cluster": "default-cluster", "namespace": "default", "user": "default-auth",
        }}],
        "current-context": "default-context",
    });
    Ok([
        FileSpec::file("/etc/kubernetes/kubelet.conf", 0o600, document(&kubeconfig)),
        FileSpec::file(FIRST, 0o600, pem),
        // The kubelet rotates its certificate by moving this link.
        FileSpec::symlink(KUBELET_PEM, FIRST),
    ])
}

/// Files of a worker: with a client certificate in place it needs no token, no discovery and no signing request.
pub fn worker(input: &Input<'_>) -> Result<Vec<FileSpec>, Error> {
    let server = format!("https://{}:{API_PORT}", input.control_plane);
    let mut files = common(input, &format!("worker {} {server}", input.node));
    files.extend(kubelet_access(input, &server)?);
    files.extend([
        FileSpec::file(
            "/kind/ksail/ca.crt",
            0o644,
            input.pki.ca.cert.certificate.clone(),
        ),
        FileSpec::file(
            "/etc/systemd/system/kubelet.service.d/20-ksail.conf",
            0o644,
            "[Unit]\nConditionPathExists=/kind/ksail/registered\n",
        ),
        FileSpec::file(
            "/kind/ksail/kubelet-start.conf",
            0o600,
            stream(&input.documents.kubelet_start()),
        ),
    ]);
    Ok(files)
}

fn common(input: &Input<'_>, arguments: &str) -> Vec<FileSpec> {
    const UNIT_PATH: &str = "/etc/systemd/system/ksail-bootstrap.service";
    let mut files = vec![
        FileSpec::file("/kind/kubeadm.conf", 0o600, stream(&input.documents.all())),
        FileSpec::file("/kind/ksail/bootstrap.sh", 0o755, SCRIPT),
        FileSpec::file(UNIT_PATH, 0o644, UNIT.replace("@ARGUMENTS@", arguments)),
        FileSpec::symlink(
            "/etc/systemd/system/multi-user.target.wants/ksail-bootstrap.service",
            UNIT_PATH,
        ),
    ];
    if let Some(cidrs) = input.pod_cidrs {
        files.push(FileSpec::file(
            "/kind/ksail/10-kindnet.conflist",
            0o644,
            network(cidrs),
        ));
    }
    files
}

/// The network configuration that kindnet writes once it runs. In place before that, it spares every node the wait
/// for kindnet's first pod; kindnet replaces it by rename with its own.
fn network(cidrs: &[String]) -> String {
    let ranges: Vec<Value> = cidrs.iter().map(|cidr| json!([{"subnet": cidr}])).collect();
    let routes: Vec<Value> = cidrs
        .iter()
        .map(|cidr| json!({"dst": if cidr.contains(':') { "::/0" } else { "0.0.0.0/0" }}))
        .collect();
    let conflist = json!({
        "cniVersion": "0.3.1",
        "name": "kindnet",
        "plugins": [
            {
                "type": "ptp",
                "ipMasq": false,
                "ipam": {"type": "host-local", "dataDir": "/run/cni-ipam-state", "routes": routes, "ranges": ranges},
                "mtu": "@KSAIL_MTU@",
            },
            {"type": "portmap", "capabilities": {"portMappings": true}},
        ],
    });
    conflist
        .to_string()
        .replace("\"@KSAIL_MTU@\"", "@KSAIL_MTU@")
}

fn kubeconfig(cluster: &str, user: &str, server: &str, ca: &str, cert: &KeyedCert) -> String {
    let context = format!("{user}@{cluster}");
    document(&json!({
        "apiVersion": "v1", "kind": "Config",
        "clusters": [{"name": cluster, "cluster": {
            "server": server, "certificate-authority-data": BASE64.encode(ca),
        }}],
        "users": [{"name": user, "user": {
            "client-certificate-data": BASE64.encode(&cert.certificate),
            "client-key-data": BASE64.encode(cert.key.expose()),
        }}],
        "contexts": [{"name": context, "context": {"cluster": cluster, "user": user}}],
        "current-context": context,
    }))
}

fn document(value: &Value) -> String {
    crate::yaml::to_yaml(value)
}

fn stream<V: std::borrow::Borrow<Value>>(values: &[V]) -> String {
    values
        .iter()
        .map(|value| document(value.borrow()))
        .collect::<Vec<_>>()
        .join("---\n")
}
