package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
)

// subnetFile is what flannel leaves for its plugin. As long as it is missing pods get no network,
// although the CNI configuration is there and the node is Ready.
const subnetFile = "/run/flannel/subnet.env"

func (a *agent) networkFolder() string { return a.path("etc", "cni", "net.d") }

// writeNetworkConfig is done before containerd starts: the node becomes Ready by it, not by a network.
func (a *agent) writeNetworkConfig() error {
	backend := a.settings.FlannelBackend
	if a.o.role == "server" {
		backend = a.o.flannelBackend // this server has not asked itself yet
	}
	if err := os.MkdirAll(a.networkFolder(), 0o755); err != nil {
		return err
	}
	if backend == "none" {
		return nil // the node is not Ready until the user's network is there
	}
	return os.WriteFile(filepath.Join(a.networkFolder(), "10-flannel.conflist"), []byte(`{
  "name": "cbr0",
  "cniVersion": "1.0.0",
  "plugins": [
    {
      "type": "flannel",
      "delegate": {"hairpinMode": true, "forceAddress": true, "isDefaultGateway": true}
    },
    {"type": "portmap", "capabilities": {"portMappings": true}}
  ]
}
`), 0o644)
}

func (a *agent) kubernetes(name string) (*kubernetes.Clientset, error) {
	return kubernetes.NewForConfig(restConfig(a.api, a.path("server-ca.crt"), a.path(name+".crt"), a.path(name+".key")))
}

// runNetwork brings the pods' network up once the node has its podCIDR, then says so on the Node.
func (a *agent) runNetwork(ctx context.Context) {
	client, err := a.kubernetes("client-k3s-controller")
	if err != nil {
		a.p.stop(err)
		return
	}
	// Its routes to the other nodes' pods need nothing of this node.
	if err := a.p.kube("kindnetd", nil, "KUBECONFIG="+a.path("k3scontroller.kubeconfig"), "NODE_NAME="+a.o.nodeName,
		"POD_SUBNET="+a.settings.ClusterCIDR, "CNI_CONFIG_FILE=none"); err != nil {
		a.p.stop(err)
		return
	}
	var node *corev1.Node
	if until(ctx, 200*time.Millisecond, func() bool {
		node, err = client.CoreV1().Nodes().Get(ctx, a.o.nodeName, metav1.GetOptions{})
		return err == nil && node.Spec.PodCIDR != ""
	}) != nil {
		return
	}
	log.info("Starting flannel with backend %s", a.settings.FlannelBackend)
	if a.o.delays.wait(ctx, "network") != nil {
		return
	}
	if err := writeSubnet(a.settings.ClusterCIDR, node.Spec.PodCIDR); err != nil {
		a.p.stop(err)
		return
	}
	log.info("Wrote flannel subnet file to %s", subnetFile)
	annotations := map[string]string{
		"flannel.alpha.coreos.com/backend-data": backendData(a.settings.FlannelBackend, a.o.ip()), "flannel.alpha.coreos.com/backend-type": a.settings.FlannelBackend,
		"flannel.alpha.coreos.com/kube-subnet-manager": "true", "flannel.alpha.coreos.com/public-ip": a.o.ip(),
	}
	_ = until(ctx, time.Second, func() bool { return patchMetadata(ctx, client, a.o.nodeName, nil, annotations) == nil })
}

func writeSubnet(clusterCIDR, podCIDR string) error {
	cluster, _, _ := strings.Cut(clusterCIDR, ",")
	_, network, err := net.ParseCIDR(podCIDR)
	if err != nil {
		return err
	}
	ones, _ := network.Mask.Size()
	mtu := 1500
	if eth0, err := net.InterfaceByName("eth0"); err == nil {
		mtu = eth0.MTU
	}
	if err := os.MkdirAll(filepath.Dir(subnetFile), 0o755); err != nil {
		return err
	}
	text := fmt.Sprintf("FLANNEL_NETWORK=%s\nFLANNEL_SUBNET=%s/%d\nFLANNEL_MTU=%d\nFLANNEL_IPMASQ=true\n", cluster, addressIn(podCIDR, 1), ones, mtu)
	if err := os.WriteFile(subnetFile+".new", []byte(text), 0o644); err != nil {
		return err
	}
	return os.Rename(subnetFile+".new", subnetFile)
}

