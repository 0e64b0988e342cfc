package kindnet

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vishvananda/netlink"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/cache"
)

// testAgent logs its route changes as "+destination gateway" and "-destination".
func testAgent(t *testing.T) (*agent, *[]string) {
	t.Helper()
	var changes []string
	return &agent{
		node: "own", file: filepath.Join(t.TempDir(), "10-kindnet.conflist"), mtu: 1450, routes: map[string][]*netlink.Route{},
		addRoute: func(r *netlink.Route) error {
			changes = append(changes, "+"+r.Dst.String()+" "+r.Gw.String())
			return nil
		},
		delRoute: func(r *netlink.Route) error {
			changes = append(changes, "-"+r.Dst.String())
			return nil
		},
	}, &changes
}

func node(name string, cidrs []string, addresses ...string) *corev1.Node {
	n := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: corev1.NodeSpec{PodCIDRs: cidrs}}
	for _, address := range addresses {
		n.Status.Addresses = append(n.Status.Addresses, corev1.NodeAddress{Type: corev1.NodeInternalIP, Address: address})
	}
	return n
}

func TestOwnNodeBecomesTheConfiguration(t *testing.T) {
	a, changes := testAgent(t)
	a.seen(node("own", nil, "172.18.0.2"))
	if _, err := os.Stat(a.file); err == nil {
		t.Fatal("a node without podCIDR must not get a configuration")
	}
	a.seen(node("own", []string{"10.244.1.0/24", "fd00:10:244:1::/64"}, "172.18.0.2"))
	raw, err := os.ReadFile(a.file)
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Name    string
		Plugins []struct {
			Type string
			MTU  int
			IPAM struct {
				Type   string
				Ranges [][]struct{ Subnet string }
				Routes []struct{ Dst string }
			}
		}
	}
	if err := json.Unmarshal(raw, &config); err != nil {
		t.Fatal(err)
	}
	ptp := config.Plugins[0]
	if config.Name != "kindnet" || ptp.Type != "ptp" || ptp.MTU != 1450 || ptp.IPAM.Type != "host-local" || config.Plugins[1].Type != "portmap" {
		t.Errorf("got %s", raw)
	}
	if ptp.IPAM.Ranges[0][0].Subnet != "10.244.1.0/24" || ptp.IPAM.Ranges[1][0].Subnet != "fd00:10:244:1::/64" {
		t.Errorf("ranges %v", ptp.IPAM.Ranges)
	}
	if ptp.IPAM.Routes[0].Dst != "0.0.0.0/0" || ptp.IPAM.Routes[1].Dst != "::/0" {
		t.Errorf("routes %v", ptp.IPAM.Routes)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(a.file), ".*")); len(left) != 0 || len(*changes) != 0 {
		t.Errorf("left behind: %v, routes: %v", left, *changes)
	}
}

func TestOtherNodesBecomeRoutes(t *testing.T) {
	a, changes := testAgent(t)
	other := node("other", []string{"10.244.2.0/24", "fd00:10:244:2::/64"}, "172.18.0.3", "fc00::3")
	a.seen(other)
	a.seen(other) // a status update
	a.seen(node("early", []string{"10.244.3.0/24"}))
	a.seen(node("other", []string{"10.244.2.0/24"}, "172.18.0.9"))
	a.deleted(cache.DeletedFinalStateUnknown{Obj: other})
	want := []string{
		"+10.244.2.0/24 172.18.0.3", "+fd00:10:244:2::/64 fc00::3",
		"-10.244.2.0/24", "-fd00:10:244:2::/64", "+10.244.2.0/24 172.18.0.9",
		"-10.244.2.0/24",
	}
	if !slices.Equal(*changes, want) {
		t.Errorf("got %q, want %q", *changes, want)
	}
}

func TestPodsReachPodsWithTheirOwnAddress(t *testing.T) {
	rules := masqueradeRules("10.244.0.0/16")
	if kept, masked := strings.Index(rules, "-d 10.244.0.0/16 -j RETURN"), strings.Index(rules, "-j MASQUERADE"); kept < 0 || masked < kept {
		t.Errorf("got %s", rules)
	}
}
