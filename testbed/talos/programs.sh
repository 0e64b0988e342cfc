# shellcheck shell=bash
# What Talos is built from (sourced by peers.sh and the scripts here). Its version is the one of the module, which says
# it itself.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

readonly TALOS=v1.13.9
readonly TALOS_IMAGE=ghcr.io/siderolabs/talos:$TALOS
readonly TALOS_MODULE=peers/talosctl
# As Talos builds itself.
readonly TALOS_TAGS=tcell_minimal,grpcnotrace

build_talosctl() { go_build talosctl $TALOS_MODULE '' $TALOS_TAGS github.com/siderolabs/talos/cmd/talosctl; }

# Without btrfs, which would need C.
build_machined() { go_build machined $TALOS_MODULE '' $TALOS_TAGS,no_btrfs github.com/siderolabs/talos/internal/app/machined; }

build_talos_helpers() { go_build talos-helpers talos/helpers '' '' ./...; }

# flanneld has a backend with a file in C, so this one overrides what go_build asks for.
build_flannel() (
  command -v cc >/dev/null || need_packages gcc libc6-dev
  # shellcheck disable=SC2317 # go_build calls it
  go() { CGO_ENABLED=1 command go "$@"; }
  go_build flannel talos/modules/flannel "-X github.com/flannel-io/flannel/pkg/version.Version=v0.28.10 -linkmode external -extldflags -static" netgo,osusergo \
    github.com/flannel-io/flannel
)

# talos_sources MODULE: prints the folder of a module that Talos is built from.
talos_sources() { (cd "$TESTBED/$TALOS_MODULE" && go mod download -json "$1") | jq -r .Dir; }

# talos_is_ours: succeeds if the Engine's node image was built here, so nodes need what is served here too.
talos_is_ours() {
  [ -z "${KSAIL_TEST_TALOS_IMAGE:-}" ] &&
    [ -n "$(docker image inspect --format '{{index .Config.Labels "dev.ksail.testbed.hash"}}' $TALOS_IMAGE 2>/dev/null)" ]
}

# registry_address: prints where nodes and this machine reach the registry: the machine's address on Docker's own network.
registry_address() {
  local gateway
  # An Engine on its first run does not list the gateway of this network; its bridge has the address all the same.
  gateway=$(docker network inspect bridge --format '{{range .IPAM.Config}}{{println .Gateway}}{{end}}' | grep -m1 -E '^[0-9.]+$') ||
    gateway=$(ip -4 -oneline address show docker0 2>/dev/null | sed -n 's|.* inet \([0-9.]*\)/.*|\1|p' | grep -m1 .) ||
    die "Docker's network bridge has no IPv4 gateway"
  echo "$gateway:5000"
}
