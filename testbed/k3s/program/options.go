package main

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const (
	defaultDataDir    = "/var/lib/rancher/k3s"
	defaultKubeconfig = "/etc/rancher/k3s/k3s.yaml"
	defaultConfig     = "/etc/rancher/k3s/config.yaml"
)

// list is a flag that may be given several times.
type list []string

func (l *list) String() string { return strings.Join(*l, ",") }
func (l *list) Set(value string) error {
	*l = append(*l, value)
	return nil
}

// split gives the items of a list whose values may hold several, separated by commas.
func (l list) split() []string {
	var items []string
	for _, value := range l {
		for item := range strings.SplitSeq(value, ",") {
			if item = strings.TrimSpace(item); item != "" {
				items = append(items, item)
			}
		}
	}
	return items
}

// options is the command line of a node, after the configuration files and the environment.
type options struct {
	role, dataDir                                         string
	args                                                  []string // as given, for the annotation
	token, tokenFile, agentToken, agentTokenFile, server  string
	tlsSAN, disable                                       list
	nodeLabels, nodeTaints                                list
	nodeName, resolvConf, pauseImage, snapshotter         string
	nodeIP, nodeExternalIP                                list
	kubeletArgs, proxyArgs                                list
	apiserverArgs, controllerArgs, schedulerArgs          list
	etcdArgs                                              list
	clusterCIDR, serviceCIDR, clusterDNS                  list
	clusterDomain, flannelBackend, advertiseAddress       string
	nodePortRange                                         string
	kubeconfig, kubeconfigMode                            string
	registries                                            string
	port, lbPort                                          int
	clusterInit, debug, withNodeID                        bool
	disableCloud, disableProxy, disableAgent, noScheduler bool
	disableHelm, disableNetworkPolicy                     bool
	delays                                                delays
}

var errHelp = errors.New("help was asked for")

// What K3s takes and this program does nothing about.
const (
	ignoredText = "vmodule log l selinux-mode image-credential-provider-bin-dir image-credential-provider-config default-runtime " +
		"container-runtime-endpoint image-service-endpoint system-default-registry node-internal-dns node-external-dns flannel-iface flannel-conf flannel-cni-conf " +
		"vpn-auth vpn-auth-file nonroot-devices"
	ignoredServerText = "bind-address advertise-port apiserver-port tls-san-security supervisor-port egress-selector-mode servicelb-namespace " +
		"write-kubeconfig-group helm-job-image datastore-endpoint datastore-cafile datastore-certfile datastore-keyfile default-local-storage-path " +
		"etcd-snapshot-name etcd-snapshot-schedule-cron etcd-snapshot-retention etcd-snapshot-dir cluster-reset-restore-path kube-cloud-controller-manager-arg secrets-encryption-provider"
	ignoredSwitches       = "alsologtostderr docker selinux protect-kernel-defaults enable-pprof rootless prefer-bundled-bin disable-default-registry-endpoint disable-apiserver-lb"
	ignoredServerSwitches = "etcd-expose-metrics etcd-disable-snapshots etcd-snapshot-compress etcd-s3 cluster-reset secrets-encryption kine-tls " +
		"embedded-registry supervisor-metrics flannel-ipv6-masq flannel-external-ip disable-apiserver disable-controller-manager disable-etcd"
)

