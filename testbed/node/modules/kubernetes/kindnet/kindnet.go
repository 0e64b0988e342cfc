// Package kindnet is the CNI agent of the node image. It watches the Nodes and
// acts on each one it sees: its own node's podCIDRs become the CNI
// configuration, every other node's podCIDRs become routes through that node.
// What leaves the pods' subnet is masqueraded. Nothing is polled.
//
// It is configured by its environment: NODE_NAME, POD_SUBNET, CONTROL_PLANE_ENDPOINT; where it
// is no pod KUBECONFIG; and CNI_CONFIG_FILE=none where somebody else writes that configuration.
package kindnet

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/vishvananda/netlink"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

const configFile = "/etc/cni/net.d/10-kindnet.conflist"

// Run is the agent's main program.
func Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()

	config, err := clientConfig()
	if err != nil {
		return err
	}
	// Straight to the control plane: the service address works only once kube-proxy runs.
	if endpoint := os.Getenv("CONTROL_PLANE_ENDPOINT"); endpoint != "" {
		config.Host = "https://" + endpoint
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	a := &agent{
		node: os.Getenv("NODE_NAME"), file: cmp.Or(os.Getenv("CNI_CONFIG_FILE"), configFile), mtu: mtu(),
		addRoute: netlink.RouteReplace, delRoute: netlink.RouteDel,
		routes: map[string][]*netlink.Route{},
	}
	if a.node == "" {
		return errors.New("NODE_NAME is not set")
	}
	nodes := informers.NewSharedInformerFactory(client, 0).Core().V1().Nodes().Informer()
	if _, err := nodes.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { a.seen(object.(*corev1.Node)) },
		UpdateFunc: func(_, object any) { a.seen(object.(*corev1.Node)) },
		DeleteFunc: a.deleted,
	}); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- masquerade(os.Getenv("POD_SUBNET")) }()
	go nodes.RunWithContext(ctx)
	if err := <-done; err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

func clientConfig() (*rest.Config, error) {
	if file := os.Getenv("KUBECONFIG"); file != "" {
		return clientcmd.BuildConfigFromFlags("", file)
	}
	return rest.InClusterConfig()
}

// agent holds what was done so far, so that a Node's frequent status updates
// cost nothing. The informer calls it from one goroutine.
type agent struct {
	node     string // own node's name
	file     string // the CNI configuration, or "none"
	mtu      int
	addRoute func(*netlink.Route) error
	delRoute func(*netlink.Route) error
	written  string
	routes   map[string][]*netlink.Route // by node name
}

func (a *agent) seen(node *corev1.Node) {
	cidrs := node.Spec.PodCIDRs
	if len(cidrs) == 0 {
		return
	}
	if node.Name == a.node {
		if config := conflist(cidrs, a.mtu); config != a.written && a.file != "none" {
			if err := replace(a.file, config); err != nil {
				log.Print(err)
				return
			}
			log.Printf("wrote %s for %s", a.file, strings.Join(cidrs, ", "))
			a.written = config
		}
		return
	}
	wanted := routesTo(node)
	if slices.EqualFunc(wanted, a.routes[node.Name], sameRoute) {
		return
	}
	a.forget(node.Name)
	for _, route := range wanted {
		if err := a.addRoute(route); err != nil {
			log.Printf("route to %s via %s: %v", route.Dst, route.Gw, err)
			continue
		}
		log.Printf("%s is at %s via %s", node.Name, route.Dst, route.Gw)
		a.routes[node.Name] = append(a.routes[node.Name], route)
	}
}

func (a *agent) deleted(object any) {
	if last, ok := object.(cache.DeletedFinalStateUnknown); ok {
		object = last.Obj
	}
	if node, ok := object.(*corev1.Node); ok {
		a.forget(node.Name)
	}
}

