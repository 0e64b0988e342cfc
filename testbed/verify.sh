#!/usr/bin/env bash
# Proves the testbed: stock kind makes a cluster of one control plane and two workers
# from the node image, and in it pods reach services on other nodes, names inside and
# outside the cluster resolve, volumes are provisioned; kind's other commands work; a
# restarted node comes back. About 2 min. Leaves nothing behind.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

PATH=$("$TESTBED/peers.sh"):$PATH
readonly CLUSTER=ksail-testbed-verify IMAGE=kindest/node:v1.36.4 ECHO=ksail-testbed/echo:v1
work=$(mktemp -d)
export KUBECONFIG=$work/kubeconfig
cleanup() {
  kind delete cluster -q --name $CLUSTER
  docker rm -f $CLUSTER-neighbour >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap cleanup EXIT

since() { echo "$(($(date +%s%3N) - $1)) ms"; }
now() { date +%s%3N; }
try() { # up to 30 s: for what follows from an event a moment later
  for _ in $(seq 60); do "$@" >"$work/out" 2>&1 && return; sleep 0.5; done
  cat "$work/out" >&2
  die "failed: $*"
}

create() { # NODES... : creates the cluster and says how long that took
  local start
  {
    printf 'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nkubeadmConfigPatches:\n'
    printf -- '- "{kind: KubeletConfiguration, failCgroupV1: false}"\nnodes:\n'
    printf -- '- role: %s\n' "$@"
  } >"$work/kind.yaml"
  start=$(now)
  kind create cluster -q --name $CLUSTER --image $IMAGE --config "$work/kind.yaml"
  say "$# nodes: kind create cluster returned after $(since "$start")"
  kubectl wait node --all --for=condition=Ready --timeout=60s >/dev/null
  say "$# nodes: all nodes Ready after $(since "$start")"
  try kubectl -n local-path-storage get pods -o name
  for namespace in kube-system local-path-storage; do
    kubectl -n $namespace wait pod --all --for=condition=Ready --timeout=60s >/dev/null
  done
  say "$# nodes: all pods Ready after $(since "$start")"
}

create control-plane
docker restart $CLUSTER-control-plane >/dev/null
start=$(now)
try kubectl get --raw /readyz
kubectl wait node --all --for=condition=Ready --timeout=60s >/dev/null
try kubectl -n kube-system rollout status deployment/coredns --timeout=5s
say "restarted node: CoreDNS Ready again after $(since "$start")"
kind delete cluster -q --name $CLUSTER

create control-plane worker worker
sed "s|@CLUSTER@|$CLUSTER|; s|@ECHO@|$ECHO|" "$TESTBED/../testdata/probe.yaml" | kubectl apply -f - >/dev/null
docker run -d --name $CLUSTER-neighbour --network kind $ECHO >/dev/null
kubectl wait pod server client --for=condition=Ready --timeout=60s >/dev/null
client() { kubectl exec client -- "$@"; }
try client echo get http://server/over-nodes
say "a service with its pod on another node answers: $(cat "$work/out")"
try client echo resolve kubernetes.default
say "kubernetes.default is $(tr '\n' ' ' <"$work/out")"
try client echo get http://$CLUSTER-neighbour:8080/outside
say "a container on the Docker network, by name: $(cat "$work/out")"
client sh -c 'echo kept >/data/file'
[ "$(client cat /data/file)" = kept ]
[ "$(kubectl get pvc data -o 'jsonpath={.status.phase}')" = Bound ]
say 'a claim is bound and written to'

has() { grep -e "$1" >/dev/null; } # unlike grep -q it reads to the end, so that the writer does not fail
kind get clusters | has "^$CLUSTER$"
[ "$(kind get nodes --name $CLUSTER | wc -l)" = 3 ]
kind get kubeconfig --name $CLUSTER | has "name: kind-$CLUSTER"
kind export logs -q --name $CLUSTER "$work/logs" >/dev/null
[ -s "$work/logs/$CLUSTER-worker/containerd.log" ] && [ -s "$work/logs/$CLUSTER-worker/images.log" ]
docker tag $ECHO ksail-testbed/loaded:v1
kind load docker-image -q --name $CLUSTER ksail-testbed/loaded:v1
docker rmi ksail-testbed/loaded:v1 >/dev/null
docker exec $CLUSTER-worker2 crictl images | has ksail-testbed/loaded
kind delete cluster -q --name $CLUSTER
[ -z "$(docker ps -aq --filter label=io.x-k8s.kind.cluster=$CLUSTER)" ]
say 'kind get, export logs, load and delete work'