func (o *options) flags() *flag.FlagSet {
	f := flag.NewFlagSet(o.role, flag.ContinueOnError)
	f.SetOutput(io.Discard)
	text := func(target *string, fallback string, names ...string) {
		for _, name := range names {
			f.StringVar(target, name, fallback, "")
		}
	}
	many := func(target *list, names ...string) {
		for _, name := range names {
			f.Var(target, name, "")
		}
	}
	toggle := func(target *bool, names ...string) {
		for _, name := range names {
			f.BoolVar(target, name, false, "")
		}
	}
	text(&o.dataDir, env(defaultDataDir, "K3S_DATA_DIR"), "data-dir", "d")
	text(&o.token, env("", "K3S_TOKEN"), "token", "t")
	text(&o.tokenFile, env("", "K3S_TOKEN_FILE"), "token-file")
	text(&o.server, env("", "K3S_URL"), "server", "s")
	text(&o.nodeName, env("", "K3S_NODE_NAME"), "node-name")
	text(&o.resolvConf, env("", "K3S_RESOLV_CONF"), "resolv-conf")
	text(&o.pauseImage, "docker.io/rancher/mirrored-pause:3.10.2", "pause-image")
	text(&o.snapshotter, env("overlayfs", "K3S_SNAPSHOTTER"), "snapshotter")
	text(&o.registries, "/etc/rancher/k3s/registries.yaml", "private-registry")
	many(&o.nodeIP, "node-ip", "i")
	many(&o.nodeExternalIP, "node-external-ip")
	many(&o.nodeLabels, "node-label")
	many(&o.nodeTaints, "node-taint")
	many(&o.kubeletArgs, "kubelet-arg")
	many(&o.proxyArgs, "kube-proxy-arg")
	toggle(&o.withNodeID, "with-node-id")
	f.BoolVar(&o.debug, "debug", env("", "K3S_DEBUG") == "true", "")
	f.IntVar(&o.lbPort, "lb-server-port", 6444, "")
	var nothing, config string
	f.IntVar(new(int), "v", 0, "")
	text(&config, "", "config", "c")
	text(&nothing, "", strings.Fields(ignoredText)...)
	toggle(new(bool), strings.Fields(ignoredSwitches)...)
	if o.role != "server" {
		return f
	}
	text(&o.agentToken, env("", "K3S_AGENT_TOKEN"), "agent-token")
	text(&o.agentTokenFile, env("", "K3S_AGENT_TOKEN_FILE"), "agent-token-file")
	text(&o.clusterDomain, "cluster.local", "cluster-domain")
	text(&o.flannelBackend, "vxlan", "flannel-backend")
	text(&o.nodePortRange, "30000-32767", "service-node-port-range")
	text(&o.advertiseAddress, "", "advertise-address")
	text(&o.kubeconfig, env("", "K3S_KUBECONFIG_OUTPUT"), "write-kubeconfig", "o")
	text(&o.kubeconfigMode, env("", "K3S_KUBECONFIG_MODE"), "write-kubeconfig-mode")
	many(&o.tlsSAN, "tls-san")
	many(&o.disable, "disable")
	many(&o.clusterCIDR, "cluster-cidr")
	many(&o.serviceCIDR, "service-cidr")
	many(&o.clusterDNS, "cluster-dns")
	many(&o.apiserverArgs, "kube-apiserver-arg")
	many(&o.controllerArgs, "kube-controller-manager-arg")
	many(&o.schedulerArgs, "kube-scheduler-arg")
	many(&o.etcdArgs, "etcd-arg")
	f.IntVar(&o.port, "https-listen-port", 6443, "")
	f.BoolVar(&o.clusterInit, "cluster-init", env("", "K3S_CLUSTER_INIT") == "true", "")
	toggle(&o.disableCloud, "disable-cloud-controller")
	toggle(&o.disableProxy, "disable-kube-proxy")
	toggle(&o.disableAgent, "disable-agent")
	toggle(&o.noScheduler, "disable-scheduler")
	toggle(&o.disableHelm, "disable-helm-controller")
	toggle(&o.disableNetworkPolicy, "disable-network-policy")
	text(&nothing, "", strings.Fields(ignoredServerText)...)
	toggle(new(bool), strings.Fields(ignoredServerSwitches)...)
	return f
}

func env(fallback, name string) string { return cmp.Or(os.Getenv(name), fallback) }

// parseOptions reads configuration files first, so that the command line has the last word.
func parseOptions(role string, args []string) (*options, error) {
	o := &options{role: role, args: append([]string{role}, args...)}
	f := o.flags()
	known := func(name string) bool { return f.Lookup(name) != nil }
	configured, err := configArgs(configPath(args), known)
	if err != nil {
		return nil, err
	}
	if err := f.Parse(append(configured, args...)); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			f.SetOutput(os.Stdout)
			f.PrintDefaults()
			return nil, errHelp
		}
		return nil, err
	}
	return o, o.complete()
}

