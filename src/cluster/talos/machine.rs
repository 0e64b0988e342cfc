//! The configuration of one machine before the user's patches: one document that every release from 1.9 to 1.14 takes.
//!
//! It says what talosctl's says, but for four things that cost a local cluster most of its time: how often kubelets ask
//! for static pods, the balancer in front of the API server, the discovery service on the internet, and images pulled
//! one after another.

use std::collections::BTreeMap;
use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::pki::KeyedCert;
use super::secrets::{Bundle, Encryption};
use crate::cluster::distribution::Role;
use crate::config::talos::{Mirror, TalosVersion};

/// Label that keeps load balancers away from control planes.
const EXCLUDED: &str = "node.kubernetes.io/exclude-from-external-load-balancers";

/// What machine configurations are made of: what is true of all machines of a cluster.
#[derive(Debug, Clone, Copy)]
pub struct Base<'a> {
    /// Cluster name.
    pub cluster: &'a str,
    /// Its secrets.
    pub secrets: &'a Bundle,
    /// Address of the first control plane.
    pub endpoint: IpAddr,
    /// Number of control planes.
    pub control_planes: u32,
    /// Number of workers.
    pub workers: u32,
    /// The release that the node image has.
    pub version: TalosVersion,
    /// The version of Kubernetes, `1.36.3`; `None` takes the release's own.
    pub kubernetes: Option<&'a str>,
    /// The Engine's host runs cgroup v1.
    pub cgroup_v1: bool,
    /// Where images are to be had.
    pub mirrors: &'a [Mirror],
}

