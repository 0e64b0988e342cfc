#!/usr/bin/env bash
# Prints the machine configuration patch that Talos clusters need on this machine, for `--config-patch`, and nothing
# else. `patch.sh fast` adds what makes a cluster come up sooner: for tests that are about something else.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/programs.sh"
. "$TESTBED/node/programs.sh"

fast=${1:-}
[[ $fast =~ ^(fast)?$ ]] || { echo 'usage: patch.sh [fast]' >&2; exit 64; }
ours=false
if talos_is_ours; then ours=true; fi

echo 'machine:'
echo '  kubelet:'
# kubelet refuses cgroup v1 unless it is told otherwise.
v1=false
[ "$(docker info --format '{{.CgroupVersion}}')" != 1 ] || v1=true
echo '    extraConfig:'
echo "      failCgroupV1: $([ $v1 = true ] && echo false || echo true)"
# On the disk of a machine that builds things nodes would refuse pods early; kind turns that off too.
echo "      evictionHard: {imagefs.available: '0%', nodefs.available: '0%', nodefs.inodesFree: '0%'}"
# The kubelet asks for its static pods by HTTP, every 20 s. Some of them cannot but fail at first, and wait 10 s and more.
[ -z "$fast" ] || printf '      %s\n' 'httpCheckFrequency: 1s' 'crashLoopBackOff: {maxContainerRestartPeriod: 1s}'
if $ours; then
  echo "    image: ghcr.io/siderolabs/kubelet:$KUBERNETES"
  echo '  registries:'
  echo '    mirrors:'
  echo "      '*': {endpoints: ['http://$(registry_address)'], skipFallback: true}"
fi
# Its first check comes after 20 s, and until then nothing reaches the API server through it.
[ -z "$fast" ] || echo '  features: {kubePrism: {enabled: false}}'
if $ours; then
  echo 'cluster:'
  echo '  discovery: {enabled: false}'
  for component in apiServer:kube-apiserver controllerManager:kube-controller-manager scheduler:kube-scheduler proxy:kube-proxy; do
    echo "  ${component%:*}: {image: 'registry.k8s.io/${component#*:}:$KUBERNETES'}"
  done
fi
