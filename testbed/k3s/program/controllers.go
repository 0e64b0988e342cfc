package main

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

const (
	uninitialized     = "node.cloudprovider.kubernetes.io/uninitialized"
	controlPlaneLabel = "node-role.kubernetes.io/control-plane"
	etcdLabel         = "node-role.kubernetes.io/etcd"
	passwordSuffix    = ".node-password.k3s"
	system            = "kube-system"
)

// controllers are what K3s adds to Kubernetes: the cloud controller that initialises nodes, node
// passwords, the cluster's DNS records of its nodes and the address of the API inside it.
type controllers struct {
	o         *options
	client    kubernetes.Interface
	datastore *datastore
	deployer  *deployer
	nodes     cache.SharedIndexInformer
	mu        sync.Mutex
	wake      chan struct{}
	leading   atomic.Bool
}

func startControllers(ctx context.Context, o *options, s *supervisor, d *datastore, config *rest.Config) error {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	c := &controllers{o: o, client: client, datastore: d, wake: make(chan struct{}, 1)}
	if c.deployer, err = newDeployer(o, config); err != nil {
		return err
	}
	c.nodes = informers.NewSharedInformerFactory(client, 0).Core().V1().Nodes().Informer()
	if _, err := c.nodes.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { c.poke() },
		UpdateFunc: func(_, _ any) { c.poke() },
		DeleteFunc: func(object any) { c.forget(ctx, object); c.poke() },
	}); err != nil {
		return err
	}
	go c.nodes.RunWithContext(ctx)
	if !cache.WaitForCacheSync(ctx.Done(), c.nodes.HasSynced) {
		return ctx.Err()
	}
	s.checkPassword, s.servers = c.checkPassword, c.servers
	if err := c.deployer.stage(); err != nil {
		return err
	}
	go c.run(ctx)
	go c.lead(ctx)
	// Agents need the roles in the packaged manifests.
	if err := until(ctx, 50*time.Millisecond, func() bool {
		_, err := client.RbacV1().ClusterRoleBindings().Get(ctx, "system:k3s-controller", metav1.GetOptions{})
		return err == nil
	}); err != nil {
		return err
	}
	if err := o.delays.wait(ctx, "core"); err != nil {
		return err
	}
	s.coreReady.Store(true)
	return until(ctx, time.Second, func() bool { return c.publishDNS(ctx) == nil })
}

// lead does what one server of a cluster does for all, while it is the one.
func (c *controllers) lead(ctx context.Context) {
	work := func(ctx context.Context) {
		c.leading.Store(true)
		c.poke()
		c.deployer.run(ctx)
	}
	if !c.datastore.cluster {
		work(ctx)
		return
	}
	for ctx.Err() == nil {
		leaderelection.RunOrDie(ctx, leaderelection.LeaderElectionConfig{
			Lock: &resourcelock.LeaseLock{
				LeaseMeta: metav1.ObjectMeta{Name: "k3s", Namespace: system}, Client: c.client.CoordinationV1(),
				LockConfig: resourcelock.ResourceLockConfig{Identity: c.o.nodeName},
			},
			LeaseDuration: 15 * time.Second, RenewDeadline: 10 * time.Second, RetryPeriod: 2 * time.Second, ReleaseOnCancel: true,
			Callbacks: leaderelection.LeaderCallbacks{OnStartedLeading: work, OnStoppedLeading: func() { c.leading.Store(false) }},
		})
	}
}

