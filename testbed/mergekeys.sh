#!/usr/bin/env bash
# Owns src/workload/build/kustomize/schema/builtin.txt: how kustomize merges lists of the types that it has built in.
#
#   testbed/mergekeys.sh           writes the file
#   testbed/mergekeys.sh --check   fails if the file is not what it would write
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

readonly OWNED=$TESTBED/../src/workload/build/kustomize/schema/builtin.txt

program=$(go_build mergekeys mergekeys '' '' .)/mergekeys
case ${1:-} in
  --check) "$program" | diff "$OWNED" - && echo 'the file is what this program writes' ;;
  *) "$program" >"$OWNED" ;;
esac