func (o *options) complete() error {
	var err error
	if o.delays, err = parseDelays(os.Getenv(delaysVariable)); err != nil {
		return err
	}
	for _, pair := range []struct {
		file  string
		token *string
	}{{o.tokenFile, &o.token}, {o.agentTokenFile, &o.agentToken}} {
		if *pair.token == "" && pair.file != "" {
			raw, err := os.ReadFile(pair.file)
			if err != nil {
				return err
			}
			*pair.token = strings.TrimSpace(string(raw))
		}
	}
	if o.nodeName == "" {
		hostname, err := os.Hostname()
		if err != nil {
			return err
		}
		o.nodeName = strings.ToLower(hostname)
	}
	if o.withNodeID {
		id := make([]byte, 4)
		_, _ = rand.Read(id)
		o.nodeName += "-" + hex.EncodeToString(id)
	}
	if len(o.nodeIP) == 0 {
		ip, err := ownAddress()
		if err != nil {
			return err
		}
		o.nodeIP = list{ip}
	}
	o.clusterCIDR = or(o.clusterCIDR, "10.42.0.0/16")
	o.serviceCIDR = or(o.serviceCIDR, "10.43.0.0/16")
	if len(o.clusterDNS) == 0 {
		o.clusterDNS = list{addressIn(o.serviceCIDR.split()[0], 10)}
	}
	if mode := o.kubeconfigMode; mode != "" {
		if _, err := strconv.ParseUint(mode, 8, 32); err != nil {
			return fmt.Errorf("write-kubeconfig-mode %q: %w", mode, err)
		}
	}
	for _, cidr := range slices.Concat(o.clusterCIDR.split(), o.serviceCIDR.split()) {
		if _, _, err := net.ParseCIDR(cidr); err != nil {
			return err
		}
	}
	return nil
}

func or(l list, fallback string) list {
	if len(l) == 0 {
		return list{fallback}
	}
	return l
}

// disabled says whether --disable names the packaged component.
func (o *options) disabled(name string) bool { return slices.Contains(o.disable.split(), name) }

func (o *options) ip() string { return o.nodeIP.split()[0] }

func (o *options) path(parts ...string) string {
	return filepath.Join(append([]string{o.dataDir}, parts...)...)
}

// ownAddress is the first global address of the node, eth0's before others'.
func ownAddress() (string, error) {
	interfaces, err := net.Interfaces()
	if err != nil {
		return "", err
	}
	slices.SortStableFunc(interfaces, func(a, b net.Interface) int {
		return strings.Compare(fmt.Sprint(a.Name != "eth0"), fmt.Sprint(b.Name != "eth0"))
	})
	for _, candidate := range interfaces {
		addresses, _ := candidate.Addrs()
		for _, address := range addresses {
			if network, ok := address.(*net.IPNet); ok && network.IP.To4() != nil && network.IP.IsGlobalUnicast() {
				return network.IP.String(), nil
			}
		}
	}
	return "", errors.New("no default routes found: this node has no address")
}

// addressIn is the nth address of a network.
func addressIn(cidr string, n byte) string {
	ip, network, err := net.ParseCIDR(cidr)
	if err != nil {
		return ""
	}
	if ip = network.IP.To4(); ip == nil {
		ip = network.IP
	}
	address := slices.Clone(ip)
	address[len(address)-1] += n
	return address.String()
}

// componentArgs are a component's arguments: K3s's own, replaced by the user's of the same name.
func componentArgs(own map[string]string, users list) []string {
	given := map[string]bool{}
	var theirs []string
	for _, arg := range users {
		name, value, _ := strings.Cut(arg, "=")
		name = strings.TrimRight(name, "+-")
		given[name] = true
		theirs = append(theirs, "--"+name+"="+value)
	}
	var args []string
	for name, value := range own {
		if !given[name] {
			args = append(args, "--"+name+"="+value)
		}
	}
	slices.Sort(args)
	return append(args, theirs...)
}