func (a *agent) forget(node string) {
	for _, route := range a.routes[node] {
		if err := a.delRoute(route); err != nil && !errors.Is(err, syscall.ESRCH) {
			log.Printf("route to %s: %v", route.Dst, err)
		}
	}
	delete(a.routes, node)
}

// routesTo gives one route per podCIDR of the node, through its address of the same family.
func routesTo(node *corev1.Node) []*netlink.Route {
	var routes []*netlink.Route
	for _, cidr := range node.Spec.PodCIDRs {
		_, to, err := net.ParseCIDR(cidr)
		if err != nil {
			log.Printf("podCIDR %q of %s: %v", cidr, node.Name, err)
			continue
		}
		for _, address := range node.Status.Addresses {
			via := net.ParseIP(address.Address)
			if address.Type == corev1.NodeInternalIP && via != nil && (via.To4() == nil) == (to.IP.To4() == nil) {
				routes = append(routes, &netlink.Route{Dst: to, Gw: via})
				break
			}
		}
	}
	return routes
}

func sameRoute(a, b *netlink.Route) bool { return a.Dst.String() == b.Dst.String() && a.Gw.Equal(b.Gw) }

// conflist is the CNI configuration that gives pods addresses of these networks.
func conflist(cidrs []string, mtu int) string {
	var ranges, routes []string
	for _, cidr := range cidrs {
		everywhere := "0.0.0.0/0"
		if strings.Contains(cidr, ":") {
			everywhere = "::/0"
		}
		ranges = append(ranges, fmt.Sprintf(`[{"subnet": %q}]`, cidr))
		routes = append(routes, fmt.Sprintf(`{"dst": %q}`, everywhere))
	}
	return fmt.Sprintf(`{
  "cniVersion": "0.3.1",
  "name": "kindnet",
  "plugins": [
    {
      "type": "ptp",
      "ipMasq": false,
      "ipam": {
        "type": "host-local",
        "dataDir": "/run/cni-ipam-state",
        "routes": [%s],
        "ranges": [%s]
      },
      "mtu": %d
    },
    {"type": "portmap", "capabilities": {"portMappings": true}}
  ]
}
`, strings.Join(routes, ", "), strings.Join(ranges, ", "), mtu)
}

// replace writes the file in one step: containerd reads it the moment it appears.
func replace(file, content string) error {
	temporary := filepath.Join(filepath.Dir(file), "."+filepath.Base(file)+".new")
	if err := os.WriteFile(temporary, []byte(content), 0o644); err != nil {
		return err
	}
	return os.Rename(temporary, file)
}

// mtu is the one of the node's interface on the Docker network.
func mtu() int {
	if eth0, err := net.InterfaceByName("eth0"); err == nil {
		return eth0.MTU
	}
	return 1500
}

// masquerade gives pods the node's address when they talk to anything but pods.
func masquerade(podSubnets string) error {
	for _, subnet := range strings.Split(podSubnets, ",") {
		if subnet == "" {
			continue
		}
		program := "iptables"
		if strings.Contains(subnet, ":") {
			program = "ip6tables"
		}
		restore := exec.Command(program+"-restore", "--wait", "--noflush")
		restore.Stdin = strings.NewReader(masqueradeRules(subnet))
		if out, err := restore.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", restore, err, out)
		}
		jump := []string{"POSTROUTING", "-s", subnet, "-j", "KIND-MASQ-AGENT"}
		if exec.Command(program, append([]string{"--wait", "-t", "nat", "-C"}, jump...)...).Run() == nil {
			continue
		}
		if out, err := exec.Command(program, append([]string{"--wait", "-t", "nat", "-A"}, jump...)...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", program, err, out)
		}
	}
	return nil
}

func masqueradeRules(subnet string) string {
	return strings.Join([]string{
		"*nat",
		":KIND-MASQ-AGENT - [0:0]",
		"-A KIND-MASQ-AGENT -d " + subnet + " -j RETURN",
		"-A KIND-MASQ-AGENT -j MASQUERADE",
		"COMMIT", "",
	}, "\n")
}
