#!/usr/bin/env bash
# The one gate: every stage that a change has to pass, the same locally and in CI.
#
#   .ci/check.sh all             every stage, in the order of the list below
#   .ci/check.sh STAGE...        these stages only
#   .ci/check.sh help            what the stages are
#
# A failed stage does not keep the others from running. The last line is `N passed, N failed`: tests, plus one for
# every stage that failed without a failed test to show for it. The exit code is 0 only if nothing failed and, where
# tests were asked for, at least one ran.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT" || exit 1

readonly ALL=(fmt forbid clippy docs unit binary testbed live)
readonly TESTS=' unit binary testbed live '

describe() {
  case $1 in
    fmt) echo 'Rust sources are formatted' ;;
    forbid) echo 'nothing unfinished and no path of one machine is committed' ;;
    clippy) echo 'lints of all targets, warnings are errors (first build of the dependencies: about 5 min)' ;;
    docs) echo 'API documentation of all items builds without a warning' ;;
    unit) echo 'unit tests and doctests' ;;
    binary) echo 'the program against a fake Engine and a fake API server' ;;
    testbed) echo 'a Docker Engine and the node image, then the tests of the testbed (cold: about 17 min)' ;;
    live) echo 'the program against the real Engine, with real clusters' ;;
    *) return 1 ;;
  esac
}

# component NAME: installs a part of the Rust toolchain that is missing.
component() {
  cargo "$1" --version >/dev/null 2>&1 && return
  command -v rustup >/dev/null || { echo "cargo $1 is missing and there is no rustup to install it" && return 1; }
  echo "installing cargo $1"
  local name=$1
  [ "$1" != fmt ] || name=rustfmt
  rustup component add "$name" || { echo "rustup could not install $name" && return 1; }
}

stage_fmt() { component fmt && cargo fmt --check; }
stage_forbid() { .ci/forbid.sh --self-test && .ci/forbid.sh; }
stage_clippy() { component clippy && CLIPPY_CONF_DIR=$ROOT/.ci cargo clippy --all-targets --locked -- -D warnings; }
stage_docs() { RUSTDOCFLAGS='-D warnings' cargo doc --no-deps --document-private-items --locked; }
stage_unit() { cargo test --locked --lib && cargo test --locked --doc; }
stage_binary() { cargo test --locked --test it; }
# With -v every Go test has a line, so that it can be counted.
stage_testbed() { make --no-print-directory testbed && GOFLAGS=-v make --no-print-directory testbed-test; }
stage_live() {
  local status=0
  make --no-print-directory testbed || return
  cargo test --locked --test live -- --ignored --test-threads=1 || status=$?
  # The cluster that tests share (tests/live/support/shared.rs): no test knows that it is the last.
  docker ps --all --quiet --filter label=io.x-k8s.kind.cluster=live-shared | xargs --no-run-if-empty docker rm --force --volumes >/dev/null
  return "$status"
}

# count LOG: passed and failed tests in the output of a stage, Rust's by their totals and Go's by their lines.
count() {
  awk '
    /^test result:/ {
      for (i = 2; i <= NF; i++) {
        if ($i == "passed;") passed += $(i - 1)
        if ($i == "failed;") failed += $(i - 1)
      }
    }
    /^--- PASS:/ { passed++ }
    /^--- FAIL:/ { failed++ }
    END { print passed + 0, failed + 0 }' "$1"
}

passed=0 failed=0 tests=false
summary=()

run() {
  local stage=$1 status=0 start here_passed here_failed word=ok
  start=$(now)
  printf '\n== %s: %s\n' "$stage" "$(describe "$stage")"
  "stage_$stage" </dev/null 2>&1 | tee "$log"
  status=${PIPESTATUS[0]}
  read -r here_passed here_failed <<<"$(count "$log")"
  if ((status != 0)); then
    word=FAILED
    ((here_failed > 0)) || here_failed=1
  fi
  passed=$((passed + here_passed)) failed=$((failed + here_failed))
  [[ $TESTS != *" $stage "* ]] || tests=true
  local tested=''
  ((here_passed + here_failed == 0)) || tested=", $here_passed passed, $here_failed failed"
  summary+=("$(printf '%-8s %s in %s%s' "$stage" "$word" "$(took "$start")" "$tested")")
}

stages=("$@")
case ${1:-help} in
  all) stages=("${ALL[@]}") ;;
  help | --help | -h)
    echo 'usage: .ci/check.sh all | STAGE...'
    for stage in "${ALL[@]}"; do printf '  %-8s %s\n' "$stage" "$(describe "$stage")"; done
    exit 0
    ;;
esac
for stage in "${stages[@]}"; do
  describe "$stage" >/dev/null || { echo "no such stage: $stage (stages: ${ALL[*]})" >&2 && exit 64; }
done

log=$(mktemp)
trap 'rm -f "$log"' EXIT
trap 'echo "interrupted" >&2; exit 130' INT TERM
for stage in "${stages[@]}"; do run "$stage"; done

printf '\n== summary\n'
printf '%s\n' "${summary[@]}"
if $tests && ((passed + failed == 0)); then
  echo 'no test ran'
  failed=1
fi
echo "$passed passed, $failed failed" | tee "${KSAIL_CI_SUMMARY:-/dev/null}"
((failed == 0))
