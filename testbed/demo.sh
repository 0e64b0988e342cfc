#!/usr/bin/env bash
# Owns `make demo`: ksail creates a real cluster, applies manifests of which some are encrypted, writes a CPU profile
# and deletes the cluster; every claim is shown by something other than ksail. Project: testdata/demo.
# Leaves nothing behind, also after a failure or Ctrl-C, but the profiles in out/.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$TESTBED/../.ci/lib.sh"
. "$TESTBED/talos/programs.sh"

readonly CLUSTER=ksail-demo ECHO=ksail-testbed/echo:v1
readonly PROFILE=out/demo.prof MANY=out/demo-build.prof
readonly KSAIL=${CARGO_TARGET_DIR:-$ROOT/target}/profiling/ksail

# The project is one of Kind; two variables make every command take it for one of another distribution.
case ${DISTRIBUTION:-Kind} in
  Kind | kind | Vanilla | vanilla)
    readonly LABEL=label=io.x-k8s.kind.cluster=$CLUSTER CONTEXT=kind-$CLUSTER ADMIN=/etc/kubernetes/admin.conf
    readonly NODES=("$CLUSTER-control-plane" "$CLUSTER-worker")
    ;;
  K3s | k3s | K3d | k3d)
    export KSAIL_SPEC_CLUSTER_DISTRIBUTION=K3s KSAIL_SPEC_CLUSTER_DISTRIBUTIONCONFIG=k3d.yaml
    readonly LABEL=label=k3d.cluster=$CLUSTER CONTEXT=k3d-$CLUSTER ADMIN=/output/kubeconfig.yaml
    readonly NODES=("k3d-$CLUSTER-server-0" "k3d-$CLUSTER-agent-0")
    ;;
  Talos | talos)
    export KSAIL_SPEC_CLUSTER_DISTRIBUTION=Talos KSAIL_SPEC_CLUSTER_DISTRIBUTIONCONFIG=talos
    readonly LABEL=label=talos.cluster.name=$CLUSTER CONTEXT=admin@$CLUSTER ADMIN=
    readonly NODES=("$CLUSTER-controlplane-1" "$CLUSTER-worker-1")
    ;;
  *) die "there is no distribution $DISTRIBUTION; use DISTRIBUTION=Kind, K3s or Talos" ;;
esac

cd "$ROOT"
work=$(mktemp -d)
# The demo neither reads nor changes the kubeconfig and the keys of whoever runs it.
export KUBECONFIG=$work/kubeconfig TALOSCONFIG=$work/talosconfig SOPS_AGE_KEY_FILE=$ROOT/testdata/demo/age.key
begun=$(now)

step() { printf '\n== %s\n' "$*"; }
shown() { echo "\$ $*" && "$@"; }
# ksail as its user calls it: from the project's folder.
ksail() {
  echo "\$ ksail $*" >&2
  (cd testdata/demo && exec "$KSAIL" "$@")
}
# kubectl of the node: it is there whatever this machine has. Talos's nodes have nothing of the kind.
kubectl() {
  if [ -n "$ADMIN" ]; then docker exec "${NODES[0]}" kubectl --kubeconfig "$ADMIN" "$@"; else "$peers/kubectl" "$@"; fi
}
containers() { docker ps -aq --filter "$LABEL"; }

