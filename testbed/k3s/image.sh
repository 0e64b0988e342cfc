#!/usr/bin/env bash
# Owns the images of K3s clusters: rancher/k3s at ksail's default version, and k3d's
# proxy and tools. Like node/image.sh it takes what is there, else pulls, else builds
# stand-ins, here from the Kind image's parts and k3s/program. What they leave out:
# docs/design/testbed.md. $KSAIL_TEST_K3S_IMAGE says that another image is used: then
# only the helpers are provided.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../node/programs.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../node/oci.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../node/parts.sh"

readonly IMAGE=rancher/k3s:$KUBERNETES-k3s1
readonly PROXY=ghcr.io/k3d-io/k3d-proxy:5.9.0 TOOLS=ghcr.io/k3d-io/k3d-tools:5.9.0
# The names K3s expects; program/manifests and program/options.go use the same.
readonly PAUSE=docker.io/rancher/mirrored-pause:3.10.2 COREDNS=docker.io/rancher/mirrored-coredns-coredns:1.14.6
readonly LOCAL_PATH=docker.io/rancher/local-path-provisioner:v0.0.30 LOCAL_PATH_HELPER=docker.io/rancher/mirrored-library-busybox:1.37.0
readonly ECHO=docker.io/ksail-testbed/echo:v1

readonly CNI_PLUGINS='bandwidth bridge firewall host-local loopback portmap'

# build_k3s: prints the folder of the program that stands in for K3s.
build_k3s() { go_build k3s k3s/program "-X main.version=$KUBERNETES+k3s1" '' .; }

# userland BASE TARGET: what the official image has beside K3s: busybox, and the real
# programs where Kubernetes needs more than busybox's.
userland() {
  local base=$1 target=$2 program
  mkdir -p "$target"/{usr/bin,usr/sbin,usr/lib/modules,usr/lib/firmware,usr/lib64,usr/libexec/k3s,etc/ssl/certs,run,var/lib,var/log,proc,sys,dev,tmp,root}
  for program in bin sbin lib lib64; do ln -s "usr/$program" "$target/$program"; done
  ln -s ../run "$target/var/run"
  chmod 1777 "$target/tmp"
  cp -a "$TESTBED/k3s/rootfs/." "$target/"
  chown -R 0:0 "$target"
  cp "$base/etc/ssl/certs/ca-certificates.crt" "$target/etc/ssl/certs/"
  cp "$base/bin/busybox" "$target/bin/"
  copy_programs "$base" "$target" /usr/sbin/{xtables-nft-multi,nft,conntrack} /usr/bin/{mount,umount,nsenter,findmnt,kmod} \
    /usr/sbin/{ip,losetup,blkid,ethtool,runc}
  copy_xtables "$base" "$target"
  mv "$target/usr/sbin/runc" "$target/bin/"
  for program in modprobe lsmod; do ln -s ../bin/kmod "$target/usr/sbin/$program"; done
  for program in $CNI_PLUGINS; do cp "$base/usr/lib/cni/$program" "$target/bin/"; done
  for program in $(chroot "$base" /bin/busybox --list | grep -vx busybox); do
    [ -e "$target/bin/$program" ] || [ -e "$target/sbin/$program" ] || ln -s busybox "$target/bin/$program"
  done
}

programs() { # TARGET
  local target=$1 program k3s
  k3s=$(build_k3s)
  cp "$kube_bin/kubernetes" "$target/usr/libexec/k3s/kube"
  cp "$etcd_bin/server" "$target/usr/libexec/k3s/etcd"
  cp "$containerd_bin/ctr" "$crictl_bin/crictl" "$target/usr/libexec/k3s/"
  cp "$containerd_bin"/containerd{,-shim-runc-v2} "$ocirun_bin/ocirun" "$target/bin/"
  cp "$k3s/k3s" "$target/bin/k3s"
  for program in kubectl ctr crictl flannel k3s-server k3s-agent; do ln -s k3s "$target/bin/$program"; done
}

