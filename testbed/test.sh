#!/usr/bin/env bash
# Owns `make testbed-test`: format, vet and unit tests of the testbed's own Go programs.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

for folder in flux ocirun kstatus kustomize readers loadgen node/echo node/modules/kubernetes/kindnet k3s/program talos/helpers talos/modules/flannel/tencent/{common,vpc}; do
  cd "$TESTBED/$folder"
  unformatted=$(gofmt -l .)
  [ -z "$unformatted" ] || die "run gofmt -w on $folder: $unformatted"
  go vet ./...
  go test ./...
done
for script in "$TESTBED"/{,node/,k3s/,talos/}*.sh "$TESTBED"/node/rootfs/{usr/local/bin/entrypoint,kind/bin/*} \
  "$TESTBED"/k3s/{proxy/usr/bin/nginx-proxy,tools/app/k3d-tools}; do
  bash -n "$script"
done
