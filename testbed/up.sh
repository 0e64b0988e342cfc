#!/usr/bin/env bash
# Owns `make testbed`: afterwards a Docker Engine answers and it has the node images.
# One run at a time per cache; a run that finds everything in place takes under a second.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

exec {lock}>"$CACHE/lock"
flock --nonblock "$lock" || { say 'waiting for another run to end'; flock "$lock"; }
# dockerd outlives this script and must not inherit the lock.
"$TESTBED/engine.sh" {lock}>&-
"$TESTBED/node/image.sh" {lock}>&-
"$TESTBED/k3s/image.sh" {lock}>&-
