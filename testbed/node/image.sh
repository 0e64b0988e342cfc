#!/usr/bin/env bash
# Owns the node image: makes sure the Engine has kindest/node at this version.
# Takes the one that is there, else pulls the official one, else builds it from Go
# modules and Debian packages (needs root). A built image carries the hash of its
# inputs as a label and is built again only when that differs.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/programs.sh"
. "$(dirname "${BASH_SOURCE[0]}")/oci.sh"
. "$(dirname "${BASH_SOURCE[0]}")/parts.sh"

readonly IMAGE=kindest/node:$KUBERNETES
# What the node runs as containers. kubeadm's names are checked against its own list below.
readonly PAUSE=registry.k8s.io/pause:3.10.2 ETCD=registry.k8s.io/etcd:3.6.8-0 COREDNS=registry.k8s.io/coredns/coredns:v1.14.2
readonly KINDNETD=docker.io/kindest/kindnetd:v20260820-69b56db7
readonly LOCAL_PATH=docker.io/kindest/local-path-provisioner:v20260820-69b56db7 LOCAL_PATH_HELPER=docker.io/kindest/local-path-helper:v20260131-7181c60a
readonly ECHO=docker.io/ksail-testbed/echo:v1

readonly CNI_PLUGINS='bridge host-local loopback portmap ptp'

# system ROOT: the Debian system, cut down to what a node boots with, plus this folder's files.
system() {
  local root=$1 units=$1/usr/lib/systemd/system want plugin
  mkdir -p "$root"
  tar -xf "$(base)" -C "$root"
  for want in "$units"/{sysinit,sockets,multi-user,graphical,timers}.target.wants/*; do
    case ${want##*/} in
      systemd-journald.service | systemd-journald.socket | systemd-journald-dev-log.socket) ;;
      *) rm -f "$want" ;;
    esac
  done
  rm -rf "$root"/etc/systemd/system/*.wants "$root"/usr/lib/systemd/system-generators/* \
    "$root"/var/cache/* "$root"/var/lib/{apt,dpkg,systemd/catalog}/* "$root"/var/log/* "$root"/etc/machine-id "$root"/etc/resolv.conf "$root"/etc/hostname
  ln -sf multi-user.target "$units/default.target"
  chmod u-s "$root"/usr/bin/{mount,umount}

  cp -a "$TESTBED/node/rootfs/." "$root/"
  chown -R 0:0 "$root"/{etc/containerd,etc/systemd,etc/default,kind,usr/local}
  mkdir -p "$root"/{opt/cni/bin,etc/cni/net.d,etc/containerd/certs.d,etc/kubernetes/manifests,etc/systemd/system/multi-user.target.wants}
  ln -s ../containerd.service ../kubelet.service "$root/etc/systemd/system/multi-user.target.wants/"
  for plugin in $CNI_PLUGINS; do mv "$root/usr/lib/cni/$plugin" "$root/opt/cni/bin/"; done
  rm -r "$root/usr/lib/cni"

  install -t "$root/usr/local/bin" "$containerd_bin"/* "$crictl_bin/crictl" "$ocirun_bin/ocirun"
  echo "$KUBERNETES" >"$root/kind/version"
  sed -i "s|@PAUSE@|$PAUSE|" "$root/etc/containerd/config.toml"
  sed -i -e "s|@KINDNETD@|$KINDNETD|" -e "s|@LOCAL_PATH@|$LOCAL_PATH|" -e "s|@LOCAL_PATH_HELPER@|$LOCAL_PATH_HELPER|" "$root"/kind/manifests/*.yaml
  # Pods get the limits of containerd, not the default of 1024 files.
  "$containerd_bin/ctr" oci spec | jq 'del(.process.rlimits)' >"$root/etc/containerd/cri-base.json"
}

# images ROOT WORK: writes every container image as an OCI layout to WORK/images.
images() {
  local root=$1 layers=$2/layers layout=$2/images name
  local path='"Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]'
  local kube proxy busybox
  layer_dirs "$root" "$layers"
  kube=$(oci_layer "$layout" "$layers/kube")
  proxy=$(oci_layer "$layout" "$layers/proxy")
  busybox=$(oci_layer "$layout" "$layers/busybox")
  for name in kube-apiserver kube-controller-manager kube-scheduler; do
    oci_image "$layout" "registry.k8s.io/$name:$KUBERNETES" "{$path, \"Entrypoint\": [\"$name\"]}" "$kube"
  done
  oci_image "$layout" "registry.k8s.io/kube-proxy:$KUBERNETES" "{$path, \"Entrypoint\": [\"kube-proxy\"]}" "$kube" "$proxy"
  oci_image "$layout" "$KINDNETD" "{$path, \"Entrypoint\": [\"kindnetd\"]}" "$kube" "$proxy"
  oci_image "$layout" "$PAUSE" '{"Entrypoint": ["/usr/local/bin/pause", "-P"]}' "$(oci_layer "$layout" "$layers/pause")"
  oci_image "$layout" "$ETCD" "{$path}" "$(oci_layer "$layout" "$layers/etcd")"
  oci_image "$layout" "$COREDNS" '{"Entrypoint": ["/usr/local/bin/coredns"]}' "$(oci_layer "$layout" "$layers/coredns")"
  oci_image "$layout" "$LOCAL_PATH" "{$path, \"Entrypoint\": [\"local-path-provisioner\"]}" "$(oci_layer "$layout" "$layers/local-path")"
  oci_image "$layout" "$LOCAL_PATH_HELPER" "{$path, \"Cmd\": [\"sh\"]}" "$busybox"
  oci_image "$layout" "$ECHO" "{$path, \"Entrypoint\": [\"echo\"], \"Cmd\": [\"serve\"]}" "$busybox" "$(oci_layer "$layout" "$layers/echo")"
  oci_finish "$layout"
}

# node_programs ROOT: the node's kubeadm, kubelet and kubectl are the file of the images' layer.
node_programs() {
  local root=$1 program kube
  kube=$(echo "$root"/kind/snapshots/*/usr/local/bin/kube)
  ln "$kube" "$root/usr/bin/kube"
  for program in kubeadm kubelet kubectl; do ln -s kube "$root/usr/bin/$program"; done
}

