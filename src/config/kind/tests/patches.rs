//! Patches that cannot be applied.

use super::refused;

#[test]
fn patches_are_read_at_once() {
    for (body, message) in [
        (
            "kubeadmConfigPatches: ['a: [']\n",
            "3:24: `kubeadmConfigPatches[0]` is not valid YAML: line 1, column 5 of the patch: while parsing a node, did not find expected node content",
        ),
        (
            "kubeadmConfigPatches:\n- |\n  maxPods: 1\n",
            "5:3: `kubeadmConfigPatches[0]` is not a valid patch: line 1, column 1 of the patch: `kind` is missing",
        ),
        (
            "kubeadmConfigPatches: ['- a']\n",
            "3:24: `kubeadmConfigPatches[0]` is not a valid patch: line 1, column 1 of the patch: the document must be a mapping, not a list",
        ),
        (
            "kubeadmConfigPatches: ['']\n",
            "3:24: `kubeadmConfigPatches[0]` must hold exactly one YAML document",
        ),
        (
            "kubeadmConfigPatches: [{kind: X}]\n",
            "3:24: `kubeadmConfigPatches[0]` must be a string, not a mapping",
        ),
        (
            "kubeadmConfigPatchesJSON6902: [{}]\n",
            "3:32: `kubeadmConfigPatchesJSON6902[0].group` is missing",
        ),
        (
            "kubeadmConfigPatchesJSON6902:\n- {group: g, version: v1, kind: K, patch: '[{op: put, path: /a}]'}\n",
            "4:43: `kubeadmConfigPatchesJSON6902[0].patch` is not a valid patch: line 1, column 7 of the patch: `[0].op` must be `add`, `remove`, `replace`, `move`, `copy`, or `test`, not `put`",
        ),
        (
            "kubeadmConfigPatchesJSON6902:\n- {group: g, version: v1, kind: K, patch: '[{op: add, path: a, value: 1}]'}\n",
            "4:43: `kubeadmConfigPatchesJSON6902[0].patch` is not a valid patch: line 1, column 18 of the patch: `[0].path` must be a JSON pointer that starts with `/`",
        ),
        (
            "kubeadmConfigPatchesJSON6902:\n- {group: g, version: v1, kind: K, patch: '[{op: add, path: /a}]'}\n",
            "4:43: `kubeadmConfigPatchesJSON6902[0].patch` is not a valid patch: line 1, column 2 of the patch: `[0].value` is missing",
        ),
    ] {
        let found = refused(body);
        assert!(
            found.starts_with(&format!("kind.yaml:{message}")),
            "{found}"
        );
    }
}
