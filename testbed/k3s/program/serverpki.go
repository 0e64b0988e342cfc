package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
)

// serverPKI is <data>/server/tls: the authorities, which may have been put there before the first
// start, and the server's own certificates.
type serverPKI struct {
	folder                 string
	server, client, header *authority
}

// sharedFiles are what all servers of a cluster must have in common.
var sharedFiles = []string{
	"server-ca.crt", "server-ca.key", "client-ca.crt", "client-ca.key", "request-header-ca.crt", "request-header-ca.key", "service.key",
	"etcd/peer-ca.crt", "etcd/peer-ca.key", "etcd/server-ca.crt", "etcd/server-ca.key",
}

func loadServerPKI(o *options) (*serverPKI, error) {
	p := &serverPKI{folder: o.path("server", "tls")}
	if err := os.MkdirAll(filepath.Join(p.folder, "etcd"), 0o700); err != nil {
		return nil, err
	}
	var peers, etcd *authority
	for _, ca := range []struct {
		target           **authority
		name, commonName string
	}{
		{&p.server, "server-ca", "k3s-server-ca"}, {&p.client, "client-ca", "k3s-client-ca"}, {&p.header, "request-header-ca", "k3s-request-header-ca"},
		{&peers, "etcd/peer-ca", "etcd-peer-ca"}, {&etcd, "etcd/server-ca", "etcd-server-ca"},
	} {
		var err error
		if *ca.target, err = loadAuthority(p.folder, ca.name, ca.commonName); err != nil {
			return nil, err
		}
	}
	service := o.serviceCIDR.split()[0]
	names := append([]string{
		"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc." + o.clusterDomain,
		"localhost", "127.0.0.1", "::1", o.nodeName, addressIn(service, 1),
	}, o.tlsSAN.split()...)
	names = append(append(names, o.nodeIP.split()...), o.nodeExternalIP.split()...)
	masters := []string{"system:masters"}
	etcdNames := append([]string{"localhost", "127.0.0.1", o.nodeName}, o.nodeIP.split()...)
	for _, leaf := range []struct {
		ca   *authority
		name string
		id   identity
	}{
		{p.client, "client-admin", identity{name: "system:admin", groups: masters}},
		{p.client, "client-supervisor", identity{name: "system:k3s-supervisor", groups: masters}},
		{p.client, "client-controller", identity{name: "system:kube-controller-manager"}},
		{p.client, "client-scheduler", identity{name: "system:kube-scheduler"}},
		{p.client, "client-kube-apiserver", identity{name: "system:apiserver", groups: masters}},
		{p.header, "client-auth-proxy", identity{name: "system:auth-proxy"}},
		// These name addresses, which a restart may change.
		{p.server, "serving-kube-apiserver", identity{name: "kube-apiserver", sans: names}},
		{etcd, "etcd/server-client", identity{name: "etcd-server", sans: etcdNames}},
		{etcd, "etcd/client", identity{name: "etcd-client"}},
		{peers, "etcd/peer-server-client", identity{name: "etcd-peer", sans: etcdNames}},
	} {
		if err := leaf.ca.write(p.folder, leaf.name, leaf.id, len(leaf.id.sans) == 0); err != nil {
			return nil, err
		}
	}
	// Service account tokens are signed with it; it must outlive restarts.
	if _, err := os.Stat(p.file("service.key")); err != nil {
		if err := p.client.write(p.folder, "service", identity{name: "service"}, false); err != nil {
			return nil, err
		}
		_ = os.Remove(p.file("service.crt"))
	}
	return p, nil
}

func (p *serverPKI) file(name string) string { return filepath.Join(p.folder, name) }

// serveBootstrap hands a joining server what it must share.
func (p *serverPKI) serveBootstrap(w http.ResponseWriter) {
	files := map[string][]byte{}
	for _, name := range sharedFiles {
		content, err := os.ReadFile(p.file(name))
		if err != nil {
			refuse(w, http.StatusInternalServerError, err.Error())
			return
		}
		files[name] = content
	}
	_ = json.NewEncoder(w).Encode(files)
}
