package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sigs.k8s.io/yaml"
)

const nodePasswordFile = "/etc/rancher/node/password"

// agent is the node itself, on servers and agents: runtime, kubelet, kube-proxy and the pods' network.
type agent struct {
	o        *options
	p        *processes
	client   *serverClient
	api      string // where this node's components find the API
	settings clusterSettings
}

// runAgentOnly is `k3s agent`.
func runAgentOnly(ctx context.Context, o *options, p *processes) error {
	if o.token == "" {
		return errors.New("--token is required")
	}
	if o.server == "" {
		return errors.New("--server is required")
	}
	t, err := parseToken(o.token, "node")
	if err != nil {
		return err
	}
	log.info("Starting k3s agent %s (ksail testbed stand-in)", version)
	a := &agent{o: o, p: p, api: fmt.Sprintf("https://127.0.0.1:%d", o.lbPort)}
	if a.client, err = connect(ctx, o.server, t); err != nil {
		return err
	}
	if err := retry(ctx, func() error { return a.configure(ctx) }); err != nil {
		return err
	}
	if err := balance(ctx, fmt.Sprintf("127.0.0.1:%d", o.lbPort), a.client); err != nil {
		return err
	}
	if err := a.startRuntime(ctx); err != nil {
		return err
	}
	if err := a.startKubernetes(ctx); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// runServerNode is the node of a server. Its runtime does not wait for the API.
func runServerNode(ctx context.Context, o *options, p *processes, s *supervisor, secret string) error {
	a := &agent{o: o, p: p, api: "https://" + apiserverAddress}
	if err := a.startRuntime(ctx); err != nil {
		return err
	}
	if err := until(ctx, 100*time.Millisecond, s.coreReady.Load); err != nil {
		return err
	}
	var err error
	if a.client, err = connect(ctx, fmt.Sprintf("https://127.0.0.1:%d", o.port), token{user: "server", secret: secret}); err != nil {
		return err
	}
	a.client.token.user = "node"
	if err := retry(ctx, func() error { return a.configure(ctx) }); err != nil {
		return err
	}
	if err := a.startKubernetes(ctx); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

func (a *agent) path(parts ...string) string {
	return a.o.path(append([]string{"agent"}, parts...)...)
}

// configure fetches the cluster's settings and this node's certificates.
func (a *agent) configure(ctx context.Context) error {
	password, err := nodePassword()
	if err != nil {
		return err
	}
	header := http.Header{}
	header.Set("k3s-Node-Name", a.o.nodeName)
	header.Set("k3s-Node-Password", password)
	header.Set("k3s-Node-IP", strings.Join(a.o.nodeIP.split(), ","))
	raw, err := a.client.get(ctx, "config", header)
	if err != nil {
		return fmt.Errorf("failed to retrieve configuration from server: %w", err)
	}
	if err := json.Unmarshal(raw, &a.settings); err != nil {
		return err
	}
	if err := os.MkdirAll(a.path(), 0o755); err != nil {
		return err
	}
	for _, name := range []string{"server-ca", "client-ca", "serving-kubelet", "client-kubelet", "client-kube-proxy", "client-k3s-controller"} {
		raw, err := a.client.get(ctx, name+".crt", header)
		if err != nil {
			return err
		}
		cert, key := raw, []byte(nil)
		if at := bytes.Index(raw, []byte("-----BEGIN EC PRIVATE KEY")); at >= 0 {
			cert, key = raw[:at], raw[at:]
			if err := os.WriteFile(a.path(name+".key"), key, 0o600); err != nil {
				return err
			}
		}
		if err := os.WriteFile(a.path(name+".crt"), cert, 0o644); err != nil {
			return err
		}
		if user, ok := strings.CutPrefix(name, "client-"); ok && key != nil {
			user = strings.TrimPrefix(strings.TrimPrefix(user, "kube-"), "k3s-")
			if err := writeKubeconfig(a.path(map[string]string{"kubelet": "kubelet", "proxy": "kubeproxy", "controller": "k3scontroller"}[user]+".kubeconfig"),
				a.api, a.path("server-ca.crt"), a.path(name+".crt"), a.path(name+".key")); err != nil {
				return err
			}
		}
	}
	return nil
}

// nodePassword is made once per node; the server remembers the first it hears from a name.
func nodePassword() (string, error) {
	raw, err := os.ReadFile(nodePasswordFile)
	if err == nil && len(bytes.TrimSpace(raw)) > 0 {
		return string(bytes.TrimSpace(raw)), nil
	}
	if err := os.MkdirAll(filepath.Dir(nodePasswordFile), 0o755); err != nil {
		return "", err
	}
	password := randomSecret()
	return password, os.WriteFile(nodePasswordFile, []byte(password+"\n"), 0o600)
}

// startKubernetes starts kubelet, kube-proxy and the pods' network.
func (a *agent) startKubernetes(ctx context.Context) error {
	if err := a.o.delays.wait(ctx, "kubelet"); err != nil {
		return err
	}
	args, err := a.kubeletArgs()
	if err != nil {
		return err
	}
	log.info("Running kubelet %s", strings.Join(args, " "))
	if err := a.p.kube("kubelet", args); err != nil {
		return err
	}
	if !a.settings.DisableProxy && !a.o.disableProxy {
		args := componentArgs(map[string]string{
			"kubeconfig": a.path("kubeproxy.kubeconfig"), "cluster-cidr": a.settings.ClusterCIDR, "hostname-override": a.o.nodeName,
			"healthz-bind-address": "127.0.0.1", "proxy-mode": "iptables",
			"conntrack-max-per-core": "0", "conntrack-tcp-timeout-established": "0s", "conntrack-tcp-timeout-close-wait": "0s",
		}, a.o.proxyArgs)
		log.info("Running kube-proxy %s", strings.Join(args, " "))
		if err := a.p.kube("kube-proxy", args); err != nil {
			return err
		}
	}
	if a.settings.FlannelBackend != "none" {
		go a.runNetwork(ctx)
	}
	go a.annotate(ctx)
	return nil
}

func (a *agent) kubeletArgs() ([]string, error) {
	resolv, err := a.resolvConf()
	if err != nil {
		return nil, err
	}
	config := map[string]any{
		"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration",
		"authentication": map[string]any{
			"anonymous": map[string]any{"enabled": false}, "webhook": map[string]any{"enabled": true, "cacheTTL": "2m0s"},
			"x509": map[string]any{"clientCAFile": a.path("client-ca.crt")},
		},
		"authorization": map[string]any{"mode": "Webhook"},
		"cgroupDriver":  "cgroupfs", "clusterDomain": a.settings.ClusterDomain, "clusterDNS": strings.Split(a.settings.ClusterDNS, ","),
		"containerRuntimeEndpoint": "unix://" + containerdSocket, "failSwapOn": false, "healthzBindAddress": "127.0.0.1", "resolvConf": resolv,
		"evictionHard":           map[string]string{"imagefs.available": "5%", "nodefs.available": "5%"},
		"evictionMinimumReclaim": map[string]string{"imagefs.available": "10%", "nodefs.available": "10%"},
		"serializeImagePulls":    false, "staticPodPath": a.path("pod-manifests"),
		"tlsCertFile": a.path("serving-kubelet.crt"), "tlsPrivateKeyFile": a.path("serving-kubelet.key"),
	}
	if _, err := os.Stat("/sys/fs/cgroup/cpu"); err == nil {
		if _, err := os.Stat("/sys/fs/cgroup/cpu/cpu.cfs_period_us"); err != nil {
			log.warning("Disabling CPU quotas due to missing cpu.cfs_period_us")
			config["cpuCFSQuota"] = false
		}
	}
	text, err := yaml.Marshal(config)
	if err != nil {
		return nil, err
	}
	file := a.path("etc", "kubelet.conf.d", "00-k3s-defaults.conf")
	for _, folder := range []string{filepath.Dir(file), a.path("pod-manifests")} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, err
		}
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return nil, err
	}
	own := map[string]string{
		"config": file, "kubeconfig": a.path("kubelet.kubeconfig"), "hostname-override": a.o.nodeName, "node-ip": strings.Join(a.o.nodeIP.split(), ","), "cert-dir": a.path("pki"),
	}
	if !a.settings.DisableCloud {
		own["cloud-provider"] = "external"
	}
	if len(a.o.nodeLabels) > 0 {
		own["node-labels"] = strings.Join(a.o.nodeLabels, ",")
	}
	if len(a.o.nodeTaints) > 0 {
		own["register-with-taints"] = strings.Join(a.o.nodeTaints, ",")
	}
	return componentArgs(own, a.o.kubeletArgs), nil
}

// resolvConf is the file pods' names are resolved by: never one that names only this node itself.
func (a *agent) resolvConf() (string, error) {
	const usual = "/etc/resolv.conf"
	if a.o.resolvConf != "" {
		return a.o.resolvConf, nil
	}
	raw, _ := os.ReadFile(usual)
	if usableResolver(string(raw)) {
		return usual, nil
	}
	log.warning("Host resolv.conf includes loopback, multicast, or link-local nameservers - kubelet will use autogenerated resolv.conf with nameserver 8.8.8.8")
	own := a.path("etc", "resolv.conf")
	if err := os.MkdirAll(filepath.Dir(own), 0o755); err != nil {
		return "", err
	}
	return own, os.WriteFile(own, []byte("nameserver 8.8.8.8\n"), 0o644)
}

func usableResolver(conf string) bool {
	found := false
	for line := range strings.SplitSeq(conf, "\n") {
		fields := strings.Fields(line)
		if len(fields) < 2 || fields[0] != "nameserver" {
			continue
		}
		ip := net.ParseIP(fields[1])
		if ip == nil || !ip.IsGlobalUnicast() {
			return false
		}
		found = true
	}
	return found
}
