#!/usr/bin/env bash
# Owns src/config/talos/schema/fields.txt: what machine configuration may contain, by version of Talos.
#
#   testbed/talos/schema.sh           writes the file
#   testbed/talos/schema.sh --check   fails if the file is not what it would write
#   testbed/talos/schema.sh --folder  prints the folder of the built programs, one `schema-VERSION` per version
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

readonly SCHEMA=$TESTBED/talos/schema
readonly TABLE=$TESTBED/../src/config/talos/schema/fields.txt
# The newest version of each minor that mirrors have.
readonly VERSIONS=(1.9 1.10 1.11 1.12 1.13 1.14)

folder=$CACHE/talos-schema
mkdir -p "$folder"
combine=()
for version in "${VERSIONS[@]}"; do
  module=$(cd "$SCHEMA" && GOFLAGS=-mod=mod go list -modfile="v$version.mod" -m -f '{{.Dir}}' github.com/siderolabs/talos/pkg/machinery)
  (cd "$SCHEMA" && go build -modfile="v$version.mod" -buildvcs=false -o "$folder/schema-$version" .)
  "$folder/schema-$version" walk "$module" >"$folder/lines-$version"
  combine+=("$version=$folder/lines-$version")
done
"$folder/schema-${VERSIONS[-1]}" combine "${combine[@]}" >"$folder/fields.txt"
case ${1:-} in
  --check) diff -u "$TABLE" "$folder/fields.txt" ;;
  --folder) echo "$folder" ;;
  *) cp "$folder/fields.txt" "$TABLE" ;;
esac
