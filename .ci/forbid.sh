#!/usr/bin/env bash
# Fails if a committed file holds something that must not be committed: unfinished code, a path of one machine, a test
# that is ignored without a reason.
#
#   .ci/forbid.sh               checks this repository
#   .ci/forbid.sh --self-test   checks that every rule finds what it is for
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# What is wrong, what finds it, and a line that it must find.
readonly RULES=(
  'unfinished code|(todo|unimplemented)!|    todo!()'
  'left over from debugging|dbg!\(|    dbg!(value);'
  'an open end|FIXME|// FIXME later'
  'a stub|^//! STUB|//! STUB'
  'a path of one machine|(^|[^[:alnum:]_.-])(/work/(wt|main|shared|\.library)|/root/|/Users/)|see /work/main/src'
  'a page outside the repository|\.\./shared/|see ../shared/design.md'
  'a test ignored without a reason|#\[ignore\]|    #[ignore]'
)

# check FOLDER FILE...: prints every line that breaks a rule; fails if there is one.
check() {
  local folder=$1 found=0 rule what pattern
  shift
  for rule in "${RULES[@]}"; do
    what=${rule%%|*} pattern=${rule#*|} pattern=${pattern%|*}
    (cd "$folder" && printf '%s\0' "$@" | xargs -0 grep -nHIE -e "$pattern" --) | sed "s/^/$what: /" | grep . && found=1
  done
  return $found
}

self_test() {
  local folder rule failed=0
  folder=$(mktemp -d)
  for rule in "${RULES[@]}"; do
    printf 'fn main() {}\n%s\n' "${rule##*|}" >"$folder/bad.rs"
    if check "$folder" bad.rs >/dev/null; then
      echo "the rule \`${rule%%|*}\` misses: ${rule##*|}"
      failed=1
    fi
  done
  printf 'fn main() {}\n#[ignore = "needs docker"]\n// the default is /etc/kubernetes\n' >"$folder/good.rs"
  check "$folder" good.rs || failed=1
  rm -r "$folder"
  return $failed
}

if [ "${1:-}" = --self-test ]; then
  self_test
  exit
fi
# This file names what it forbids.
mapfile -d '' -t files < <(cd "$ROOT" && git ls-files -z --cached --others --exclude-standard -- ':!.ci/forbid.sh' ':!Cargo.lock')
existing=()
for file in "${files[@]}"; do [ ! -f "$ROOT/$file" ] || existing+=("$file"); done
check "$ROOT" "${existing[@]}"