func (c *controllers) poke() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// run looks at all nodes whenever one changed, and at least every 10 s.
func (c *controllers) run(ctx context.Context) {
	for {
		steps := []func(context.Context, []*corev1.Node) error{c.publishAPI, c.labelServer}
		if c.leading.Load() {
			steps = append(steps, c.initialise)
		}
		if c.leading.Load() && !c.o.disabled("coredns") {
			steps = append(steps, c.publishNames)
		}
		wait := 10 * time.Second
		for _, step := range steps {
			if err := step(ctx, c.list()); err != nil {
				log.trace("controllers: %v", err)
				wait = time.Second
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-c.wake:
		case <-time.After(wait):
		}
	}
}

func (c *controllers) list() []*corev1.Node {
	var nodes []*corev1.Node
	for _, object := range c.nodes.GetStore().List() {
		nodes = append(nodes, object.(*corev1.Node))
	}
	slices.SortFunc(nodes, func(a, b *corev1.Node) int { return strings.Compare(a.Name, b.Name) })
	return nodes
}

// initialise is the cloud controller: it takes the taint away with which a node registers, and
// knows the address a node has now.
func (c *controllers) initialise(ctx context.Context, nodes []*corev1.Node) error {
	if c.o.disableCloud {
		return nil
	}
	var failed error
	for _, node := range nodes {
		tainted := slices.ContainsFunc(node.Spec.Taints, isUninitialized)
		if !tainted && slices.Equal(addressesGiven(node), node.Status.Addresses) {
			continue
		}
		if tainted {
			if err := c.o.delays.wait(ctx, "taints"); err != nil {
				return err
			}
		}
		if err := c.initialiseNode(ctx, node.Name); err != nil {
			failed = err
		}
	}
	return failed
}

func isUninitialized(taint corev1.Taint) bool { return taint.Key == uninitialized }

// addressesGiven are the addresses the node's kubelet was started with.
func addressesGiven(node *corev1.Node) []corev1.NodeAddress {
	given := node.Annotations["alpha.kubernetes.io/provided-node-ip"]
	if given == "" {
		return node.Status.Addresses
	}
	var addresses []corev1.NodeAddress
	for address := range strings.SplitSeq(given, ",") {
		addresses = append(addresses, corev1.NodeAddress{Type: corev1.NodeInternalIP, Address: address})
	}
	return append(addresses, corev1.NodeAddress{Type: corev1.NodeHostName, Address: node.Name})
}

func (c *controllers) initialiseNode(ctx context.Context, name string) error {
	nodes := c.client.CoreV1().Nodes()
	node, err := nodes.Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	if addresses := addressesGiven(node); !slices.Equal(addresses, node.Status.Addresses) {
		node.Status.Addresses = addresses
		if node, err = nodes.UpdateStatus(ctx, node, metav1.UpdateOptions{}); err != nil {
			return err
		}
	}
	if !slices.ContainsFunc(node.Spec.Taints, isUninitialized) {
		return nil
	}
	node.Spec.Taints = slices.DeleteFunc(node.Spec.Taints, isUninitialized)
	if node.Spec.ProviderID == "" {
		node.Spec.ProviderID = "k3s://" + node.Name
	}
	node.Labels["node.kubernetes.io/instance-type"] = "k3s"
	node.Labels["beta.kubernetes.io/instance-type"] = "k3s"
	if _, err := nodes.Update(ctx, node, metav1.UpdateOptions{}); err != nil {
		return err
	}
	log.info("Successfully initialized node %s with cloud provider", node.Name)
	return nil
}

// labelServer marks this server's node; kubelets may not call themselves control planes.
func (c *controllers) labelServer(ctx context.Context, nodes []*corev1.Node) error {
	labels := map[string]string{controlPlaneLabel: "true"}
	if c.datastore.cluster {
		labels[etcdLabel] = "true"
	}
	for _, node := range nodes {
		if node.Name != c.o.nodeName {
			continue
		}
		missing := maps.Clone(labels)
		maps.DeleteFunc(missing, func(name, value string) bool { return node.Labels[name] == value })
		if len(missing) > 0 {
			if err := patchMetadata(ctx, c.client, node.Name, missing, nil); err != nil {
				return err
			}
			log.info("Labels and annotations have been set successfully on node: %s", node.Name)
		}
	}
	return nil
}

func internalIP(node *corev1.Node) string {
	for _, address := range node.Status.Addresses {
		if address.Type == corev1.NodeInternalIP {
			return address.Address
		}
	}
	return ""
}

func ready(node *corev1.Node) bool {
	return slices.ContainsFunc(node.Status.Conditions, func(c corev1.NodeCondition) bool {
		return c.Type == corev1.NodeReady && c.Status == corev1.ConditionTrue
	})
}

// servers are the addresses of the servers that are ready, this one always among them.
func (c *controllers) servers() []string {
	addresses := []string{net.JoinHostPort(c.o.ip(), fmt.Sprint(c.o.port))}
	for _, node := range c.list() {
		if ip := internalIP(node); node.Name != c.o.nodeName && ip != "" && ready(node) && node.Labels[controlPlaneLabel] == "true" {
			addresses = append(addresses, net.JoinHostPort(ip, fmt.Sprint(c.o.port)))
		}
	}
	slices.Sort(addresses)
	return addresses
}

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

// forget drops what is remembered about a deleted node: another may take its name.
func (c *controllers) forget(ctx context.Context, object any) {
	if last, ok := object.(cache.DeletedFinalStateUnknown); ok {
		object = last.Obj
	}
	node, ok := object.(*corev1.Node)
	if !ok || !c.leading.Load() {
		return
	}
	if node.Labels[etcdLabel] == "true" {
		if err := c.datastore.removeMember(ctx, node.Name); err != nil {
			log.error("etcd member of %s: %v", node.Name, err)
		}
	}
	if err := c.client.CoreV1().Secrets(system).Delete(ctx, node.Name+passwordSuffix, metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) {
		log.error("node password of %s: %v", node.Name, err)
	}
}

// checkPassword remembers the first password a node's name comes with and refuses others.
func (c *controllers) checkPassword(ctx context.Context, node, password string) error {
	if node == "" || password == "" {
		return fmt.Errorf("node name and password are required")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	secrets, name := c.client.CoreV1().Secrets(system), node+passwordSuffix
	hash := hashOf([]byte(node + ":" + password))
	secret, err := secrets.Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		yes := true
		_, err = secrets.Create(ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: name}, Immutable: &yes, Data: map[string][]byte{"hash": []byte(hash)}}, metav1.CreateOptions{})
		return err
	}
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(secret.Data["hash"], []byte(hash)) != 1 {
		return errPassword
	}
	return nil
}
