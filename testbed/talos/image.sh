#!/usr/bin/env bash
# Owns the node image of Talos clusters. Like node/image.sh it takes what is there, else pulls the official one, else
# builds it, here from the Talos module itself, the Kind image's parts and a few helpers; docs/design/testbed.md says
# which. $KSAIL_TEST_TALOS_IMAGE says that another image is used: then nothing is done.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/programs.sh"
. "$TESTBED/node/programs.sh"
. "$TESTBED/node/parts.sh"

readonly CNI_PLUGINS='bridge firewall host-local loopback portmap ptp'

# skeleton TARGET: folders and links as in the official image, and the files that machined mounts over.
skeleton() {
  local target=$1 name
  mkdir -p "$target"/{boot/EFI,dev,etc,mnt,opt/cni/bin,proc,root,run,sys,system/state,tmp,var,.extra} \
    "$target"/usr/{bin,sbin,lib/firmware,lib/modules,lib64,libexec/kubernetes,local/bin,local/lib/kubelet/credentialproviders,local/share,etc,share/spdx,share/zoneinfo/Etc} \
    "$target"/etc/{cni/net.d,containerd,cri/conf.d/hosts,iscsi,kubernetes/manifests,lvm,nvme,selinux/targeted/contexts/files,ssl/certs}
  # /usr/sbin is a folder here and not a link to bin: the real runc is in it, behind the one in /usr/bin.
  for name in bin lib lib64; do ln -s "usr/$name" "$target/$name"; done
  ln -s usr/bin "$target/sbin"
  for name in pki ca-certificates; do ln -s /etc/ssl "$target/etc/$name"; done
  for name in share local/share; do ln -s /etc/ssl "$target/usr/$name/ca-certificates"; done
  ln -s ca-certificates.crt "$target/etc/ssl/certs/ca-certificates"
  touch "$target"/etc/{hosts,hostname,resolv.conf,machine-id,extensions.yaml,iscsi/initiatorname.iscsi,nvme/hostid,nvme/hostnqn} \
    "$target"/etc/cri/conf.d/{cri.toml,01-registries.part,20-customization.part,base-spec.json} \
    "$target"/etc/selinux/targeted/contexts/files/file_contexts
  echo true >"$target/usr/etc/in-container"
}

# settings BASE TARGET: Talos's own files, from its modules.
settings() {
  local base=$1 etc=$2/etc hack
  hack=$(talos_sources github.com/siderolabs/talos)/hack
  install -m 644 "$hack/containerd.toml" "$etc/containerd/config.toml"
  install -m 644 "$hack/cri-containerd.toml" "$etc/cri/containerd.toml"
  install -m 644 "$hack/cri-plugin.part" "$etc/cri/conf.d/00-base.part"
  install -m 644 "$hack/nfsmount.conf" "$etc/"
  install -m 644 "$hack/lvm.conf" "$etc/lvm/"
  install -m 644 "$hack/zoneinfo/Etc/UTC" "$2/usr/share/zoneinfo/Etc/"
  ln -s /usr/share/zoneinfo/Etc/UTC "$etc/localtime"
  install -m 644 "$(talos_sources github.com/siderolabs/talos/pkg/machinery)/version/os-release" "$etc/"
  install -m 644 "$base"/etc/ssl/certs/ca-certificates.crt "$etc/ssl/certs/"
}

programs() { # BASE TARGET
  local base=$1 target=$2 name
  install "$machined/machined" "$target/usr/bin/init"
  for name in poweroff shutdown reboot dashboard; do ln -s init "$target/usr/bin/$name"; done
  install -t "$target/usr/bin" "$containerd_bin"/containerd{,-shim-runc-v2} "$helpers"/{testbed-init,runc}
  install -t "$target/usr/libexec" "$ocirun_bin/ocirun"
  copy_programs "$base" "$target" /usr/sbin/{runc,xtables-nft-multi,nft,conntrack}
  copy_xtables "$base" "$target"
  # machined looks for programs in /usr/bin only.
  for name in "$target"/usr/sbin/*; do
    name=${name##*/}
    [ "$name" = runc ] || ln -s "../sbin/$name" "$target/usr/bin/$name"
  done
  for name in $CNI_PLUGINS; do install -t "$target/opt/cni/bin" "$base/usr/lib/cni/$name"; done
  install -t "$target/opt/cni/bin" "$helpers/flannel"
}

build() { # HASH
  local work=$CACHE/talos base=$CACHE/talos/base root=$CACHE/talos/root machined helpers
  say 'Talos is built from its sources (about 5 min when cold)'
  machined=$(build_machined)
  helpers=$(build_talos_helpers)
  build_programs
  rm -rf "$work"
  say "putting $TALOS_IMAGE together (about 10 s)"
  mkdir -p "$base" "$root"
  tar -xf "$(base)" -C "$base"
  skeleton "$root"
  settings "$base" "$root"
  programs "$base" "$root"
  tar --numeric-owner --owner=0 --group=0 -C "$root" -c . |
    docker import -c 'ENTRYPOINT ["/usr/bin/testbed-init"]' -c "LABEL $LABEL=$1" - $TALOS_IMAGE >/dev/null
  rm -rf "$work"
}

if [ -z "${KSAIL_TEST_TALOS_IMAGE:-}" ]; then
  provide $TALOS_IMAGE "$(hash_of talos/image.sh talos/programs.sh talos/helpers $TALOS_MODULE node ocirun lib.sh)" build
fi