# check ROOT WORK: all that kubeadm wants must be preloaded.
check() {
  local wanted missing
  wanted=$(chroot "$1" kubeadm config images list --kubernetes-version "$KUBERNETES")
  missing=$(comm -23 <(sort <<<"$wanted") \
    <(jq -r '.manifests[].annotations["io.containerd.image.name"]' "$2/images/index.json" | sort))
  [ -z "$missing" ] || die "kubeadm wants images that are not built: $missing"
}

build() { # HASH
  local work=$CACHE/node root=$CACHE/node/root
  build_programs
  rm -rf "$work"
  say "putting $IMAGE together (about 20 s)"
  system "$root"
  images "$root" "$work"
  preload "$root" "$work" /var/lib/containerd /kind/snapshots
  node_programs "$root"
  check "$root" "$work"
  tar --numeric-owner -C "$root" -c . | docker import \
    -c 'ENV container=docker' -c 'ENTRYPOINT ["/usr/local/bin/entrypoint","/sbin/init"]' -c "LABEL $LABEL=$1" - ksail-testbed/node:unfinished >/dev/null
  printf 'FROM ksail-testbed/node:unfinished\nSTOPSIGNAL SIGRTMIN+3\n' | DOCKER_BUILDKIT=0 docker build -q -t "$IMAGE" - >/dev/null 2>"$CACHE/build.log" ||
    { cat "$CACHE/build.log" >&2; die "docker build failed"; }
  docker rmi ksail-testbed/node:unfinished >/dev/null
  # The probe also goes to the Engine itself, for tests that load images or need a neighbour on the network.
  cp -a "$work/layers/busybox/." "$work/layers/echo/"
  tar -C "$work/layers/echo" -c . |
    docker import -c 'ENTRYPOINT ["echo"]' -c 'CMD ["serve"]' -c 'ENV PATH=/usr/local/bin:/bin' - "${ECHO#docker.io/}" >/dev/null
  rm -rf "$work"
}

# The hash covers every input of the image: all files here except tests, and ocirun's.
provide "$IMAGE" "$(hash_of node ocirun lib.sh)" build