# images BASE WORK: writes the images that nodes run to WORK/images.
images() {
  local base=$1 layers=$2/layers layout=$2/images busybox
  local path='"Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]'
  layer_dirs "$base" "$layers"
  busybox=$(oci_layer "$layout" "$layers/busybox")
  oci_image "$layout" "$PAUSE" '{"Entrypoint": ["/usr/local/bin/pause", "-P"]}' "$(oci_layer "$layout" "$layers/pause")"
  oci_image "$layout" "$COREDNS" '{"Entrypoint": ["/usr/local/bin/coredns"]}' "$(oci_layer "$layout" "$layers/coredns")"
  oci_image "$layout" "$LOCAL_PATH" "{$path, \"Entrypoint\": [\"local-path-provisioner\"]}" "$(oci_layer "$layout" "$layers/local-path")"
  oci_image "$layout" "$LOCAL_PATH_HELPER" "{$path, \"Cmd\": [\"sh\"]}" "$busybox"
  oci_image "$layout" "$ECHO" "{$path, \"Entrypoint\": [\"echo\"], \"Cmd\": [\"serve\"]}" "$busybox" "$(oci_layer "$layout" "$layers/echo")"
  oci_finish "$layout"
}

build_node() { # HASH
  local work=$CACHE/k3s base=$CACHE/k3s/base root=$CACHE/k3s/root
  build_programs
  rm -rf "$work"
  say "putting $IMAGE together (about 20 s)"
  mkdir -p "$base" "$root"
  tar -xf "$(base)" -C "$base"
  userland "$base" "$root"
  programs "$root"
  images "$base" "$work"
  preload "$root" "$work" /var/lib/rancher/k3s/agent/containerd /usr/libexec/k3s/snapshots
  mkdir -p "$root"/var/lib/{kubelet,cni} "$root"/var/lib/rancher/k3s/agent/images
  tar --numeric-owner -C "$root" -c . | docker import \
    -c 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/bin/aux' -c 'ENV CRI_CONFIG_FILE=/var/lib/rancher/k3s/agent/etc/crictl.yaml' \
    -c 'VOLUME ["/var/lib/kubelet","/var/lib/rancher/k3s","/var/lib/cni","/var/log"]' \
    -c 'ENTRYPOINT ["/bin/k3s"]' -c 'CMD ["agent"]' -c "LABEL $LABEL=$1" - "$IMAGE" >/dev/null
  rm -rf "$work"
}

# helper_base: prints the tar of the Debian files of k3d's helpers. They are extracted, not installed:
# a system that never boots needs no more.
helper_base() {
  local packages=nginx,libnginx-mod-stream,busybox-static tar
  tar=$CACHE/base/$(echo "$SUITE $packages" | sha256sum | cut -c1-16).tar
  if [ ! -f "$tar" ]; then
    say "fetching nginx for k3d's load balancer (about 15 s)"
    mkdir -p "${tar%/*}"
    mmdebstrap --quiet --variant=extract --include="$packages" --dpkgopt='path-exclude=/usr/share/*' "$SUITE" "$tar.part.tar" >&2
    mv "$tar.part.tar" "$tar"
  fi
  echo "$tar"
}

build_helper() { # IMAGE FOLDER ENTRYPOINT HASH
  local root=$CACHE/k3s-helper program
  rm -rf "$root"
  mkdir -p "$root"
  say "putting $1 together (about 3 s)"
  if [ "$2" = proxy ]; then tar -xf "$(helper_base)" -C "$root"; else tar -xf "$(helper_base)" -C "$root" ./bin/busybox; fi
  mkdir -p "$root"/{bin,usr/bin,etc/confd,var/log/nginx,var/lib/nginx,run,tmp}
  cp -a "$TESTBED/k3s/$2/." "$root/"
  for program in $(chroot "$root" /bin/busybox --list | grep -vx busybox); do
    [ -e "$root/bin/$program" ] || [ -e "$root/usr/bin/$program" ] || ln -s busybox "$root/bin/$program"
  done
  tar --numeric-owner --owner=0 --group=0 -C "$root" -c . | docker import -c "ENTRYPOINT [\"$3\"]" -c "LABEL $LABEL=$4" \
    -c 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' - "$1" >/dev/null
  rm -rf "$root"
}

provide "$PROXY" "$(hash_of k3s/proxy k3s/image.sh node/parts.sh)" build_helper "$PROXY" proxy /usr/bin/nginx-proxy
provide "$TOOLS" "$(hash_of k3s/tools k3s/image.sh node/parts.sh)" build_helper "$TOOLS" tools /app/k3d-tools
if [ -z "${KSAIL_TEST_K3S_IMAGE:-}" ]; then
  provide "$IMAGE" "$(hash_of node k3s ocirun lib.sh)" build_node
fi
