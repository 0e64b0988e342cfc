#!/usr/bin/env bash
# Owns the registry that Talos nodes pull from where the node image was built here: Debian's docker-registry on this
# machine's address on Docker's own network, with every image of a cluster and the probe under their official paths.
# Idempotent, also after the process was killed or its data removed. Data: registry/, log: registry.log in the cache.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/programs.sh"
. "$TESTBED/node/programs.sh"
. "$TESTBED/node/oci.sh"
. "$TESTBED/node/parts.sh"

# The names that Talos and containerd ask for.
readonly PAUSE=registry.k8s.io/pause ETCD=registry.k8s.io/etcd:v3.6.12 COREDNS=registry.k8s.io/coredns/coredns:v1.14.6
readonly KUBELET=ghcr.io/siderolabs/kubelet:$KUBERNETES FLANNEL=ghcr.io/siderolabs/flannel:0.28.8
readonly ECHO=docker.io/ksail-testbed/echo:v1
readonly LOG=$CACHE/registry.log

address=$(registry_address)

answers() { curl -fs --max-time 2 -o "$CACHE/registry.answer" "http://$address/v2/"; }

start() {
  local pid
  [ "$(id -u)" = 0 ] || die "no registry answers at $address and only root can install one"
  need_packages docker-registry curl jq
  cat >"$CACHE/registry.yml" <<EOF
version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $CACHE/registry}}
http: {addr: "$address"}
EOF
  say "starting a registry at $address, log: $LOG"
  # It outlives this clone's folder.
  (cd / && exec setsid nohup docker-registry serve "$CACHE/registry.yml") >>"$LOG" 2>&1 </dev/null &
  pid=$!
  for _ in $(seq 100); do
    answers && return
    kill -0 $pid 2>/dev/null || { tail -n 20 "$LOG" >&2; die "docker-registry ended, see $LOG"; }
    sleep 0.1
  done
  die "docker-registry does not answer after 10 s, see $LOG"
}

# images BASE WORK FLANNELD: writes every image as an OCI layout to WORK/images.
images() {
  local base=$1 layers=$2/layers layout=$2/images tag name kube proxy busybox
  local path='"Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]'
  layer_dirs "$base" "$layers"
  kube=$(oci_layer "$layout" "$layers/kube")
  proxy=$(oci_layer "$layout" "$layers/proxy")
  busybox=$(oci_layer "$layout" "$layers/busybox")
  for name in kube-apiserver kube-controller-manager kube-scheduler; do
    oci_image "$layout" "registry.k8s.io/$name:$KUBERNETES" "{$path, \"Entrypoint\": [\"$name\"]}" "$kube"
  done
  oci_image "$layout" "registry.k8s.io/kube-proxy:$KUBERNETES" "{$path, \"Entrypoint\": [\"kube-proxy\"]}" "$kube" "$proxy"
  kubelet_dir "$base" "$layers/kubelet"
  oci_image "$layout" "$KUBELET" "{$path, \"Entrypoint\": [\"/usr/local/bin/kubelet\"]}" "$kube" "$proxy" "$(oci_layer "$layout" "$layers/kubelet")"
  mkdir -p "$layers"/flannel/{opt/bin,etc/kube-flannel}
  cp "$3" "$layers/flannel/opt/bin/flanneld"
  oci_image "$layout" "$FLANNEL" "{$path, \"Entrypoint\": [\"/opt/bin/flanneld\"]}" "$busybox" "$proxy" "$(oci_layer "$layout" "$layers/flannel")"
  oci_image "$layout" "$ETCD" "{$path}" "$(oci_layer "$layout" "$layers/etcd")"
  oci_image "$layout" "$COREDNS" '{"Entrypoint": ["/usr/local/bin/coredns"]}' "$(oci_layer "$layout" "$layers/coredns")"
  oci_image "$layout" "$ECHO" "{$path, \"Entrypoint\": [\"echo\"], \"Cmd\": [\"serve\"]}" "$busybox" "$(oci_layer "$layout" "$layers/echo")"
  # Which one is asked for depends on containerd's version.
  for tag in 3.10.1 3.10.2; do
    oci_image "$layout" "$PAUSE:$tag" '{"Entrypoint": ["/usr/local/bin/pause", "-P"]}' "$(oci_layer "$layout" "$layers/pause")"
  done
  oci_finish "$layout"
}

