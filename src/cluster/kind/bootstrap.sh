#!/bin/bash
# Placed by ksail and run once, at the first boot of this node. It tells its progress on the console, where ksail (or
# anyone who reads the container's log) sees it; everything else goes to bootstrap.log beside it.
set -Eeuo pipefail
cd /kind/ksail
exec >>bootstrap.log 2>&1

say() { echo "ksail-bootstrap: $*" >/dev/console; }

failed() {
  trap - ERR
  tail -n 25 bootstrap.log | sed 's/^/ksail-bootstrap: | /' >/dev/console
  say "failed: $1"
  exit 1
}
step=start
trap 'failed "$step"' ERR

# Addresses are known from the first moment: the Engine writes /etc/hosts before it starts the container.
address() { getent "$1" "$HOSTNAME" | awk 'NR == 1 { print $1 }' || true; }
HOSTNAME=$(cat /etc/hostname)
fill() {
  sed -e "s/@KSAIL_NODE_IPV4@/$ipv4/g" -e "s/@KSAIL_NODE_IPV6@/$ipv6/g" -e "s/@KSAIL_MTU@/$mtu/g" "$@"
}
step="read the node's addresses"
ipv4=$(address ahostsv4)
ipv6=$(ip -6 -oneline address show dev eth0 scope global 2>/dev/null | awk 'NR == 1 { sub("/.*", "", $4); print $4 }' || true)
mtu=$(cat /sys/class/net/eth0/mtu)

step="write the network configuration"
if [ -f 10-kindnet.conflist ]; then
  mkdir -p /etc/cni/net.d
  fill 10-kindnet.conflist >/etc/cni/net.d/.ksail && mv /etc/cni/net.d/.ksail /etc/cni/net.d/10-kindnet.conflist
fi
for file in /kind/kubeadm.conf /kind/ksail/kubelet-start.conf /etc/kubernetes/*.conf; do
  [ ! -f "$file" ] || fill -i "$file"
done

# Somebody listens at host and port. Costs no new program: while the API server starts, every core is needed for that.
listening() { (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; }

# The given URL answers with success.
answers() { curl --silent --fail --output /dev/null --max-time 5 --cacert /etc/kubernetes/pki/ca.crt "$@"; }

case $1 in
control-plane)
  skip=$2 addons=$3 service=$4
  addon() {
    kubeadm init phase addon "$1" --config=/kind/kubeadm.conf --kubeconfig="$admin" --v=2
  }
  admin=/etc/kubernetes/super-admin.conf
  [ -f "$admin" ] || admin=/etc/kubernetes/admin.conf
  say "setting up the control plane with kubeadm"
  kubeadm init --config=/kind/kubeadm.conf --skip-token-print --v=2 --skip-phases="$skip" &
  init=$!
  # kubeadm would install CoreDNS before kube-proxy, and both last. But CoreDNS loses half a minute in its first
  # connection if kube-proxy is not there, so kube-proxy comes as early as can be and CoreDNS after it.
  until listening 127.0.0.1 6443 && answers https://localhost:6443/livez || ! kill -0 "$init" 2>/dev/null; do
    sleep 0.1
  done
  if [[ $addons == *kube-proxy* ]] && kill -0 "$init" 2>/dev/null; then
    step="kubeadm init phase addon kube-proxy"
    addon kube-proxy
  fi
  step="kubeadm init"
  wait "$init"
  # Told to leave the add-ons to us, kubeadm noted in its configuration that the cluster has none, and would leave them
  # out of every upgrade. Asked again without that, it corrects the note.
  upload=
  if [[ $addons != none && ,$skip, != *,upload-config,* && ,$skip, != *,upload-config/kubeadm,* ]]; then
    kubeadm init phase upload-config kubeadm --config=/kind/kubeadm.conf --kubeconfig="$admin" --v=2 &
    upload=$!
  fi
  if [[ $addons == *kube-proxy* ]]; then
    say "waiting for kube-proxy"
    for _ in {1..300}; do
      ! answers --max-time 1 "$service" || break
      sleep 0.1
    done
  fi
  if [[ $addons == *coredns* ]]; then
    step="kubeadm init phase addon coredns"
    addon coredns
  fi
  step="kubeadm init phase upload-config"
  [ -z "$upload" ] || wait "$upload"
  ;;
worker)
  node=$2 server=$3
  step="kubeadm init phase kubelet-start"
  kubeadm init phase kubelet-start --config=/kind/ksail/kubelet-start.conf
  # Not before: with the certificate but without its key kubeadm believes in an external authority.
  install -D --mode=644 ca.crt /etc/kubernetes/pki/ca.crt
  # A kubelet that asks too early backs off for seconds; it starts when its Node is there to be found.
  step="wait for the API server"
  say "waiting for the API server"
  host=${server#https://} port=${server##*:}
  until listening "${host%:*}" "$port" && answers --cert /var/lib/kubelet/pki/kubelet-client-current.pem "$server/api/v1/nodes/$node"; do
    sleep 0.2
  done
  step="start the kubelet"
  touch registered
  systemctl start kubelet
  ;;
esac
touch done
say "complete"
