# shellcheck shell=bash
# Shared by the testbed's scripts (sourced, never run): where the cache is, how
# inputs are hashed, how Go programs are built once per content hash.
# Nothing is ever written into the clone.

TESTBED=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CACHE=${KSAIL_TESTBED_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ksail-testbed}

say() { echo "testbed: $*" >&2; }
die() { say "$*"; exit 1; }

# need_packages PACKAGE...: installs the Debian packages that are missing.
need_packages() {
  local missing
  missing=$(comm -23 <(printf '%s\n' "$@" | sort) <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p' | sort))
  [ -n "$missing" ] || return 0
  [ "$(id -u)" = 0 ] || die "these packages are missing and only root can install them: $(echo $missing)"
  say "installing $(echo $missing) (about 15 s)"
  local log=$CACHE/apt.log
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1 ||
    { tail -n 20 "$log" >&2; die "apt-get failed, see $log"; }
}

# hash_of PATH...: one hash over names and contents of files and folders below the testbed, except Go tests.
hash_of() {
  (cd "$TESTBED" && find "$@" -type f ! -name '*_test.go' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum) | sha256sum | cut -c1-16
}

# go_build NAME FOLDER LDFLAGS TAGS PACKAGE...: builds Go programs of the module in
# FOLDER and prints the folder they are in. A second call with the same inputs only prints.
go_build() {
  local name=$1 folder=$2 ldflags=$3 tags=$4 out
  shift 4
  out=$CACHE/go/$name-$(echo "$(hash_of "$folder") $ldflags $tags $*" | sha256sum | cut -c1-16)
  if [ ! -d "$out" ]; then
    say "building $name$(go_time "$name")"
    rm -rf "$out.part"
    mkdir -p "$out.part"
    (cd "$TESTBED/$folder" && CGO_ENABLED=0 GOFLAGS=-mod=readonly \
      go build -trimpath -buildvcs=false -ldflags "-s -w $ldflags" -tags "$tags" -o "$out.part/" "$@") >&2 ||
      die "building $name failed"
    mv "$out.part" "$out"
  fi
  echo "$out"
}

# What a cold build takes on two cores, for the programs that are worth a warning.
go_time() {
  case $1 in
    kubernetes) echo ' (about 5 min when cold)' ;;
    coredns | sops) echo ' (about 90 s when cold)' ;;
    containerd | crictl) echo ' (about 45 s when cold)' ;;
    etcd | kind | k3d) echo ' (about 25 s when cold)' ;;
  esac
}

mkdir -p "$CACHE"
