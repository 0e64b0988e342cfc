#!/usr/bin/env bash
# Owns the programs that benchmarks and fidelity tests compare with or call: stock
# kind, k3d, talosctl, sops, age-keygen, kustomize and kubectl, each at the version its go.mod pins, the readers of
# machine configuration of every version of Talos, kstatus and kustomize behind a few lines of ours, what unpacks
# artifacts as Flux does, and a registry. Installs them into the cache's bin folder and prints that folder (the only
# line on stdout).
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/node/programs.sh"
. "$(dirname "${BASH_SOURCE[0]}")/talos/programs.sh"

bin=$CACHE/bin
mkdir -p "$bin"
# Keys that sops and ksail share in tests.
need_packages gnupg openssh-client
kind=$(go_build kind peers/kind '' '' tool)
# k3d's version also chooses its helper images.
k3d_version=$(sed -n 's|^.*github.com/k3d-io/k3d/v5 \(v[0-9.]*\).*|\1|p' "$TESTBED/peers/k3d/go.mod")
k3d=$(go_build k3d peers/k3d "-X github.com/k3d-io/k3d/v5/version.Version=$k3d_version" '' tool)
talosctl=$(build_talosctl)
sops=$(go_build sops peers/sops '' '' tool)
kustomize=$(go_build kustomize peers/kustomize '' '' tool)
kstatus=$(go_build kstatus kstatus '' '' .)
kubernetes=$(build_kubernetes)
# What tests compare ksail's reader with, and what benches/apply measures with.
readers=$(go_build readers readers '' '' .)
loadgen=$(go_build loadgen loadgen '' '' .)
flux=$(go_build flux flux '' '' .)
# The same kustomize, for builds by the thousand.
oracle=$(go_build kustomize-oracle kustomize '' '' .)
need_packages docker-registry
ln -sf "$readers/readers" "$loadgen/loadgen" "$kind/kind" "$k3d/k3d" "$talosctl/talosctl" "$sops/sops" "$sops/age-keygen" "$kustomize/kustomize" "$kstatus/kstatus" "$bin/"
ln -sf "$oracle/kustomize" "$bin/kustomize-oracle"
ln -sf "$flux/flux" "$bin/flux-pull"
ln -sf "$kubernetes/kubernetes" "$bin/kubectl"
ln -sf "$("$TESTBED/talos/schema.sh" --folder)"/schema-* "$bin/"
echo "$bin"
