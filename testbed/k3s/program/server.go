package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"k8s.io/client-go/rest"
)

// runServer is `k3s server`: supervisor, datastore, control plane, controllers and, beside them, the node.
func runServer(ctx context.Context, o *options, p *processes) error {
	log.info("Starting k3s %s (ksail testbed stand-in)", version)
	if err := os.MkdirAll(o.path("server"), 0o700); err != nil {
		return err
	}
	joining := o.server != "" && !isMember(o)
	var first *serverClient
	if joining {
		var err error
		if first, err = joinServer(ctx, o); err != nil {
			return err
		}
	}
	pki, err := loadServerPKI(o)
	if err != nil {
		return err
	}
	secret, agentSecret, err := serverSecrets(o, pki)
	if err != nil {
		return err
	}
	s, err := newSupervisor(o, pki, secret, agentSecret)
	if err != nil {
		return err
	}
	if err := s.listen(ctx, fmt.Sprintf(":%d", o.port)); err != nil {
		return err
	}
	if err := o.delays.wait(ctx, "supervisor"); err != nil {
		return err
	}
	s.started.Store(true)
	d, err := startDatastore(ctx, o, p, pki, first)
	if err != nil {
		return err
	}
	if d.cluster {
		s.datastore.Store(d)
		go d.promote(ctx)
	}

	if !o.disableAgent {
		go func() {
			if err := runServerNode(ctx, o, p, s, secret); err != nil && ctx.Err() == nil {
				p.stop(err)
			}
		}()
	}
	return startControlPlane(ctx, o, p, s, d)
}

// serverSecrets are what nodes may join with. They are kept in the files in which users look for them.
func serverSecrets(o *options, pki *serverPKI) (secret, agent string, err error) {
	read := func(name, given string) (string, error) {
		if given == "" {
			raw, _ := os.ReadFile(o.path("server", name))
			given = strings.TrimSpace(string(raw))
		}
		t, err := parseToken(given, "server")
		return t.secret, err
	}
	if secret, err = read("token", o.token); err != nil {
		return "", "", err
	}
	if secret == "" {
		secret = randomSecret()
	}
	if agent, err = read("agent-token", o.agentToken); err != nil {
		return "", "", err
	}
	if agent == "" {
		agent = secret
	}
	hash := hashOf(pki.server.pem)
	for name, text := range map[string]string{
		"token": token{hash, "server", secret}.String(), "agent-token": token{hash, "node", agent}.String(),
	} {
		if err := os.WriteFile(o.path("server", name), []byte(text+"\n"), 0o600); err != nil {
			return "", "", err
		}
	}
	_ = os.Remove(o.path("server", "node-token"))
	return secret, agent, os.Symlink(o.path("server", "token"), o.path("server", "node-token"))
}

func startControlPlane(ctx context.Context, o *options, p *processes, s *supervisor, d *datastore) error {
	if err := o.delays.wait(ctx, "apiserver"); err != nil {
		return err
	}
	apiserver := componentArgs(apiserverArgs(o, s.pki), o.apiserverArgs)
	// Said, and the kubeconfig written, although it may have to wait for a quorum: k3d starts the next server by it.
	log.info("Running kube-apiserver %s", strings.Join(apiserver, " "))
	if err := writeAdminKubeconfig(o, s.pki); err != nil {
		return err
	}
	if err := d.ready(ctx); err != nil {
		return err
	}
	if d.cluster {
		log.info("Connected to etcd v3 - datastore using API version 3.6.0")
	}
	if err := p.kube("kube-apiserver", apiserver); err != nil {
		return err
	}
	if err := until(ctx, 50*time.Millisecond, func() bool { return accepts(apiserverAddress) }); err != nil {
		return err
	}
	s.apiUp.Store(true)

	config := restConfig("https://"+apiserverAddress, s.pki.file("server-ca.crt"), s.pki.file("client-supervisor.crt"), s.pki.file("client-supervisor.key"))
	if err := waitReady(ctx, config); err != nil {
		return err
	}
	if err := o.delays.wait(ctx, "up"); err != nil {
		return err
	}
	log.info("Kube API server is now running")
	controller := componentArgs(controllerArgs(o, s.pki), o.controllerArgs)
	log.info("Running kube-controller-manager %s", strings.Join(controller, " "))
	if err := p.kube("kube-controller-manager", controller); err != nil {
		return err
	}
	if !o.noScheduler {
		scheduler := componentArgs(schedulerArgs(o, s.pki), o.schedulerArgs)
		log.info("Running kube-scheduler %s", strings.Join(scheduler, " "))
		if err := p.kube("kube-scheduler", scheduler); err != nil {
			return err
		}
	}
	log.info("k3s is up and running")
	return startControllers(ctx, o, s, d, config)
}

func accepts(address string) bool {
	connection, err := net.DialTimeout("tcp", address, time.Second)
	if err == nil {
		connection.Close()
	}
	return err == nil
}