# kubelet_dir BASE DIR: what the kubelet calls, and the link without which it does not find the node's containerd.
kubelet_dir() {
  local base=$1 dir=$2 name
  mkdir -p "$dir"/{etc,run,var,usr/bin,usr/sbin,usr/lib,usr/lib64,usr/local/bin}
  for name in bin sbin lib lib64; do ln -s "usr/$name" "$dir/$name"; done
  ln -s /run "$dir/var/run"
  ln -s kube "$dir/usr/local/bin/kubelet"
  # It looks for a user of its own here.
  cp "$TESTBED"/k3s/rootfs/etc/{passwd,group,nsswitch.conf} "$dir/etc/"
  copy_programs "$base" "$dir" /usr/bin/{mount,umount,findmnt,nsenter} /usr/sbin/blkid
}

# push LAYOUT: uploads its images under their paths without the upstream host; a blob that several share goes once.
push() {
  local blobs=$1/blobs/sha256 name digest blob path
  local -A origin=()
  while read -r name digest; do
    path=${name#*/} path=${path%:*}
    for blob in $(jq -r '.config.digest, .layers[].digest' "$blobs/${digest#sha256:}"); do
      upload "$path" "$blob" "${origin[$blob]:-}" "$blobs/${blob#sha256:}"
      origin[$blob]=$path
    done
    curl -fsS -X PUT -H 'Content-Type: application/vnd.oci.image.manifest.v1+json' \
      --data-binary "@$blobs/${digest#sha256:}" "http://$address/v2/$path/manifests/${name##*:}"
  done < <(jq -r '.manifests[] | "\(.annotations["io.containerd.image.name"]) \(.digest)"' "$1/index.json")
}

upload() { # PATH DIGEST ORIGIN FILE : ORIGIN is a path that has the blob, or empty
  local url=http://$address/v2/$1/blobs location
  location=$(curl -fsS -X POST -o /dev/null -D - "$url/uploads/?${3:+mount=$2&from=$3}" | tr -d '\r' | sed -n 's/^[Ll]ocation: //p')
  # Where the blob was taken over from ORIGIN, the location is the blob's.
  [[ $location != */uploads/* ]] ||
    curl -fsS -X PUT -H 'Content-Type: application/octet-stream' --data-binary "@$4" "$location&digest=$2"
}

fill() { # HASH
  local work=$CACHE/talos-images base=$CACHE/talos-images/base flannel
  need_packages mmdebstrap jq curl
  flannel=$(build_flannel)
  build_programs
  rm -rf "$work"
  say "filling the registry (about 15 s)"
  mkdir -p "$base"
  tar -xf "$(base)" -C "$base"
  images "$base" "$work" "$flannel/flannel"
  push "$work/images"
  # The last push says what all were made from.
  jq --arg tag "$(mark "$1")" '.manifests |= [.[0] | .annotations["io.containerd.image.name"] = $tag]' "$work/images/index.json" >"$work/index.json"
  mv "$work/index.json" "$work/images/index.json"
  push "$work/images"
  rm -rf "$work"
}

mark() { echo "docker.io/ksail-testbed/filled:$1"; }

if talos_is_ours; then
  answers || start
  hash=$(hash_of talos/registry.sh talos/programs.sh talos/modules k3s/rootfs node lib.sh)
  curl -fs -o /dev/null -I -H 'Accept: application/vnd.oci.image.manifest.v1+json' "http://$address/v2/ksail-testbed/filled/manifests/$hash" || fill "$hash"
  say "the images of Talos nodes are served at $address"
fi
