#!/usr/bin/env bash
# Proves the K3s images of the testbed: stock k3d makes a cluster of one server and one
# agent behind its load balancer; in it pods reach services on other nodes, names resolve,
# volumes are provisioned; k3d's other commands work; a server's start shows its stages in
# order, and what goes wrong shows as it does with K3s; servers join one at a time. About 4 min.
# Leaves nothing behind.
# KSAIL_TEST_K3S_IMAGE=IMAGE tries another node image.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

PATH=$("$TESTBED/peers.sh"):$PATH
readonly CLUSTER=ksail-verify-k3s ECHO=ksail-testbed/echo:v1 LOADED=ksail-testbed/loaded-k3s:v1
readonly IMAGE=${KSAIL_TEST_K3S_IMAGE:-rancher/k3s:v1.36.4-k3s1} TOKEN=verify-the-testbed
work=$(mktemp -d)
export KUBECONFIG=$work/kubeconfig

nodes() { docker ps -aq --filter "name=^$CLUSTER-"; }
cleanup() {
  local status=$?
  ((status == 0)) || nodes | xargs -r -I{} sh -c 'docker logs --tail 5 {} 2>&1 | cut -c1-300' >&2
  k3d cluster delete $CLUSTER >/dev/null 2>&1 || true
  nodes | xargs -r docker rm -fv >/dev/null 2>&1 || true
  docker network rm $CLUSTER >/dev/null 2>&1 || true
  docker rmi $LOADED >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap cleanup EXIT

now() { date +%s%3N; }
since() { echo "$(($(now) - $1)) ms"; }
try() { # up to PATIENCE or 60 s: for what follows from an event a moment later
  for _ in $(seq $((${PATIENCE:-60} * 2))); do "$@" >"$work/out" 2>&1 && return; sleep 0.5; done
  cat "$work/out" >&2
  die "failed: $*"
}
has() { grep -e "$1" >/dev/null; } # unlike grep -q it reads to the end, so that the writer does not fail

# kubelet refuses cgroup v1 unless it is told otherwise, on K3s as everywhere.
v1=()
[ "$(docker info --format '{{.CgroupVersion}}')" != 1 ] || v1=(--kubelet-arg=fail-cgroupv1=false)

# --- Stock k3d ---
flags=()
[ ${#v1[@]} = 0 ] || flags=(--k3s-arg "${v1[0]}@server:*;agent:*")
start=$(now)
k3d cluster create $CLUSTER --agents 1 --image "$IMAGE" --timeout 180s --api-port 127.0.0.1:random "${flags[@]}" \
  --k3s-arg '--disable=traefik,servicelb,metrics-server@server:*' >"$work/k3d.log" 2>&1 || { cat "$work/k3d.log" >&2; die 'k3d cluster create failed'; }
say "k3d cluster create returned after $(since "$start")"
kubectl wait node --all --for=condition=Ready --timeout=60s >/dev/null
say "all nodes Ready after $(since "$start")"
usable() { # no taint that a new node has, and a network on every node
  [ "$(kubectl get nodes -o name | wc -l)" = 2 ] &&
    ! kubectl get nodes -o 'jsonpath={.items[*].spec.taints[*].key}' | grep . &&
    [ "$(kubectl get nodes -o yaml | grep -c flannel.alpha.coreos.com/backend-data)" = 2 ] &&
    kubectl get serviceaccount default
}
try usable
say "nodes usable after $(since "$start")"
try kubectl -n kube-system rollout status deployment/coredns --timeout=5s
say "CoreDNS Ready after $(since "$start")"
kubectl get nodes | has '+k3s1$'
kubectl get nodes --show-labels | has 'server-0.*instance-type=k3s.*node-role.kubernetes.io/control-plane=true'
kubectl get node -o yaml k3d-$CLUSTER-server-0 | has "providerID: k3s://k3d-$CLUSTER-server-0"
kubectl get node -o yaml k3d-$CLUSTER-server-0 | has 'k3s.io/node-args:'
! kubectl get nodes -o yaml | grep "$(docker inspect -f '{{index .Config.Labels "k3d.cluster.token"}}' k3d-$CLUSTER-server-0)" || die 'the token is in a node object'

docker tag $ECHO $LOADED
k3d image import -c $CLUSTER --mode direct $LOADED >"$work/k3d.log" 2>&1
docker rmi $LOADED >/dev/null
docker exec k3d-$CLUSTER-agent-0 crictl images | has "${LOADED%:*}"
say 'k3d image import works'

volume=''
if kubectl get storageclass local-path >/dev/null 2>&1; then volume=', volumeMounts: [{name: data, mountPath: /data}]'; fi
kubectl apply -f - >/dev/null <<EOF
apiVersion: v1
kind: Pod
metadata: {name: server, labels: {app: server}}
spec:
  nodeName: k3d-$CLUSTER-server-0
  containers: [{name: echo, image: $LOADED}]
---
apiVersion: v1
kind: Service
metadata: {name: server}
spec:
  selector: {app: server}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 1Mi}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: client}
spec:
  selector: {matchLabels: {app: client}}
  template:
    metadata: {labels: {app: client}}
    spec:
      nodeSelector: {kubernetes.io/hostname: k3d-$CLUSTER-agent-0}
      terminationGracePeriodSeconds: 1
      containers: [{name: echo, image: $LOADED$volume}]
      ${volume:+volumes: [{name: data, persistentVolumeClaim: {claimName: data\}\}]}
EOF
kubectl wait pod server --for=condition=Ready --timeout=60s >/dev/null
kubectl rollout status deployment/client --timeout=60s >/dev/null
client() { kubectl exec deployment/client -- "$@"; }
try client echo get http://server/over-nodes
say "a service with its pod on another node answers: $(cat "$work/out")"
try client echo resolve kubernetes.default
say "kubernetes.default is $(tr '\n' ' ' <"$work/out")"
try client echo resolve host.k3d.internal
say "host.k3d.internal is $(tr '\n' ' ' <"$work/out")"
try client echo resolve k3d-$CLUSTER-agent-0
if [ -n "$volume" ]; then
  client sh -c 'echo kept >/data/file'
  [ "$(kubectl get pvc data -o 'jsonpath={.status.phase}')" = Bound ]
  say 'a claim is bound and written to'
fi
kubectl logs server >/dev/null

k3d kubeconfig get $CLUSTER | has "name: k3d-$CLUSTER"
k3d cluster list --no-headers $CLUSTER | has "$CLUSTER *1/1 *1/1 *true"
start=$(now)
k3d cluster stop $CLUSTER >"$work/k3d.log" 2>&1
say "k3d cluster stop took $(since "$start")"
start=$(now)
k3d cluster start $CLUSTER --timeout 180s >"$work/k3d.log" 2>&1 || { cat "$work/k3d.log" >&2; die 'k3d cluster start failed'; }
say "k3d cluster start took $(since "$start")"
try kubectl wait node --all --for=condition=Ready --timeout=5s
try kubectl rollout status deployment/client --timeout=5s
if [ -n "$volume" ]; then try client grep kept /data/file; fi
say "pods run again, with their data, $(since "$start") after the start"
mapfile -t volumes < <(docker ps -aq --filter "label=k3d.cluster=$CLUSTER" | xargs docker inspect --format '{{range .Mounts}}{{println .Name}}{{end}}' | sed '/^$/d')
start=$(now)
k3d cluster delete $CLUSTER >"$work/k3d.log" 2>&1
[ -z "$(docker ps -aq --filter "label=k3d.cluster=$CLUSTER")" ] && [ -z "$(docker network ls -q --filter "name=^k3d-$CLUSTER$")" ]
for name in "${volumes[@]}"; do ! docker volume inspect "$name" >/dev/null 2>&1 || die "volume $name is left"; done
say "k3d cluster delete took $(since "$start") and left none of ${#volumes[@]} volumes"

# --- One server, seen from outside ---
docker network create $CLUSTER >/dev/null
run() { # NAME [OPTION of docker run...] -- COMMAND... : a node without k3d
  local name=$CLUSTER-$1 options=()
  shift
  while [ "$1" != -- ]; do options+=("$1") && shift; done
  shift
  docker run -d --name "$name" --hostname "$name" --network $CLUSTER --init --tmpfs /run --tmpfs /var/run "${options[@]}" "$IMAGE" "$@" >/dev/null
}
logged() { # NAME TEXT SECONDS : the container says so in that time
  for _ in $(seq $(($3 * 4))); do
    docker logs $CLUSTER-"$1" 2>&1 | has "$2" && return
    sleep 0.25
  done
  docker logs --tail 15 $CLUSTER-"$1" 2>&1 | cut -c1-300 >&2
  die "$1 does not say: $2"
}
state() { docker inspect -f '{{.State.Status}} {{.State.ExitCode}}' $CLUSTER-"$1"; }
remove() { for name in "$@"; do docker rm -fv $CLUSTER-"$name" >/dev/null; done; }

start=$(now)
run server --privileged -e "K3S_TOKEN=$TOKEN" -- server "${v1[@]}" --disable=traefik,servicelb,metrics-server
server=https://$(docker inspect -f "{{(index .NetworkSettings.Networks \"$CLUSTER\").IPAddress}}" $CLUSTER-server):6443
ask() { curl -ks --max-time 2 -o "$work/body" -w '%{http_code}' "$@" || true; } # prints 000 where nothing answers
ready() { docker exec $CLUSTER-server kubectl get node $CLUSTER-server -o jsonpath="$1" 2>/dev/null; }
stage() { # TEXT COMMAND... : waits for it, up to 60 s, and says when it came
  local text=$1
  shift
  for _ in $(seq 600); do
    if "$@"; then say "$(printf '%6s' "$(since "$start")")  $text"; return; fi
    sleep 0.1
  done
  die "never came: $text"
}
answers() { [ "$(ask "${@:2}")" = "$1" ]; }
stage '/ping' answers 200 "$server/ping"
[ "$(cat "$work/body")" = pong ] || die "/ping says $(cat "$work/body")"
answers 200 "$server/cacerts" && has 'BEGIN CERTIFICATE' <"$work/body" || die 'no /cacerts'
answers 401 "$server/v1-k3s/readyz" || die 'readyz wants no token'
answers 401 -u "node:wrong" "$server/v1-k3s/readyz" || die 'readyz takes any token'
early=$(ask -u "node:$TOKEN" "$server/v1-k3s/readyz")
[ "$early" = 200 ] || { [ "$early" = 503 ] && has 'not ready' <"$work/body"; } || die "readyz says $early: $(cat "$work/body")"
stage 'anonymous /readyz is refused: the API server answers' answers 401 "$server/readyz"
stage '/v1-k3s/readyz with the token' answers 200 -u "node:$TOKEN" "$server/v1-k3s/readyz"
hash=$(curl -ks "$server/cacerts" | sha256sum | cut -d' ' -f1)
answers 200 -u "server:$TOKEN" "$server/v1-k3s/readyz" || die 'readyz refuses the server'
docker exec $CLUSTER-server cat /var/lib/rancher/k3s/server/token | has "^K10$hash::server:$TOKEN$"
condition='{.status.conditions[?(@.type=="Ready")].status}'
stage 'node Ready' eval "ready '$condition' | has True"
stage 'taints gone' eval '[ -z "$(ready "{.spec.taints[*].key}")" ]'
stage 'network annotation' eval "ready '{.metadata.annotations}' | has flannel.alpha.coreos.com/backend-data"
[ "$(docker exec $CLUSTER-server stat -c %a /etc/rancher/k3s/k3s.yaml)" = 600 ] || die 'the kubeconfig is open to others'
docker exec $CLUSTER-server cat /etc/rancher/k3s/k3s.yaml >"$work/k3s.yaml"
for text in 'server: https://127.0.0.1:6443' 'current-context: default' 'client-certificate-data: '; do has "$text" <"$work/k3s.yaml"; done
for text in 'Running kube-apiserver' 'containerd is now running' 'Wrote kubeconfig' 'Kube API server is now running' 'k3s is up and running' \
  'Successfully registered node' 'Cluster dns configmap'; do logged server "$text" 20; done

# --- What goes wrong ---
agent() { # NAME TOKEN [ADDRESS of the server]
  run "$1" --privileged -e "K3S_TOKEN=$2" -- agent --server "https://${3:-$CLUSTER-server:6443}" "${v1[@]}"
}
agent wrong wrong
agent lost $TOKEN 127.0.0.1:7777
agent bare ''
run weak -e "K3S_TOKEN=$TOKEN" -- server "${v1[@]}"
run typo --privileged -- server --no-such-flag
agent twin $TOKEN
logged bare 'level=fatal msg="--token is required"' 5
logged typo 'flag provided but not defined: -no-such-flag' 5
[ "$(state typo)" = 'exited 1' ] || die "an unknown flag leaves the container $(state typo)"
logged weak 'level=fatal .*overlayfs.* snapshotter cannot be enabled' 30
logged wrong 'level=info msg="Waiting to retrieve agent configuration; server is not ready: .*not authorized' 15
logged lost 'level=error msg="Failed to validate connection to cluster at https://127.0.0.1:7777' 10
[ "$(state wrong)" = 'running 0' ] && [ "$(state lost)" = 'running 0' ] || die 'an agent does not try for ever'
say 'wrong token, no token, unreachable server, unknown flag and missing privileges show as with K3s'
remove wrong lost bare weak typo
kube() { docker exec $CLUSTER-server kubectl "$@"; }
try kube wait node $CLUSTER-twin --for=condition=Ready --timeout=5s
remove twin
agent twin $TOKEN
logged twin 'Node password rejected, duplicate hostname' 15
kube delete node $CLUSTER-twin >/dev/null
try kube wait node $CLUSTER-twin --for=condition=Ready --timeout=5s
say 'a node made anew under an old name is refused until its Node is deleted'
if [ ${#v1[@]} != 0 ]; then
  run v1 --privileged -e "K3S_TOKEN=$TOKEN" -- server
  logged v1 'k3s is up and running' 30
  logged v1 'Shutdown request received: kubelet exited: .*cgroup v1' 15
  try eval '[ "$(state v1)" = "exited 0" ]'
  say 'on cgroup v1 without the flag K3s comes up, says why it ends, and exits with 0'
fi

docker exec $CLUSTER-server sha256sum /var/lib/rancher/k3s/server/tls/server-ca.crt /etc/rancher/k3s/k3s.yaml >"$work/before"
start=$(now)
docker stop $CLUSTER-server >/dev/null
[ "$(state server)" = 'exited 0' ] || die "a stopped server is $(state server)"
say "docker stop took $(since "$start")"
start=$(now)
docker start $CLUSTER-server >/dev/null
try kube get --raw /readyz
say "a stopped server is ready again after $(since "$start")"
docker exec $CLUSTER-server sha256sum /var/lib/rancher/k3s/server/tls/server-ca.crt /etc/rancher/k3s/k3s.yaml | cmp - "$work/before" || die 'CA or kubeconfig changed'
try kube wait node --all --for=condition=Ready --timeout=5s
remove server twin

# --- Three servers with an etcd of their own, the last two joining at once ---
start=$(now)
run server --privileged -e "K3S_TOKEN=$TOKEN" -- server --cluster-init "${v1[@]}" --disable=traefik,servicelb,metrics-server
try kube get --raw /readyz
for name in second third; do
  run $name --privileged -e "K3S_TOKEN=$TOKEN" -- server --server "https://$CLUSTER-server:6443" "${v1[@]}" --disable=traefik,servicelb,metrics-server
done
run stranger --privileged -e K3S_TOKEN=wrong -- server --server "https://$CLUSTER-server:6443" "${v1[@]}"
joined() { [ "$(kube get nodes -l node-role.kubernetes.io/etcd=true -o name | wc -l)" = 3 ] && kube wait node --all --for=condition=Ready --timeout=1s; }
PATIENCE=120 try joined
say "three servers are Ready after $(since "$start")"
{ docker logs $CLUSTER-second; docker logs $CLUSTER-third; } 2>&1 | has 'too many learner members' || die 'two servers joined at the same time'
logged stranger 'level=fatal' 15
remove third
kube delete node $CLUSTER-third >/dev/null
try docker exec $CLUSTER-second kubectl get --raw /readyz
say 'servers join one at a time, and the others go on when one is gone'
