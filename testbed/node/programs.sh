# shellcheck shell=bash
# Builds every Go program of the node image (sourced by image.sh) and leaves the
# folders they are in as kube_bin, containerd_bin, ... Versions: the go.mod files.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

readonly KUBERNETES=v1.36.4

# build_kubernetes: prints the folder of the one binary that is every Kubernetes program.
build_kubernetes() {
  local version=k8s.io/component-base/version minor=${KUBERNETES#v1.}
  go_build kubernetes node/modules/kubernetes "-X $version.gitVersion=$KUBERNETES -X $version.gitMajor=1 -X $version.gitMinor=${minor%%.*} \
-X $version.gitTreeState=clean -X k8s.io/client-go/pkg/version.gitVersion=$KUBERNETES" '' .
}

build_programs() {
  kube_bin=$(build_kubernetes)
  containerd_bin=$(go_build containerd node/modules/containerd '' 'no_btrfs no_devmapper no_zfs osusergo netgo' tool)
  etcd_bin=$(go_build etcd node/modules/etcd '' '' tool)
  coredns_bin=$(go_build coredns node/modules/coredns '' '' tool)
  crictl_bin=$(go_build crictl node/modules/crictl '' '' tool)
  local_path_bin=$(go_build local-path node/modules/local-path '' '' tool)
  ocirun_bin=$(go_build ocirun ocirun '' '' .)
  echo_bin=$(go_build echo node/echo '' '' .)
}