// backendData looks like flannel's; whichever backend is asked for, packets take plain routes.
func backendData(backend, ip string) string {
	if backend != "vxlan" {
		return "null"
	}
	address := net.ParseIP(ip).To4()
	if address == nil {
		address = net.IP{0, 0, 0, 0}
	}
	mac := net.HardwareAddr(slices.Concat([]byte{0x0a, 0x58}, address))
	return fmt.Sprintf(`{"VNI":1,"VtepMAC":%q}`, mac)
}

// annotate writes what K3s tells about a node on the Node, once the kubelet has made it.
func (a *agent) annotate(ctx context.Context) {
	client, err := a.kubernetes("client-kubelet")
	if err != nil {
		return
	}
	args, _ := json.Marshal(redactedArgs(a.o.args))
	variables, _ := json.Marshal(redactedEnv(os.Environ()))
	annotations := map[string]string{
		"k3s.io/hostname": a.o.nodeName, "k3s.io/internal-ip": strings.Join(a.o.nodeIP.split(), ","),
		"k3s.io/node-args": string(args), "k3s.io/node-env": string(variables),
		"k3s.io/node-config-hash": strings.ToUpper(hashOf(slices.Concat(args, variables))[:52]) + "====",
	}
	_ = until(ctx, 300*time.Millisecond, func() bool {
		if _, err := client.CoreV1().Nodes().Get(ctx, a.o.nodeName, metav1.GetOptions{}); err != nil {
			return false
		}
		return patchMetadata(ctx, client, a.o.nodeName, nil, annotations) == nil
	})
}

var secretFlags = []string{"--token", "-t", "--agent-token", "--datastore-endpoint"}

const redacted = "********"

func redactedArgs(args []string) []string {
	var shown []string
	hide := false
	for _, arg := range args {
		name, value, glued := strings.Cut(arg, "=")
		switch {
		case hide:
			shown = append(shown, redacted)
			hide = false
		case !strings.HasPrefix(arg, "-"):
			shown = append(shown, arg)
		case !glued:
			shown = append(shown, arg)
			hide = slices.Contains(secretFlags, name)
		case slices.Contains(secretFlags, name):
			shown = append(shown, name, redacted)
		default:
			shown = append(shown, name, value)
		}
	}
	return shown
}

func redactedEnv(environment []string) map[string]string {
	shown := map[string]string{}
	for _, variable := range environment {
		name, value, _ := strings.Cut(variable, "=")
		if !strings.HasPrefix(name, "K3S_") {
			continue
		}
		if strings.HasSuffix(name, "TOKEN") || strings.Contains(name, "SECRET") || strings.Contains(name, "DATASTORE") {
			value = redacted
		}
		shown[name] = value
	}
	return shown
}

func patchMetadata(ctx context.Context, client kubernetes.Interface, node string, labels, annotations map[string]string) error {
	metadata := map[string]any{}
	if labels != nil {
		metadata["labels"] = labels
	}
	if annotations != nil {
		metadata["annotations"] = annotations
	}
	patch, err := json.Marshal(map[string]any{"metadata": metadata})
	if err != nil {
		return err
	}
	_, err = client.CoreV1().Nodes().Patch(ctx, node, types.StrategicMergePatchType, patch, metav1.PatchOptions{})
	return err
}

// network is the network of an address with a prefix.
func network(address string) string {
	_, parsed, err := net.ParseCIDR(address)
	if err != nil {
		return address
	}
	return parsed.String()
}
