#!/usr/bin/env bash
# Proves the node image of Talos and what its nodes pull: stock talosctl makes a cluster of one control plane and one
# worker; in it pods reach services on other nodes and names resolve; the Talos API answers; what is deleted is gone.
# About 1.5 min. Leaves nothing behind.
# KSAIL_TEST_TALOS_IMAGE=IMAGE tries another node image.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

PATH=$("$TESTBED/peers.sh"):$PATH
readonly CLUSTER=ksail-verify-talos ECHO=ksail-testbed/echo:v1 SUBNET=10.77.0
readonly IMAGE=${KSAIL_TEST_TALOS_IMAGE:-ghcr.io/siderolabs/talos:v1.13.9}
work=$(mktemp -d) creation=
export KUBECONFIG=$work/kubeconfig TALOSCONFIG=$work/talosconfig
nodes() { docker ps -aq --filter "label=talos.cluster.name=$CLUSTER"; }
remove() {
  nodes | xargs -r docker rm -fv >/dev/null
  docker network rm $CLUSTER >/dev/null 2>&1 || true
}
cleanup() {
  local status=$?
  [ -z "$creation" ] || kill "$creation" 2>/dev/null || true
  ((status == 0)) || nodes | xargs -r -I{} sh -c 'docker logs --tail 15 {} 2>&1 | cut -c1-300' >&2
  remove
  rm -rf "$work"
}
trap cleanup EXIT
remove # what a killed run left

now() { date +%s%3N; }
since() { echo "$(($(now) - $1)) ms"; }
try() { # up to 60 s: for what follows from an event a moment later
  for _ in $(seq 120); do "$@" >"$work/out" 2>&1 && return; sleep 0.5; done
  cat "$work/out" >&2
  die "failed: $*"
}
has() { grep -e "$1" >/dev/null; } # unlike grep -q it reads to the end, so that the writer does not fail

"$TESTBED/talos/patch.sh" fast >"$work/patch.yaml"
start=$(now)
talosctl cluster create docker --name $CLUSTER --state "$work/state" --workers 1 --image "$IMAGE" --subnet $SUBNET.0/24 \
  --talosconfig-destination "$TALOSCONFIG" --config-patch "@$work/patch.yaml" >"$work/log" 2>&1 &
creation=$!
for _ in $(seq 480); do kill -0 $creation 2>/dev/null || break; sleep 1; done
kill $creation 2>/dev/null && { tail -n 20 "$work/log" >&2; die 'talosctl cluster create took more than 8 minutes'; }
wait $creation || { tail -n 20 "$work/log" >&2; die 'talosctl cluster create failed'; }
say "talosctl cluster create returned after $(since "$start")"
kubectl wait node --all --for=condition=Ready --timeout=60s >/dev/null
[ "$(kubectl get nodes -o name | wc -l)" = 2 ]
kubectl -n kube-system wait pod --all --for=condition=Ready --timeout=60s >/dev/null
say "all pods Ready after $(since "$start")"
kubectl get nodes -o wide | has "^$CLUSTER-controlplane-1 .*control-plane .*$SUBNET.2 .*Talos (v"
kubectl get nodes -o wide | has "^$CLUSTER-worker-1 .*$SUBNET.3 .*Talos (v"
[ "$(kubectl get nodes -o yaml | grep -c flannel.alpha.coreos.com/backend-data)" = 2 ]

# Talos warns of pods that its strictest standard would refuse.
kubectl apply -f - >/dev/null 2>"$work/out" <<EOF || { cat "$work/out" >&2; die 'kubectl apply failed'; }
apiVersion: v1
kind: Pod
metadata: {name: server, labels: {app: server}}
spec:
  nodeName: $CLUSTER-controlplane-1
  containers: [{name: echo, image: $ECHO}]
---
apiVersion: v1
kind: Service
metadata: {name: server}
spec:
  selector: {app: server}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: v1
kind: Pod
metadata: {name: client}
spec:
  nodeName: $CLUSTER-worker-1
  containers: [{name: echo, image: $ECHO}]
EOF
try kubectl wait pod server client --for=condition=Ready --timeout=5s
client() { kubectl exec client -- "$@"; }
try client echo get http://server/over-nodes
say "a service with its pod on another node answers: $(cat "$work/out")"
try client echo resolve kubernetes.default
say "kubernetes.default is $(tr '\n' ' ' <"$work/out")"
try client echo resolve $CLUSTER-controlplane-1
say "a container on the Docker network, by name: $(tr '\n' ' ' <"$work/out")"
kubectl logs server >/dev/null

talos() { # PATTERN COMMAND... : the control plane's API answers with such a line
  local pattern=$1
  shift
  talosctl --nodes $SUBNET.2 "$@" >"$work/out" 2>&1 && has "$pattern" <"$work/out" && return
  cat "$work/out" >&2
  die "talosctl $* shows nothing like: $pattern"
}
talos "Tag: *${IMAGE##*:}" version
talos 'kubelet *Running *OK' services
talos "$CLUSTER-controlplane-1" etcd members
talos 'kube-apiserver.*RUNNING' containers --kubernetes
talosctl --nodes $SUBNET.2 kubeconfig --force "$work/again"
has 'current-context: admin@' <"$work/again"
! talosctl --nodes $SUBNET.3 etcd members >/dev/null 2>&1 || die 'a worker has an etcd'
say 'the Talos API answers'

mapfile -t volumes < <(nodes | xargs docker inspect --format '{{range .Mounts}}{{println .Name}}{{end}}' | sed '/^$/d')
start=$(now)
talosctl cluster destroy --provisioner docker --name $CLUSTER --state "$work/state" >"$work/log" 2>&1 || { cat "$work/log" >&2; die 'talosctl cluster destroy failed'; }
[ -z "$(nodes)" ] && [ -z "$(docker network ls -q --filter "name=^$CLUSTER$")" ]
for name in "${volumes[@]}"; do ! docker volume inspect "$name" >/dev/null 2>&1 || die "volume $name is left"; done
say "talosctl cluster destroy took $(since "$start") and left none of ${#volumes[@]} volumes"
