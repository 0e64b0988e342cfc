package main

import (
	"context"
	"crypto/subtle"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
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
