#!/usr/bin/env bash
# Owns src/workload/validate/schemas/*.json.gz: what objects of Kubernetes may contain, by minor version.
#
#   testbed/schemas.sh           writes the files
#   testbed/schemas.sh --check   fails if the files are not what it would write
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

readonly OWNED=$TESTBED/../src/workload/validate/schemas

program=$(go_build schemas schemas '' '' .)/schemas
folder=$CACHE/schemas
rm -rf "$folder"
mkdir -p "$folder"
modules=()
while read -r version sum; do
  found=$(cd "$TESTBED/schemas" && GOFLAGS=-mod=mod go mod download -json "k8s.io/kubernetes@$version")
  [ "$(sed -n 's/.*"Sum": "\(.*\)",*/\1/p' <<<"$found")" = "$sum" ] || die "k8s.io/kubernetes@$version is not the module with the checksum $sum"
  modules+=("$version=$(sed -n 's/.*"Dir": "\(.*\)",*/\1/p' <<<"$found")")
done <"$TESTBED/schemas/versions.txt"
"$program" "$folder" "${modules[@]}"
case ${1:-} in
  --check) diff -r --exclude=README.md "$OWNED" "$folder" && echo 'the files are what this program writes' ;;
  *) cp "$folder"/*.json.gz "$OWNED/" ;;
esac
