#!/usr/bin/env bash
# Makes the files of this folder anew with stock talosctl: testdata/talos/make.sh [TALOSCTL]
set -euo pipefail
talosctl=${1:-talosctl}
cd "$(dirname "${BASH_SOURCE[0]}")"
"$talosctl" gen secrets --force -o secrets.yaml
"$talosctl" gen secrets --force --talos-version v1.2 -o secrets-1.2.yaml
"$talosctl" gen config test https://10.5.0.2:6443 --force --with-secrets secrets.yaml \
  --with-docs=false --with-examples=false -o .
chmod 644 ./*.yaml talosconfig