impl Base<'_> {
    /// The configuration of a machine.
    pub fn document(&self, role: Role) -> Value {
        let control_plane = role == Role::ControlPlane;
        json!({
            "version": "v1alpha1",
            "debug": false,
            "persist": true,
            "machine": self.machine(control_plane),
            "cluster": self.cluster(control_plane),
        })
    }

    fn machine(&self, control_plane: bool) -> Value {
        let mut machine = json!({
            "type": if control_plane { "controlplane" } else { "worker" },
            "token": self.secrets.trustd_token.expose(),
            "ca": authority(&self.secrets.os, control_plane),
            "certSANs": ["127.0.0.1"],
            "kubelet": self.kubelet(),
            "features": self.features(),
        });
        if self.version.minor() < 12 {
            // The Engine has set the interface up, and later releases see that for themselves.
            machine["network"] = json!({"interfaces": [{"interface": "eth0", "ignore": true}]});
        }
        if control_plane && self.workers > 0 {
            machine["nodeLabels"] = json!({EXCLUDED: ""});
        }
        if !self.mirrors.is_empty() {
            machine["registries"] = json!({"mirrors": self.mirrors()});
        }
        machine
    }

    fn mirrors(&self) -> Value {
        let mut endpoints: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for mirror in self.mirrors {
            endpoints
                .entry(&mirror.registry)
                .or_default()
                .push(&mirror.url);
        }
        let each = endpoints.into_iter();
        each.map(|(registry, urls)| (registry.to_owned(), json!({"endpoints": urls})))
            .collect()
    }

    fn kubelet(&self) -> Value {
        let mut extra = json!({
            // Every kubelet fetches its static pods over HTTP; at the usual 20 s the first fetch comes too early and
            // the second one is what a cluster waits for.
            "httpCheckFrequency": "1s",
            "serializeImagePulls": false,
            // Images and logs share a disk with everything else on the host: how full that is, is not the cluster's
            // business.
            "imageGCHighThresholdPercent": 100,
            "evictionHard": {
                "imagefs.available": "0%",
                "imagefs.inodesFree": "0%",
                "memory.available": "100Mi",
                "nodefs.available": "0%",
                "nodefs.inodesFree": "0%",
            },
        });
        if self.cgroup_v1 {
            extra["failCgroupV1"] = json!(false);
        }
        let mut kubelet = json!({
            "defaultRuntimeSeccompProfileEnabled": true,
            "disableManifestsDirectory": true,
            "extraConfig": extra,
        });
        if let Some(image) = self.image("ghcr.io/siderolabs/kubelet") {
            kubelet["image"] = image;
        }
        kubelet
    }

    fn features(&self) -> Value {
        // The balancer looks for API servers every 20 s and takes them for down until it has seen them. With one control
        // plane there is nothing to balance; with several it is what outlives the first of them.
        let balanced = self.control_planes > 1;
        let mut features = json!({
            "diskQuotaSupport": true,
            "kubePrism": {"enabled": balanced, "port": 7445},
            "hostDNS": {"enabled": true, "forwardKubeDNSToHost": true},
        });
        if self.version.minor() < 12 {
            features["rbac"] = json!(true);
            features["stableHostname"] = json!(true);
            features["apidCheckExtKeyUsage"] = json!(true);
        }
        features
    }

    fn cluster(&self, control_plane: bool) -> Value {
        let secrets = self.secrets;
        let mut cluster = json!({
            "id": secrets.identity.id,
            "secret": secrets.identity.secret.expose(),
            "controlPlane": {"endpoint": self.server()},
            "clusterName": self.cluster,
            "network": {
                "dnsDomain": "cluster.local",
                "podSubnets": ["10.244.0.0/16"],
                "serviceSubnets": ["10.96.0.0/12"],
            },
            "token": secrets.bootstrap_token.expose(),
            "ca": authority(&secrets.kubernetes, control_plane),
            "discovery": {"enabled": false},
        });
        if control_plane {
            self.control_plane(&mut cluster);
        }
        cluster
    }

    fn control_plane(&self, cluster: &mut Value) {
        let secrets = self.secrets;
        let (field, key) = match &secrets.encryption {
            Encryption::Secretbox(key) => ("secretboxEncryptionSecret", key),
            Encryption::AesCbc(key) => ("aescbcEncryptionSecret", key),
        };
        cluster[field] = json!(key.expose());
        cluster["aggregatorCA"] = authority(&secrets.aggregator, true);
        cluster["serviceAccount"] = json!({"key": BASE64.encode(secrets.service_account.expose())});
        cluster["etcd"] = json!({"ca": authority(&secrets.etcd, true)});
        cluster["apiServer"] = json!({
            "certSANs": ["127.0.0.1"],
            "admissionControl": [pod_security()],
            "auditPolicy": {
                "apiVersion": "audit.k8s.io/v1",
                "kind": "Policy",
                "rules": [{"level": "Metadata"}],
            },
        });
        // Both start before the API server answers. Unless told otherwise they end then, and the kubelet waits ten seconds
        // before it starts them for the third time.
        let patient = ("authentication-tolerate-lookup-failure", "true");
        cluster["scheduler"] = json!({"extraArgs": {patient.0: patient.1}});
        // The controller manager begins its work when it has asked for an account and a token for each of its
        // controllers. With its usual limit of 20 requests a second that alone takes seconds.
        cluster["controllerManager"] = json!({"extraArgs": {
            patient.0: patient.1,
            "kube-api-qps": "200",
            "kube-api-burst": "400",
        }});
        for (field, image) in [
            ("apiServer", "registry.k8s.io/kube-apiserver"),
            (
                "controllerManager",
                "registry.k8s.io/kube-controller-manager",
            ),
            ("proxy", "registry.k8s.io/kube-proxy"),
            ("scheduler", "registry.k8s.io/kube-scheduler"),
        ] {
            if let Some(image) = self.image(image) {
                cluster[field]["image"] = image;
            }
        }
        if self.workers == 0 {
            cluster["allowSchedulingOnControlPlanes"] = json!(true);
        }
    }

    /// URL of the API server inside the network.
    pub(super) fn server(&self) -> String {
        super::access::server_at(self.endpoint)
    }

    fn image(&self, name: &str) -> Option<Value> {
        let version = self.kubernetes?;
        Some(json!(format!("{name}:v{version}")))
    }
}

/// An authority as configurations hold it; only control planes get its key.
fn authority(authority: &KeyedCert, with_key: bool) -> Value {
    let key = if with_key {
        BASE64.encode(authority.key.expose())
    } else {
        String::new()
    };
    json!({"crt": BASE64.encode(&authority.certificate), "key": key})
}

/// What talosctl has API servers demand of pods.
fn pod_security() -> Value {
    json!({
        "name": "PodSecurity",
        "configuration": {
            "apiVersion": "pod-security.admission.config.k8s.io/v1alpha1",
            "kind": "PodSecurityConfiguration",
            "defaults": {
                "audit": "restricted",
                "audit-version": "latest",
                "enforce": "baseline",
                "enforce-version": "latest",
                "warn": "restricted",
                "warn-version": "latest",
            },
            "exemptions": {"namespaces": ["kube-system"], "runtimeClasses": [], "usernames": []},
        },
    })
}
