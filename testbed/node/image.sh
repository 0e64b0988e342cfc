#!/usr/bin/env bash
# Owns the node image: makes sure the Engine has kindest/node at this version.
# Takes the one that is there, else pulls the official one, else builds it from Go
# modules and Debian packages (needs root). A built image carries the hash of its
# inputs as a label and is built again only when that differs.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/programs.sh"
. "$(dirname "${BASH_SOURCE[0]}")/oci.sh"

readonly IMAGE=kindest/node:$KUBERNETES LABEL=dev.ksail.testbed.hash
# What the node runs as containers. kubeadm's names are checked against its own list below.
readonly PAUSE=registry.k8s.io/pause:3.10.2 ETCD=registry.k8s.io/etcd:3.6.8-0 COREDNS=registry.k8s.io/coredns/coredns:v1.14.2
readonly KINDNETD=docker.io/kindest/kindnetd:v20260820-69b56db7
readonly LOCAL_PATH=docker.io/kindest/local-path-provisioner:v20260820-69b56db7 LOCAL_PATH_HELPER=docker.io/kindest/local-path-helper:v20260131-7181c60a
readonly ECHO=docker.io/ksail-testbed/echo:v1

# systemd 252 of bookworm is the last to boot on cgroup v1 without being asked twice.
readonly SUITE=bookworm
readonly PACKAGES=systemd,systemd-sysv,iptables,nftables,iproute2,conntrack,ethtool,kmod,util-linux,mount,jq,procps,containernetworking-plugins,runc,ca-certificates,curl,busybox-static,catatonit
readonly CNI_PLUGINS='bridge host-local loopback portmap ptp'

# pull: succeeds only if a registry answers within 5 seconds and has the image.
pull() {
  local log=$CACHE/pull.log pid
  docker pull "$IMAGE" >"$log" 2>&1 &
  pid=$!
  for _ in $(seq 50); do
    if grep -q 'Pulling from' "$log"; then
      say "pulling $IMAGE (about 1 min)"
      wait $pid
      return
    fi
    kill -0 $pid 2>/dev/null || break
    sleep 0.1
  done
  kill $pid 2>/dev/null || true
  wait $pid 2>/dev/null
}

# base: prints the tar of the Debian system below the node.
base() {
  local tar
  tar=$CACHE/base/$(echo "$SUITE $PACKAGES" | sha256sum | cut -c1-16).tar
  if [ ! -f "$tar" ]; then
    say "installing Debian $SUITE into the node (about 40 s)"
    mkdir -p "${tar%/*}"
    mmdebstrap --quiet --variant=minbase --include="$PACKAGES" \
      --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
      --dpkgopt='path-exclude=/usr/share/zoneinfo/*' --dpkgopt='path-exclude=/usr/lib/udev/hwdb.d/*' \
      "$SUITE" "$tar.part.tar" >&2
    mv "$tar.part.tar" "$tar"
  fi
  echo "$tar"
}

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

