#!/usr/bin/env bash
# Owns `make testbed`: afterwards a Docker Engine answers, it has the node images, and what Talos nodes pull is served.
# One run at a time per cache; a run that finds everything in place takes under a second.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

exec {lock}>"$CACHE/lock"
flock --nonblock "$lock" || { say 'waiting for another run to end'; flock "$lock"; }
# What outlives this script must not inherit the lock.
"$TESTBED/engine.sh" {lock}>&-
"$TESTBED/node/image.sh" {lock}>&-
"$TESTBED/k3s/image.sh" {lock}>&-
"$TESTBED/talos/image.sh" {lock}>&-
"$TESTBED/talos/registry.sh" {lock}>&-
