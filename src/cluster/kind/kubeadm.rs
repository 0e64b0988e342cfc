//! The kubeadm configuration of a Kind node: five documents, patched the way kind patches them.
//!
//! kubeadm stays the authority on everything it writes; this module only says what kind would have told it. The node's
//! address is known inside the node only, so it stands as a placeholder that the bootstrap script fills in.

use serde_json::{Value, json};

use super::patch::{self, Target};
use super::version::Version;
use crate::config::Cidr;
use crate::config::kind::{IpFamily, KindConfig, KindNode, ProxyMode, Role};

/// Stands for the node's IPv4 address until first boot.
pub const ADDRESS_V4: &str = "@KSAIL_NODE_IPV4@";
/// Stands for the node's IPv6 address until first boot.
pub const ADDRESS_V6: &str = "@KSAIL_NODE_IPV6@";
/// The bootstrap token of every Kind cluster, fixed and well known.
pub const TOKEN: &str = "abcdef.0123456789abcdef";
/// Port of the API server inside its node.
pub const API_PORT: u16 = 6443;

const CRI_SOCKET: &str = "unix:///run/containerd/containerd.sock";
const CONTROL_PLANE_TAINT: &str = "node-role.kubernetes.io/control-plane";

/// What the documents of one node depend on.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// Name of the cluster.
    pub cluster: &'a str,
    /// The kind configuration with defaults applied.
    pub config: &'a KindConfig,
    /// The node's own part of it.
    pub node: &'a KindNode,
    /// The node's container name.
    pub node_name: &'a str,
    /// Container name of the control plane.
    pub control_plane: &'a str,
    /// Kubernetes version of the node image.
    pub version: &'a Version,
    /// The Engine's host runs cgroup v1.
    pub cgroup_v1: bool,
    /// The Engine runs rootless.
    pub rootless: bool,
}

/// The five documents, patched.
#[derive(Debug, Clone, PartialEq)]
pub struct Documents {
    /// `ClusterConfiguration`
    pub cluster: Value,
    /// `InitConfiguration`
    pub init: Value,
    /// `JoinConfiguration`
    pub join: Value,
    /// `KubeletConfiguration`
    pub kubelet: Value,
    /// `KubeProxyConfiguration`, unless kube-proxy is off.
    pub kube_proxy: Option<Value>,
}

impl Documents {
    /// All documents in the order kind writes them.
    pub fn all(&self) -> Vec<&Value> {
        let mut all = vec![&self.cluster, &self.init, &self.join, &self.kubelet];
        all.extend(self.kube_proxy.as_ref());
        all
    }

    /// The documents for `kubeadm init phase kubelet-start` on a node that joins: its registration options are those
    /// of its `JoinConfiguration`.
    pub fn kubelet_start(&self) -> Vec<Value> {
        let mut init = self.init.clone();
        init["nodeRegistration"] = self.join["nodeRegistration"].clone();
        init["nodeRegistration"]["taints"] = json!([]);
        let mut all = vec![self.cluster.clone(), init, self.kubelet.clone()];
        all.extend(self.kube_proxy.clone());
        all
    }
}

/// Builds and patches the documents of one node.
pub fn documents(input: &Input<'_>) -> Result<Documents, patch::Error> {
    let mut documents = vec![cluster(input), init(input), join(input), kubelet(input)];
    if input.config.networking.kube_proxy_mode != ProxyMode::None {
        documents.push(kube_proxy(input));
    }
    for patches in [&input.config.patches, &input.node.patches] {
        for document in &mut documents {
            patch::apply(document, patches, Target::of(input.version))?;
        }
    }
    let single = input.config.nodes.len() == 1;
    let mut documents = documents.into_iter();
    let mut next = || documents.next().unwrap_or_default();
    let (cluster, mut init, join, kubelet) = (next(), next(), next(), next());
    if single {
        untaint(&mut init);
    }
    Ok(Documents {
        cluster,
        init,
        join,
        kubelet,
        kube_proxy: documents.next(),
    })
}

/// kind removes the control-plane taint of a cluster with one node after kubeadm set it; here it is never set.
fn untaint(init: &mut Value) {
    let registration = &mut init["nodeRegistration"];
    let kept: Vec<Value> = registration["taints"]
        .as_array()
        .map(|taints| {
            taints
                .iter()
                .filter(|taint| taint["key"] != CONTROL_PLANE_TAINT)
                .cloned()
                .collect()
        })
        .unwrap_or_default();
    registration["taints"] = Value::Array(kept);
}