# layer_dirs ROOT DIR: one folder per layer of the images.
layer_dirs() {
  local root=$1 dir=$2 program file
  mkdir -p "$dir"/{kube,proxy,pause,etcd,coredns,local-path,echo}/usr/local/bin "$dir"/{kube,busybox}/{etc,tmp} "$dir"/busybox/bin
  cp "$kube_bin/kubernetes" "$dir/kube/usr/local/bin/kube"
  for program in kube-apiserver kube-controller-manager kube-scheduler kube-proxy kindnetd kubectl; do
    ln -s kube "$dir/kube/usr/local/bin/$program"
  done
  cp "$root/usr/bin/catatonit" "$dir/pause/usr/local/bin/pause"
  cp "$etcd_bin/server" "$dir/etcd/usr/local/bin/etcd"
  cp "$coredns_bin/coredns" "$dir/coredns/usr/local/bin/"
  cp "$local_path_bin/local-path-provisioner" "$dir/local-path/usr/local/bin/"
  cp "$echo_bin/echo" "$dir/echo/usr/local/bin/"
  cp "$root/bin/busybox" "$dir/busybox/bin/"
  for program in $(chroot "$root" /bin/busybox --list | grep -vx busybox); do ln -s busybox "$dir/busybox/bin/$program"; done

  # iptables and friends with the libraries they load.
  local proxy=$dir/proxy
  mkdir -p "$proxy"/{run,usr/sbin,usr/lib,usr/lib64}
  for file in lib lib64 sbin; do ln -s "usr/$file" "$proxy/$file"; done
  for program in xtables-nft-multi nft conntrack; do cp "$root/usr/sbin/$program" "$proxy/usr/sbin/"; done
  for program in {ip,ip6}tables{,-save,-restore}; do ln -s xtables-nft-multi "$proxy/usr/sbin/$program"; done
  (cd "$root" && cp -r --parents -t "$proxy" usr/lib/*/xtables)
  for file in $(chroot "$root" sh -c 'ldd /usr/sbin/xtables-nft-multi /usr/sbin/nft /usr/sbin/conntrack /usr/lib/*/xtables/*.so' |
    grep -oE '[[:space:]]/lib[^ ]+' | sort -u); do
    install -D "$root$file" "$proxy/usr$file"
  done
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

# preload ROOT WORK: imports the images into the node's containerd, already unpacked, and moves the
# unpacked files out of /var, which Docker copies for every node: all nodes share one copy.
preload() {
  local root=$1 work=$2 state=$1/var/lib/containerd snapshots snapshot
  mkdir -p "$root/kind/snapshots"
  unshare --mount bash -euo pipefail -s "$containerd_bin" "$work" "$state" <<'EOF' >"$work/preload.log" 2>&1 || { tail -n 20 "$work/preload.log" >&2; die 'importing the images failed'; }
bin=$1 work=$2 state=$3
ctr() { "$bin/ctr" --address "$work/run/containerd.sock" --namespace k8s.io "$@"; }
cat >"$work/containerd.toml" <<TOML
version = 3
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime"]
TOML
"$bin/containerd" --config "$work/containerd.toml" --root "$state" --state "$work/run" --address "$work/run/containerd.sock" &
daemon=$!
trap 'kill $daemon; wait $daemon' EXIT
for _ in $(seq 100); do ctr version >/dev/null 2>&1 && break; sleep 0.1; done
tar -C "$work/images" -c . | ctr images import --local --discard-unpacked-layers --snapshotter overlayfs -
for name in $(ctr images list -q); do ctr images label "$name" io.cri-containerd.pinned=pinned; done
ctr content prune references
EOF
  rm -rf "$state"/io.containerd.grpc.v1.introspection # the identity of a containerd
  snapshots=$state/io.containerd.snapshotter.v1.overlayfs/snapshots
  for snapshot in "$snapshots"/*; do
    mv "$snapshot/fs" "$root/kind/snapshots/${snapshot##*/}"
    ln -s "/kind/snapshots/${snapshot##*/}" "$snapshot/fs"
  done
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

build() {
  local work=$CACHE/node root=$CACHE/node/root old
  old=$(docker image ls -q "$IMAGE")
  [ "$(id -u)" = 0 ] || die "no registry answers, and building $IMAGE needs root"
  need_packages mmdebstrap jq
  build_programs
  rm -rf "$work"
  say "putting $IMAGE together (about 20 s)"
  system "$root"
  images "$root" "$work"
  preload "$root" "$work"
  node_programs "$root"
  check "$root" "$work"
  tar --numeric-owner -C "$root" -c . | docker import \
    -c 'ENV container=docker' -c 'ENTRYPOINT ["/usr/local/bin/entrypoint","/sbin/init"]' -c "LABEL $LABEL=$1" - ksail-testbed/node:unfinished >/dev/null
  printf 'FROM ksail-testbed/node:unfinished\nSTOPSIGNAL SIGRTMIN+3\n' | DOCKER_BUILDKIT=0 docker build -q -t "$IMAGE" - >/dev/null 2>"$CACHE/build.log" ||
    { cat "$CACHE/build.log" >&2; die "docker build failed"; }
  docker rmi ksail-testbed/node:unfinished >/dev/null
  [ -z "$old" ] || docker rmi "$old" >/dev/null 2>&1 || say 'a container still uses the image this one replaces'
  # The probe also goes to the Engine itself, for tests that load images or need a neighbour on the network.
  cp -a "$work/layers/busybox/." "$work/layers/echo/"
  tar -C "$work/layers/echo" -c . |
    docker import -c 'ENTRYPOINT ["echo"]' -c 'CMD ["serve"]' -c 'ENV PATH=/usr/local/bin:/bin' - "${ECHO#docker.io/}" >/dev/null
  rm -rf "$work"
}

# The hash covers every input of the image: all files here except tests, and ocirun's.
hash=$(hash_of node ocirun lib.sh)
if label=$(docker image inspect --format "{{index .Config.Labels \"$LABEL\"}}" "$IMAGE" 2>/dev/null); then
  if [ "$label" = "$hash" ] || [ -z "$label" ]; then
    say "$IMAGE is there"
    exit
  fi
fi
if pull; then
  say "$IMAGE is the official image"
else
  build "$hash"
  say "$IMAGE is built"
fi
