#!/usr/bin/env bash
# Owns the programs that benchmarks and fidelity tests compare with or call: stock
# kind, sops, age-keygen and kubectl, each at the version its go.mod pins. Installs
# them into the cache's bin folder and prints that folder (the only line on stdout).
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/node/programs.sh"

bin=$CACHE/bin
mkdir -p "$bin"
kind=$(go_build kind peers/kind '' '' tool)
sops=$(go_build sops peers/sops '' '' tool)
kubernetes=$(build_kubernetes)
ln -sf "$kind/kind" "$sops/sops" "$sops/age-keygen" "$bin/"
ln -sf "$kubernetes/kubernetes" "$bin/kubectl"
echo "$bin"