/// Ranges as Kubernetes flags take them.
pub fn joined_ranges(ranges: &[Cidr]) -> String {
    ranges
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(",")
}

fn control_plane_endpoint(input: &Input<'_>) -> String {
    format!("{}:{API_PORT}", input.control_plane)
}

/// Arguments in the form the API version wants: a list of name and value since v1beta4, a map before.
fn extra_args(version: &Version, args: &[(&str, String)]) -> Value {
    if version.kubeadm_lists_args() {
        args.iter()
            .map(|(name, value)| json!({"name": name, "value": value}))
            .collect()
    } else {
        Value::Object(
            args.iter()
                .map(|(name, value)| ((*name).to_owned(), json!(value)))
                .collect(),
        )
    }
}

fn feature_gates(input: &Input<'_>) -> Vec<(String, bool)> {
    let mut gates: Vec<(String, bool)> = input.config.feature_gates.clone().into_iter().collect();
    if input.rootless {
        gates.push(("KubeletInUserNamespace".into(), true));
    }
    gates
}

fn cluster(input: &Input<'_>) -> Value {
    let networking = &input.config.networking;
    let runtime = &input.config.runtime_config;
    let joined = |items: Vec<String>| items.join(",");
    let gates = joined(
        feature_gates(input)
            .iter()
            .map(|(gate, on)| format!("{gate}={on}"))
            .collect(),
    );
    let gate_args = || (!gates.is_empty()).then(|| ("feature-gates", gates.clone()));
    let ipv6 = networking.ip_family == IpFamily::Ipv6;

    let mut api = vec![(
        "runtime-config",
        joined(
            runtime
                .iter()
                .map(|(key, value)| format!("{key}={value}"))
                .collect(),
        ),
    )];
    api.extend(gate_args());
    let mut manager = vec![("enable-hostpath-provisioner", "true".to_owned())];
    manager.extend(gate_args());
    let mut scheduler: Vec<(&str, String)> = gate_args().into_iter().collect();
    if ipv6 {
        manager.push(("bind-address", "::".into()));
        scheduler.push(("bind-address", "::1".into()));
    }
    json!({
        "apiVersion": input.version.kubeadm_api(),
        "kind": "ClusterConfiguration",
        "kubernetesVersion": input.version.to_string(),
        "clusterName": input.cluster,
        "controlPlaneEndpoint": control_plane_endpoint(input),
        "apiServer": {
            "certSANs": ["localhost", networking.api_server_address],
            "extraArgs": extra_args(input.version, &api),
        },
        "controllerManager": {"extraArgs": extra_args(input.version, &manager)},
        "scheduler": {"extraArgs": extra_args(input.version, &scheduler)},
        "networking": {
            "podSubnet": joined_ranges(&networking.pod_subnets),
            "serviceSubnet": joined_ranges(&networking.service_subnets),
        },
    })
}

fn addresses(input: &Input<'_>) -> (String, String) {
    let networking = &input.config.networking;
    match networking.ip_family {
        IpFamily::Ipv4 => (ADDRESS_V4.into(), ADDRESS_V4.into()),
        IpFamily::Ipv6 => (ADDRESS_V6.into(), ADDRESS_V6.into()),
        IpFamily::Dual
            if networking
                .service_subnets
                .first()
                .is_some_and(|first| first.address.is_ipv6()) =>
        {
            (ADDRESS_V6.into(), format!("{ADDRESS_V6},{ADDRESS_V4}"))
        }
        IpFamily::Dual => (ADDRESS_V4.into(), format!("{ADDRESS_V4},{ADDRESS_V6}")),
    }
}

fn node_registration(input: &Input<'_>) -> Value {
    let mut args = vec![
        ("node-ip", addresses(input).1),
        (
            "provider-id",
            format!("kind://docker/{}/{}", input.cluster, input.node_name),
        ),
    ];
    let labels: Vec<String> = input
        .node
        .labels
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    args.push(("node-labels", labels.join(",")));
    json!({"criSocket": CRI_SOCKET, "kubeletExtraArgs": extra_args(input.version, &args)})
}

