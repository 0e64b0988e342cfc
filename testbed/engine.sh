#!/usr/bin/env bash
# Owns the Docker Engine of the testbed: uses the one that answers, else (root,
# Debian) installs and starts dockerd in its usual places. Idempotent, also after
# dockerd, containerd and every container were killed: old images, volumes and
# containers come back. Log: engine.log in the cache.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

readonly runtime=/usr/local/lib/ksail-testbed/ocirun engine_log=$CACHE/engine.log

answers() { command -v docker >/dev/null && docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

# A host without CAP_SYS_RESOURCE (capability 24) cannot grant it to containers.
lacks_sys_resource() {
  local bounding
  bounding=$(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/self/status)
  (((16#$bounding >> 24 & 1) == 0))
}

# The runtime lives outside the cache: containers need it for as long as the Engine runs.
install_runtime() {
  local built
  built=$(go_build ocirun ocirun '' '' .)/ocirun
  cmp -s "$built" "$runtime" && return
  say "this host lacks CAP_SYS_RESOURCE: containers run through $runtime"
  install -D -m 755 "$built" "$runtime.new"
  mv "$runtime.new" "$runtime"
}

# A killed dockerd leaves pid files behind and would not start because of them.
remove_stale() { # FILE PROGRAM
  local pid
  pid=$(cat "$1" 2>/dev/null) || return 0
  [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$2" ] && return
  say "removing $1: $2 is not running any more"
  rm -f "$1"
}

start() {
  [ -z "${DOCKER_HOST:-}" ] || die "the Engine at DOCKER_HOST=$DOCKER_HOST does not answer"
  [ "$(id -u)" = 0 ] || die "no Docker Engine answers and only root can start one"
  [ -f /etc/debian_version ] || die "no Docker Engine answers; the testbed starts one only on Debian"
  need_packages docker.io iptables
  local flags=()
  if lacks_sys_resource; then
    install_runtime
    flags=(--add-runtime "ocirun=$runtime" --default-runtime ocirun)
  fi
  remove_stale /var/run/docker.pid dockerd
  remove_stale /var/run/docker/containerd/containerd.pid containerd
  raise fs.inotify.max_user_instances 512
  raise fs.inotify.max_user_watches 524288
  say "starting the Docker Engine (about 3 s), log: $engine_log"
  setsid nohup dockerd "${flags[@]}" >>"$engine_log" 2>&1 </dev/null &
  local pid=$!
  for _ in $(seq 300); do
    answers && return
    kill -0 "$pid" 2>/dev/null || { tail -n 20 "$engine_log" >&2; die "dockerd ended, see $engine_log"; }
    sleep 0.2
  done
  die "dockerd does not answer after 60 s, see $engine_log"
}

# Every node watches many files; Debian's limits do for about two nodes.
raise() { # SYSCTL VALUE
  local file=/proc/sys/${1//.//}
  [ "$(cat "$file" 2>/dev/null || echo "$2")" -ge "$2" ] || echo "$2" >"$file" || say "could not raise $1 to $2"
}

if answers; then
  # An Engine that runs through our runtime gets it again when it is gone or old.
  if docker info --format '{{.DefaultRuntime}}' | grep -qx ocirun; then install_runtime; fi
else
  start
fi
say "Docker Engine $(docker version --format '{{.Server.Version}}') answers"