// waitReady waits until the API server calls itself ready.
func waitReady(ctx context.Context, config *rest.Config) error {
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return err
	}
	return until(ctx, 100*time.Millisecond, func() bool {
		response, err := client.Get(config.Host + "/readyz")
		if err != nil {
			return false
		}
		response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
}

func apiserverArgs(o *options, pki *serverPKI) map[string]string {
	issuer := "https://kubernetes.default.svc." + o.clusterDomain
	address := o.ip()
	if o.advertiseAddress != "" {
		address = o.advertiseAddress
	}
	args := map[string]string{
		"advertise-address": address, "bind-address": "127.0.0.1", "secure-port": "6444",
		// It would publish its own port; the controllers publish the supervisor's.
		"endpoint-reconciler-type": "none",
		"allow-privileged":         "true", "anonymous-auth": "false", "authorization-mode": "Node,RBAC", "profiling": "false",
		"api-audiences": issuer + ",k3s", "service-account-issuer": issuer,
		"service-account-key-file": pki.file("service.key"), "service-account-signing-key-file": pki.file("service.key"),
		"cert-dir": o.path("server", "tls", "temporary-certs"), "client-ca-file": pki.file("client-ca.crt"),
		"enable-admission-plugins": "NodeRestriction", "enable-bootstrap-token-auth": "true",
		"etcd-servers": "http://127.0.0.1:2379", "storage-backend": "etcd3",
		"kubelet-certificate-authority": pki.file("server-ca.crt"), "kubelet-client-certificate": pki.file("client-kube-apiserver.crt"),
		"kubelet-client-key": pki.file("client-kube-apiserver.key"), "kubelet-preferred-address-types": "InternalIP,ExternalIP,Hostname",
		"proxy-client-cert-file": pki.file("client-auth-proxy.crt"), "proxy-client-key-file": pki.file("client-auth-proxy.key"),
		"requestheader-allowed-names": "system:auth-proxy", "requestheader-client-ca-file": pki.file("request-header-ca.crt"),
		"requestheader-extra-headers-prefix": "X-Remote-Extra-", "requestheader-group-headers": "X-Remote-Group", "requestheader-username-headers": "X-Remote-User",
		"service-cluster-ip-range": o.serviceCIDR.String(), "service-node-port-range": o.nodePortRange,
		"tls-cert-file": pki.file("serving-kube-apiserver.crt"), "tls-private-key-file": pki.file("serving-kube-apiserver.key"),
		"tls-cipher-suites": "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
	}
	if embeddedEtcd(o) {
		args["etcd-servers"], args["etcd-cafile"] = "https://127.0.0.1:2379", pki.file("etcd/server-ca.crt")
		args["etcd-certfile"], args["etcd-keyfile"] = pki.file("etcd/client.crt"), pki.file("etcd/client.key")
	}
	return args
}

func controllerArgs(o *options, pki *serverPKI) map[string]string {
	args := map[string]string{
		"allocate-node-cidrs": "true", "cluster-cidr": o.clusterCIDR.String(), "service-cluster-ip-range": o.serviceCIDR.String(),
		"bind-address": "127.0.0.1", "secure-port": "10257", "profiling": "false", "configure-cloud-routes": "false",
		"controllers": "*,tokencleaner", "terminated-pod-gc-threshold": "1000", "use-service-account-credentials": "true",
		"root-ca-file": pki.file("server-ca.crt"), "service-account-private-key-file": pki.file("service.key"), "leader-elect": fmt.Sprint(embeddedEtcd(o)),
	}
	for _, signer := range []string{"kube-apiserver-client", "kubelet-client", "legacy-unknown"} {
		args["cluster-signing-"+signer+"-cert-file"] = pki.file("client-ca.crt")
		args["cluster-signing-"+signer+"-key-file"] = pki.file("client-ca.key")
	}
	args["cluster-signing-kubelet-serving-cert-file"] = pki.file("server-ca.crt")
	args["cluster-signing-kubelet-serving-key-file"] = pki.file("server-ca.key")
	return withKubeconfig(args, o, pki, "controller")
}

func schedulerArgs(o *options, pki *serverPKI) map[string]string {
	return withKubeconfig(map[string]string{
		"bind-address": "127.0.0.1", "secure-port": "10259", "profiling": "false", "leader-elect": fmt.Sprint(embeddedEtcd(o)),
	}, o, pki, "scheduler")
}

func withKubeconfig(args map[string]string, o *options, pki *serverPKI, name string) map[string]string {
	file := o.path("server", "cred", name+".kubeconfig")
	_ = os.MkdirAll(filepath.Dir(file), 0o700)
	if err := writeKubeconfig(file, "https://"+apiserverAddress, pki.file("server-ca.crt"), pki.file("client-"+name+".crt"), pki.file("client-"+name+".key")); err != nil {
		log.error("%v", err)
	}
	args["kubeconfig"], args["authentication-kubeconfig"], args["authorization-kubeconfig"] = file, file, file
	return args
}

// insecure is for what is fetched before the cluster's CA is known.
func insecure() *http.Client {
	return &http.Client{
		Timeout:   10 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}, //nolint:gosec // the answer is the CA, checked against the token's hash
	}
}

var errUnauthorized = errors.New("not authorized")
