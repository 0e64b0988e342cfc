# shellcheck shell=bash
# What the node images are put together from (sourced by node/image.sh and k3s/image.sh): the
# Debian system, container images as layers, images preloaded into a node, pull or build.

readonly LABEL=dev.ksail.testbed.hash
# systemd 252 of bookworm is the last to boot on cgroup v1 without being asked twice.
readonly SUITE=bookworm
readonly PACKAGES=systemd,systemd-sysv,iptables,nftables,iproute2,conntrack,ethtool,kmod,util-linux,mount,jq,procps,containernetworking-plugins,runc,ca-certificates,curl,busybox-static,catatonit

# provide IMAGE HASH BUILD [ARG...]: makes sure the Engine has IMAGE. Takes the one that is there, unless it was built
# here from other inputs; else pulls it; else calls `BUILD ARG... HASH`, which must put the hash into its LABEL.
provide() {
  local image=$1 hash=$2 label old
  shift 2
  if label=$(docker image inspect --format "{{index .Config.Labels \"$LABEL\"}}" "$image" 2>/dev/null); then
    if [ "$label" = "$hash" ] || [ -z "$label" ]; then
      say "$image is there"
      return
    fi
  fi
  if pull "$image"; then
    say "$image is the official image"
    return
  fi
  old=$(docker image ls -q "$image")
  [ "$(id -u)" = 0 ] || die "no registry answers, and building $image needs root"
  need_packages mmdebstrap jq
  "$@" "$hash"
  [ -z "$old" ] || docker rmi "$old" >/dev/null 2>&1 || say 'a container still uses the image this one replaces'
  say "$image is built"
}

# pull IMAGE: succeeds only if a registry answers within 5 seconds and has the image.
pull() {
  local log=$CACHE/pull.log pid
  docker pull "$1" >"$log" 2>&1 &
  pid=$!
  for _ in $(seq 50); do
    if grep -q 'Pulling from' "$log"; then
      say "pulling $1 (about 1 min)"
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

# layer_dirs ROOT DIR: one folder per layer of the images.
layer_dirs() {
  local root=$1 dir=$2 program
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

  # iptables and friends, which kube-proxy calls.
  local proxy=$dir/proxy
  mkdir -p "$proxy"/{run,usr/sbin,usr/lib,usr/lib64}
  for program in lib lib64 sbin; do ln -s "usr/$program" "$proxy/$program"; done
  copy_programs "$root" "$proxy" /usr/sbin/{xtables-nft-multi,nft,conntrack}
  copy_xtables "$root" "$proxy"
}

# copy_programs ROOT TARGET PATH...: copies programs with the libraries they load. TARGET has a merged /usr.
copy_programs() {
  local root=$1 target=$2 file
  shift 2
  for file in "$@"; do install -D "$root$file" "$target$file"; done
  for file in $(chroot "$root" ldd "$@" | grep -oE '[[:space:]]/lib[^ ]+' | sort -u); do
    install -D "$root$file" "$target/usr$file"
  done
}

# copy_xtables ROOT TARGET: the extensions of iptables and its other names.
copy_xtables() {
  local root=$1 target=$2 file
  (cd "$root" && cp -r --parents -t "$target" usr/lib/*/xtables)
  for file in $(chroot "$root" sh -c 'ldd /usr/lib/*/xtables/*.so' | grep -oE '[[:space:]]/lib[^ ]+' | sort -u); do
    install -D "$root$file" "$target/usr$file"
  done
  for file in {ip,ip6}tables{,-save,-restore}; do ln -s xtables-nft-multi "$target/usr/sbin/$file"; done
}

# preload ROOT WORK CONTAINERD SNAPSHOTS: imports the images of WORK into ROOT's containerd (its folder in the
# node is CONTAINERD), already unpacked, and moves the unpacked files to the node's folder SNAPSHOTS: CONTAINERD
# is in a volume, which Docker copies for every node, while all nodes share one copy of the image itself.
preload() {
  local root=$1 work=$2 state=$1$3 shared=$4 snapshots snapshot
  mkdir -p "$root$shared" "$state"
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
    mv "$snapshot/fs" "$root$shared/${snapshot##*/}"
    ln -s "$shared/${snapshot##*/}" "$snapshot/fs"
  done
}
