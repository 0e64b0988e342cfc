# shellcheck shell=bash
# Builds the programs of Talos (sourced by peers.sh and image.sh). Their version is the one of the module,
# which says it itself.

readonly TALOS_MODULE=peers/talosctl
# As Talos builds them.
readonly TALOS_TAGS=tcell_minimal,grpcnotrace

build_talosctl() { go_build talosctl $TALOS_MODULE '' $TALOS_TAGS github.com/siderolabs/talos/cmd/talosctl; }
