# Placed by ksail: gives K3s what it needs of its container, then becomes K3s.

# On cgroup v2 a group with processes of its own cannot give controllers to groups below it.
if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
  mkdir -p /sys/fs/cgroup/init
  while read -r pid; do
    echo "$pid" >/sys/fs/cgroup/init/cgroup.procs 2>/dev/null || true
  done </sys/fs/cgroup/cgroup.procs
  sed -e 's/ / +/g' -e 's/^/+/' /sys/fs/cgroup/cgroup.controllers >/sys/fs/cgroup/cgroup.subtree_control || true
fi

# Storage drivers in pods mount for the node to see.
mount --make-rshared / || true

# The kubelet would give out the host's memory.
if [ -n "$KSAIL_MEMORY_KB" ]; then
  sed -e "s/^MemTotal:.*/MemTotal: $KSAIL_MEMORY_KB kB/" -e 's/^SwapTotal:.*/SwapTotal: 0 kB/' /proc/meminfo >/tmp/ksail-meminfo &&
    mount --bind /tmp/ksail-meminfo /proc/meminfo || true
  unset KSAIL_MEMORY_KB
fi

# Docker's resolver answers at 127.0.0.11, which in a pod is the pod itself. Pods are told another address, which belongs
# to nobody, and NAT leads it to the resolver's port, which /proc knows whatever firewall program Docker uses.
resolver=169.254.127.11
port() {
  hex=$(sed -n 's/^ *[0-9]*: 0B00007F:\([0-9A-F]*\) .*/\1/p' "/proc/net/$1" | head -n 1)
  [ -z "$hex" ] || echo $((0x$hex))
}
udp=$(port udp) tcp=$(port tcp)
if [ -z "$K3S_RESOLV_CONF" ] && [ -n "$udp" ] && [ -n "$tcp" ]; then
  done=yes
  for chain in PREROUTING OUTPUT; do
    iptables -t nat -A $chain -d $resolver -p udp --dport 53 -j DNAT --to-destination "127.0.0.11:$udp" || done=
    iptables -t nat -A $chain -d $resolver -p tcp --dport 53 -j DNAT --to-destination "127.0.0.11:$tcp" || done=
  done
  echo 1 >/proc/sys/net/ipv4/conf/all/route_localnet || done=
  if [ -n "$done" ]; then
    sed -e "s/^nameserver 127\.0\.0\.11/nameserver $resolver/" /etc/resolv.conf >/etc/ksail-resolv.conf
    export K3S_RESOLV_CONF=/etc/ksail-resolv.conf
  fi
fi

exec /bin/k3s "$@"
