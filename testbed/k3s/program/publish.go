package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// publishAPI keeps the endpoints of the service "kubernetes", which would otherwise name the port behind the supervisor.
func (c *controllers) publishAPI(ctx context.Context, _ []*corev1.Node) error {
	yes, name, protocol, port := true, "https", corev1.ProtocolTCP, int32(c.o.port)
	slice := &discoveryv1.EndpointSlice{
		ObjectMeta:  metav1.ObjectMeta{Name: "kubernetes", Labels: map[string]string{discoveryv1.LabelServiceName: "kubernetes"}},
		AddressType: discoveryv1.AddressTypeIPv4,
		Ports:       []discoveryv1.EndpointPort{{Name: &name, Port: &port, Protocol: &protocol}},
	}
	for _, server := range c.servers() {
		host, _, _ := net.SplitHostPort(server)
		slice.Endpoints = append(slice.Endpoints, discoveryv1.Endpoint{Addresses: []string{host}, Conditions: discoveryv1.EndpointConditions{Ready: &yes}})
	}
	slices := c.client.DiscoveryV1().EndpointSlices("default")
	old, err := slices.Get(ctx, "kubernetes", metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		_, err = slices.Create(ctx, slice, metav1.CreateOptions{})
	case err == nil && fmt.Sprint(addressesOf(old)) != fmt.Sprint(addressesOf(slice)):
		old.Endpoints = slice.Endpoints
		_, err = slices.Update(ctx, old, metav1.UpdateOptions{})
	case err == nil:
		return nil
	}
	if err != nil {
		return err
	}
	return c.publishEndpoints(ctx, addressesOf(slice))
}

// publishEndpoints keeps the slice's older form, which Kubernetes' own reconciler writes, too.
func (c *controllers) publishEndpoints(ctx context.Context, addresses []string) error {
	subset := map[string]any{"ports": []any{map[string]any{"name": "https", "port": c.o.port, "protocol": "TCP"}}}
	var list []any
	for _, address := range addresses {
		list = append(list, map[string]any{"ip": address})
	}
	subset["addresses"] = list
	text, err := json.Marshal(map[string]any{
		"apiVersion": "v1", "kind": "Endpoints", "subsets": []any{subset},
		"metadata": map[string]any{"name": "kubernetes", "namespace": "default", "labels": map[string]string{discoveryv1.LabelSkipMirror: "true"}},
	})
	if err != nil {
		return err
	}
	return c.deployer.apply(ctx, text)
}

func addressesOf(slice *discoveryv1.EndpointSlice) []string {
	var all []string
	for _, endpoint := range slice.Endpoints {
		all = append(all, endpoint.Addresses...)
	}
	return all
}

// publishNames keeps one line per node in what CoreDNS serves besides the cluster's names; lines of others stay.
func (c *controllers) publishNames(ctx context.Context, nodes []*corev1.Node) error {
	configs := c.client.CoreV1().ConfigMaps(system)
	current, err := configs.Get(ctx, "coredns", metav1.GetOptions{})
	if err != nil {
		return err
	}
	wanted := map[string]string{}
	for _, node := range nodes {
		if ip := internalIP(node); ip != "" {
			wanted[node.Name] = ip
		}
	}
	hosts := mergeHosts(current.Data["NodeHosts"], wanted)
	if hosts == current.Data["NodeHosts"] {
		return nil
	}
	patch, err := json.Marshal(map[string]any{"data": map[string]string{"NodeHosts": hosts}})
	if err != nil {
		return err
	}
	if _, err := configs.Patch(ctx, "coredns", types.StrategicMergePatchType, patch, metav1.PatchOptions{FieldManager: "k3s"}); err != nil {
		return err
	}
	log.info("Updated coredns NodeHosts entries: %s", strings.Join(slices.Sorted(maps.Keys(wanted)), ", "))
	return nil
}

// publishDNS tells where the cluster's DNS is, at every start: k3d waits for the words that follow.
func (c *controllers) publishDNS(ctx context.Context) error {
	config := &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: "cluster-dns"},
		Data:       map[string]string{"clusterDNS": c.o.clusterDNS.split()[0], "clusterDomain": c.o.clusterDomain},
	}
	_, err := c.client.CoreV1().ConfigMaps(system).Create(ctx, config, metav1.CreateOptions{})
	switch {
	case err == nil:
		log.info("Cluster dns configmap has been set successfully")
	case apierrors.IsAlreadyExists(err):
		log.info("Cluster dns configmap already exists")
		err = nil
	}
	return err
}

// mergeHosts replaces the addresses of the wanted names in the text of a hosts file.
func mergeHosts(text string, wanted map[string]string) string {
	byName := map[string]string{}
	for line := range strings.SplitSeq(text, "\n") {
		if fields := strings.Fields(line); len(fields) > 1 {
			for _, name := range fields[1:] {
				byName[name] = fields[0]
			}
		}
	}
	maps.Copy(byName, wanted)
	var merged strings.Builder
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		fmt.Fprintf(&merged, "%s %s\n", byName[name], name)
	}
	return merged.String()
}
