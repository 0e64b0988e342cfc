# shellcheck shell=bash
# Shared by the scripts of this folder (sourced, never run): where the clone is and where Cargo builds.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# A CI clone is thrown away after one run, and the dependencies take minutes to build. They are kept outside the clone
# there; Cargo itself knows what has to be built again. A developer's clone keeps its own `target`.
if [ "${CI:-}" = true ]; then
  export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/ksail/target}
fi

now() { date +%s%3N; }

# took START: the time since `now` said START, for people.
took() {
  local milliseconds=$(($(now) - $1))
  if ((milliseconds < 60000)); then
    printf '%d.%d s' $((milliseconds / 1000)) $((milliseconds % 1000 / 100))
  else
    printf '%d min %02d s' $((milliseconds / 60000)) $((milliseconds % 60000 / 1000))
  fi
}
