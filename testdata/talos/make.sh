#!/usr/bin/env bash
# Makes the files of this folder anew with stock talosctl: testdata/talos/make.sh [TALOSCTL]
set -euo pipefail
talosctl=${1:-talosctl}
cd "$(dirname "${BASH_SOURCE[0]}")"
"$talosctl" gen secrets --force -o secrets.yaml
"$talosctl" gen secrets --force --talos-version v1.2 -o secrets-1.2.yaml
"$talosctl" gen config test https://10.5.0.2:6443 --force --with-secrets secrets.yaml \
  --with-docs=false --with-examples=false -o .
# The testbed has talosctl 1.13; of 1.14 the module is enough that generates configurations.
scratch=$(mktemp -d)
trap 'rm -r "$scratch"' EXIT
cp generate-1.14/main.go "$scratch"
cp ../../testbed/talos/schema/v1.14.mod "$scratch/go.mod"
cp ../../testbed/talos/schema/v1.14.sum "$scratch/go.sum"
secrets=$PWD/secrets.yaml
(cd "$scratch" && GOFLAGS=-mod=mod go run main.go "$secrets") >controlplane-1.14.yaml
chmod 644 ./*.yaml talosconfig