remove() {
  [ -n "$(containers 2>/dev/null)" ] || return 0
  echo "removing cluster $CLUSTER"
  if [ -x "$KSAIL" ]; then (cd testdata/demo && "$KSAIL" cluster delete --yes) && return; fi
  containers | xargs docker rm -fv >/dev/null
}
cleanup() {
  local status=$?
  trap - EXIT INT TERM
  remove || true
  rm -rf "$work"
  ((status == 0)) || printf '\nthe demo did not get to its end (exit code %s)\n' "$status" >&2
  exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The official node image does not bring the probe that the demo runs; ours does.
load_echo() {
  local node
  # A Talos node takes images from registries only, and the testbed's has it.
  [ -n "$ADMIN" ] || return 0
  docker exec "${NODES[1]}" crictl inspecti "docker.io/$ECHO" >/dev/null 2>&1 && return
  docker image inspect "$ECHO" >/dev/null 2>&1 ||
    tar -C "$(go_build echo node/echo '' '' .)" -c echo |
    docker import -c 'ENTRYPOINT ["/echo"]' -c 'CMD ["serve"]' - "$ECHO" >/dev/null
  for node in "${NODES[@]}"; do
    docker save "$ECHO" | docker exec -i "$node" ctr --namespace k8s.io images import - >/dev/null
  done
}

step 'a Docker Engine and the node image'
"$TESTBED/up.sh"
remove # what a killed demo left
create=()
if [ -z "$ADMIN" ]; then
  talos_is_ours || die 'the demo of Talos needs the registry of the testbed, which is only there with a node image of the testbed'
  peers=$("$TESTBED/peers.sh")
  "$TESTBED/talos/patch.sh" >"$work/patch.yaml"
  create=(--workers 1 --config-patch "@$work/patch.yaml")
fi

step "ksail, release code with function names (first build: about 8 min on two cores)"
start=$(now)
cargo build --locked --profile profiling --bin ksail
echo "built in $(took "$start")"

step "a ${DISTRIBUTION:-Kind} cluster with one control plane and one worker"
start=$(now)
ksail cluster create "${create[@]}"
created=$(took "$start")
ksail cluster info
mapfile -t volumes < <(containers | xargs docker inspect --format '{{range .Mounts}}{{println .Name}}{{end}}' | sed '/^$/d')
load_echo

step 'manifests, two of them encrypted with SOPS'
echo 'what is on disk:'
grep -E '^ +(user|password|place): ENC' testdata/demo/k8s/{credentials,settings}.yaml | cut -c1-110
mkdir -p out
start=$(now)
ksail --cpuprofile "../../$PROFILE" workload apply
applied=$(took "$start")

step 'what runs now, seen by kubectl in the node'
kubectl get nodes -o wide
kubectl get pods --all-namespaces -o wide
echo
echo 'the log of the job, which sent what it was given to the greeter and prints the answer:'
answer=$(kubectl -n demo logs job/reader)
echo "  $answer"
wanted='/from-an-encrypted-configmap/decrypted-in-memory-only'
[[ $answer == *" $wanted "* ]] || die "the job did not get the decrypted values; wanted $wanted"
echo 'both decrypted values reached the pod'

step "CPU profiles"
echo 'of the apply above; it mostly waited, so there is little in it:'
shown go tool pprof -top -nodecount=8 "$PROFILE"
echo
echo 'of building 5000 documents, with the functions of ksail only:'
for number in $(seq 5000); do
  printf -- '---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: many-%s}\ndata: {number: "%s"}\n' "$number" "$number"
done >"$work/many.yaml"
ksail --cpuprofile "../../$MANY" workload build -f k8s -f "$work/many.yaml" >/dev/null
shown go tool pprof -top -cum -focus=ksail:: -show=ksail:: -nodecount=15 "$MANY"

step 'the cluster goes'
start=$(now)
ksail cluster delete --yes
deleted=$(took "$start")

step 'what is left of it'
left=$(containers | wc -l)
echo "containers with its label: $left"
kept=0
for volume in "${volumes[@]}"; do
  if docker volume inspect "$volume" >/dev/null 2>&1; then kept=$((kept + 1)); fi
done
echo "of its ${#volumes[@]} volumes: $kept"
networks=$(docker network ls -q --filter "$LABEL" | wc -l)
echo "networks of its own: $networks"
contexts=$(cat "$KUBECONFIG" "$TALOSCONFIG" 2>/dev/null | grep -c -e "$CONTEXT" -e "$CLUSTER" || true)
echo "lines about it in kubeconfig and talosconfig: ${contexts:-0}"
((left + kept + networks + ${contexts:-0} == 0)) || die 'the cluster left something behind'

printf '\n== done in %s\n' "$(took "$begun")"
echo "create $created, apply and wait $applied, delete $deleted; profiles in out/"
