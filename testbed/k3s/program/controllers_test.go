package main

import (
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"
)

const providedIP = "alpha.kubernetes.io/provided-node-ip"

func TestTheCloudControllerInitialisesOnce(t *testing.T) {
	client := fake.NewClientset(&corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: "n", Labels: map[string]string{}, Annotations: map[string]string{providedIP: "10.0.0.7"}},
		Spec:       corev1.NodeSpec{Taints: []corev1.Taint{{Key: uninitialized}, {Key: "users"}}},
	})
	c := &controllers{o: &options{}, client: client}
	node := func() *corev1.Node {
		node, err := client.CoreV1().Nodes().Get(t.Context(), "n", metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return node
	}
	if err := c.initialise(t.Context(), []*corev1.Node{node()}); err != nil {
		t.Fatal(err)
	}
	got := node()
	if len(got.Spec.Taints) != 1 || got.Spec.ProviderID != "k3s://n" || internalIP(got) != "10.0.0.7" || got.Labels["node.kubernetes.io/instance-type"] != "k3s" {
		t.Errorf("%+v", got)
	}
	got.Annotations[providedIP] = "10.0.0.8"
	if _, err := client.CoreV1().Nodes().Update(t.Context(), got, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := c.initialise(t.Context(), []*corev1.Node{node()}); err != nil || internalIP(node()) != "10.0.0.8" {
		t.Error("a changed address is not followed", err)
	}
}

func TestTheFirstPasswordOfANameCounts(t *testing.T) {
	client := fake.NewClientset()
	c := &controllers{o: &options{}, client: client}
	check := func(password string) error { return c.checkPassword(t.Context(), "n", password) }
	if check("a") != nil || check("a") != nil || check("b") != errPassword || check("") == nil {
		t.Error("passwords are not kept")
	}
	c.leading.Store(true)
	c.forget(t.Context(), &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n"}})
	if check("b") != nil {
		t.Error("a deleted node's password is still wanted")
	}
}

func TestMembersOfACluster(t *testing.T) {
	members := []etcdMember{{Name: "a-1", PeerURLs: []string{"https://a:2380"}}, {PeerURLs: []string{"https://c:2380"}}, {Name: "b-1", PeerURLs: []string{"https://b:2380"}}}
	if got := initialCluster(members, "c-1", "https://c:2380"); got != "c-1=https://c:2380,a-1=https://a:2380,b-1=https://b:2380" {
		t.Error(got)
	}
	shown := addressesGiven(&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n", Annotations: map[string]string{providedIP: "1.1.1.1,::1"}}})
	if len(shown) != 3 || !slices.Contains(shown, corev1.NodeAddress{Type: corev1.NodeHostName, Address: "n"}) {
		t.Error(shown)
	}
}
