//! Fields, types and words.

use std::path::Path;

use super::{decoded, hint, refused};
use crate::config::kind::{HostPort, decode};
use crate::yaml::{Source, load_untyped};

#[test]
fn unknown_fields_name_the_nearest() {
    assert_eq!(refused("node: []\n"), "kind.yaml:3:1: unknown field `node`");
    assert_eq!(hint("node: []\n").unwrap(), "did you mean `nodes`?");
    assert_eq!(
        refused("nodes:\n- rol: worker\n"),
        "kind.yaml:4:3: unknown field `nodes[0].rol`"
    );
    assert_eq!(
        hint("nodes:\n- rol: worker\n").unwrap(),
        "did you mean `role`?"
    );
    assert_eq!(
        refused("nodes:\n- extraMounts:\n  - {hostPath: /a, containerPath: /b, readonly: true}\n"),
        "kind.yaml:5:39: unknown field `nodes[0].extraMounts[0].readonly`"
    );
    assert_eq!(
        refused("networking: {ipv: 4}\n"),
        "kind.yaml:3:14: unknown field `networking.ipv`"
    );
    let hint = hint("networking: {completelyOther: 4}\n").unwrap();
    assert!(
        hint.starts_with("what can stand here: `ipFamily`, `apiServerAddress`, "),
        "{hint}"
    );
}

#[test]
fn wrong_values() {
    for (body, message) in [
        (
            "name: Bad_Name\n",
            "3:7: `name` must consist of lower-case letters, digits, `.` and `-`",
        ),
        ("name: [a]\n", "3:7: `name` must be a string, not a list"),
        ("nodes: {}\n", "3:8: `nodes` must be a list, not a mapping"),
        (
            "nodes:\n- worker\n",
            "4:3: `nodes[0]` must be a mapping, not a string",
        ),
        (
            "nodes:\n- role: master\n",
            "4:9: `nodes[0].role` must be `control-plane` or `worker`, not `master`",
        ),
        (
            "nodes:\n- role: worker\n",
            "4:3: `nodes` must include a node with the role `control-plane`",
        ),
        (
            "nodes:\n- labels: [a]\n",
            "4:11: `nodes[0].labels` must be a mapping, not a list",
        ),
        (
            "nodes:\n- labels: {a: [x]}\n",
            "4:15: `nodes[0].labels.a` must be a string, not a list",
        ),
        (
            "nodes:\n- extraMounts: [{}]\n",
            "4:17: `nodes[0].extraMounts[0].hostPath` is missing",
        ),
        (
            "nodes:\n- extraMounts: [{hostPath: /a, containerPath: b}]\n",
            "4:47: `nodes[0].extraMounts[0].containerPath` must be an absolute path in the node",
        ),
        (
            "nodes:\n- extraMounts: [{hostPath: 'a:b', containerPath: /b}]\n",
            "4:28: `nodes[0].extraMounts[0].hostPath` must not contain `:`, which the Engine takes for a separator",
        ),
        (
            "nodes:\n- extraMounts: [{hostPath: '', containerPath: /b}]\n",
            "4:28: `nodes[0].extraMounts[0].hostPath` must not be empty",
        ),
        (
            "nodes:\n- extraMounts: [{hostPath: a, containerPath: /b, propagation: none}]\n",
            "4:63: `nodes[0].extraMounts[0].propagation` must be `None`, `HostToContainer`, or `Bidirectional`, not `none`",
        ),
        (
            "featureGates: {A: 'true'}\n",
            "3:19: `featureGates.A` must be a boolean, not a string",
        ),
    ] {
        assert_eq!(refused(body), format!("kind.yaml:{message}"), "{body}");
    }
}

#[test]
fn what_kind_can_do_and_we_cannot() {
    for (body, message) in [
        (
            "containerdConfigPatches: ['x']\n",
            "3:26: `containerdConfigPatches` is not supported yet by this version of ksail",
        ),
        (
            "containerdConfigPatchesJSON6902: ['x']\n",
            "3:34: `containerdConfigPatchesJSON6902` is not supported yet by this version of ksail",
        ),
        (
            "nodes: [{role: control-plane}, {}]\n",
            "3:8: more than one node with the role `control-plane` is not supported yet by this version of ksail",
        ),
    ] {
        assert_eq!(refused(body), format!("kind.yaml:{message}"), "{body}");
    }
    decoded("containerdConfigPatches: []\ncontainerdConfigPatchesJSON6902:\n");
}

#[test]
fn headers() {
    let source = Source::new("k");
    let message = |text: &str| {
        let root = load_untyped(text, &source).unwrap().remove(0);
        decode(&root, &source, Path::new("/"))
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        message("- a\n"),
        "k:1:1: the document must be a mapping, not a list"
    );
    assert_eq!(message("kind: Cluster\n"), "k:1:1: `apiVersion` is missing");
    assert_eq!(
        message("kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha3\n"),
        "k:2:13: `apiVersion` must be `kind.x-k8s.io/v1alpha4`, not `kind.x-k8s.io/v1alpha3`"
    );
    assert_eq!(
        message("kind: cluster\napiVersion: kind.x-k8s.io/v1alpha4\n"),
        "k:1:7: `kind` must be `Cluster`, not `cluster`"
    );
}

#[test]
fn expanded_variables_take_the_type_of_their_field() {
    let source = Source::new("k");
    let text = "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nname: ${NAME}\nnetworking:\n  apiServerPort: ${PORT}\n  disableDefaultCNI: ${OFF}\n";
    let mut root = load_untyped(text, &source).unwrap().remove(0);
    let env = [("NAME", "123"), ("PORT", "6443"), ("OFF", "true")]
        .into_iter()
        .collect();
    assert!(crate::config::expand(&mut root, &env, &source).is_empty());
    let config = decode(&root, &source, Path::new("/")).unwrap();
    assert_eq!(config.name.unwrap().value, "123");
    assert_eq!(config.networking.api_server_port, HostPort::Fixed(6443));
    assert!(config.networking.disable_default_cni);
}