fn init(input: &Input<'_>) -> Value {
    let mut skip = vec!["preflight"];
    if input.config.networking.kube_proxy_mode == ProxyMode::None {
        skip.push("addon/kube-proxy");
    }
    json!({
        "apiVersion": input.version.kubeadm_api(),
        "kind": "InitConfiguration",
        "bootstrapTokens": [{"token": TOKEN}],
        "localAPIEndpoint": {"advertiseAddress": addresses(input).0, "bindPort": API_PORT},
        "nodeRegistration": node_registration(input),
        "skipPhases": skip,
    })
}

fn join(input: &Input<'_>) -> Value {
    let mut join = json!({
        "apiVersion": input.version.kubeadm_api(),
        "kind": "JoinConfiguration",
        "nodeRegistration": node_registration(input),
        "discovery": {"bootstrapToken": {
            "apiServerEndpoint": control_plane_endpoint(input),
            "token": TOKEN,
            "unsafeSkipCAVerification": true,
        }},
        "skipPhases": ["preflight"],
    });
    if input.node.role == Role::ControlPlane {
        join["controlPlane"] = json!({"localAPIEndpoint": {"advertiseAddress": addresses(input).0, "bindPort": API_PORT}});
    }
    join
}

fn kubelet(input: &Input<'_>) -> Value {
    let mut kubelet = json!({
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "cgroupDriver": "systemd",
        "cgroupRoot": "/kubelet",
        "failSwapOn": false,
        // Nodes share the host's disk: its level must neither evict pods nor collect images.
        "imageGCHighThresholdPercent": 100,
        "evictionHard": {"nodefs.available": "0%", "nodefs.inodesFree": "0%", "imagefs.available": "0%"},
    });
    if input.config.networking.ip_family == IpFamily::Ipv6 {
        kubelet["address"] = json!("::");
        kubelet["healthzBindAddress"] = json!("::");
    }
    let gates = feature_gates(input);
    if !gates.is_empty() {
        kubelet["featureGates"] = Value::Object(
            gates
                .into_iter()
                .map(|(gate, on)| (gate, json!(on)))
                .collect(),
        );
    }
    if input.cgroup_v1 && input.version.kubelet_refuses_cgroup_v1() {
        kubelet["failCgroupV1"] = json!(false);
    }
    kubelet
}

fn kube_proxy(input: &Input<'_>) -> Value {
    let mode = input.config.networking.kube_proxy_mode;
    let mut conntrack = json!({"maxPerCore": 0});
    if input.rootless {
        conntrack["tcpEstablishedTimeout"] = json!("0s");
        conntrack["tcpCloseWaitTimeout"] = json!("0s");
    } else if mode == ProxyMode::Nftables {
        conntrack["tcpBeLiberal"] = json!(true);
    }
    let mut kube_proxy = json!({
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": mode.as_str(),
        "iptables": {"minSyncPeriod": "1s"},
        "conntrack": conntrack,
    });
    let gates = feature_gates(input);
    if !gates.is_empty() {
        kube_proxy["featureGates"] = Value::Object(
            gates
                .into_iter()
                .map(|(gate, on)| (gate, json!(on)))
                .collect(),
        );
    }
    kube_proxy
}

/// The value of a kubelet argument in a `nodeRegistration`, in either form of the arguments.
pub fn kubelet_arg<'a>(registration: &'a Value, name: &str) -> Option<&'a str> {
    match &registration["kubeletExtraArgs"] {
        Value::Array(list) => list.iter().find(|arg| arg["name"] == name)?["value"].as_str(),
        map => map[name].as_str(),
    }
}

/// Sizes of a node's part of the pod subnet (IPv4, IPv6), the controller manager's defaults unless patched. `None` if
/// a patch sets something that is no number.
pub fn node_masks(cluster: &Value) -> Option<(u8, u8)> {
    let args = json!({"kubeletExtraArgs": cluster["controllerManager"]["extraArgs"]});
    let mask = |name: &str, default: u8| match kubelet_arg(&args, name) {
        Some(text) => text.parse().ok(),
        None => Some(default),
    };
    let common = mask("node-cidr-mask-size", super::subnet::MASK_V4)?;
    Some((
        mask("node-cidr-mask-size-ipv4", common)?,
        mask("node-cidr-mask-size-ipv6", super::subnet::MASK_V6)?,
    ))
}
