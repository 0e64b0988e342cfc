package main

import (
	"context"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

const apiserverAddress = "127.0.0.1:6444"

// supervisor answers on a server's port: a few routes of its own, for agents and for whoever
// waits, and everything else goes to the API server behind it.
type supervisor struct {
	pki                       *serverPKI
	secret, agentSecret       string
	settings                  clusterSettings
	started, apiUp, coreReady atomic.Bool
	plain, asUser             http.Handler // the API server, without and with a verified client certificate
	checkPassword             func(ctx context.Context, node, password string) error
	servers                   func() []string
	datastore                 atomic.Pointer[datastore] // of a cluster that others may join
}

// clusterSettings is what agents take from their server.
type clusterSettings struct {
	ClusterCIDR, ServiceCIDR, ClusterDNS, ClusterDomain, FlannelBackend string
	Port                                                                int
	DisableProxy, DisableCloud                                          bool
}

func newSupervisor(o *options, pki *serverPKI, secret, agentSecret string) (*supervisor, error) {
	s := &supervisor{
		pki: pki, secret: secret, agentSecret: agentSecret,
		settings: clusterSettings{
			ClusterCIDR: o.clusterCIDR.String(), ServiceCIDR: o.serviceCIDR.String(), ClusterDNS: o.clusterDNS.String(),
			ClusterDomain: o.clusterDomain, FlannelBackend: o.flannelBackend, Port: o.port,
			DisableProxy: o.disableProxy, DisableCloud: o.disableCloud,
		},
	}
	proxyCert, err := tls.LoadX509KeyPair(pki.file("client-auth-proxy.crt"), pki.file("client-auth-proxy.key"))
	if err != nil {
		return nil, err
	}
	s.plain = s.proxy()
	s.asUser = s.proxy(proxyCert)
	return s, nil
}

func (s *supervisor) pool(ca *authority) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca.pem)
	return pool
}

// listen serves until the context ends. Client certificates are asked for but checked
// later, so that a bad one ends in the API server's 401 and not in a broken connection.
func (s *supervisor) listen(ctx context.Context, address string) error {
	cert, err := tls.LoadX509KeyPair(s.pki.file("serving-kube-apiserver.crt"), s.pki.file("serving-kube-apiserver.key"))
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 30 * time.Second,
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{cert}, ClientAuth: tls.RequestClientCert, MinVersion: tls.VersionTLS12},
	}
	server.ErrorLog = handshakeLog()
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	go func() { _ = server.ServeTLS(listener, "", "") }()
	return nil
}

func (s *supervisor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.started.Load() {
		http.Error(w, "starting", http.StatusServiceUnavailable)
		return
	}
	switch {
	case r.URL.Path == "/ping":
		w.Header().Set("Content-Type", "text/plain")
		_, _ = w.Write([]byte("pong"))
	case r.URL.Path == "/cacerts":
		w.Header().Set("Content-Type", "text/plain")
		_, _ = w.Write(s.pki.server.pem)
	case strings.HasPrefix(r.URL.Path, "/v1-k3s/"):
		s.serveNodes(w, r)
	case !s.apiUp.Load():
		refuse(w, http.StatusServiceUnavailable, "apiserver not ready")
	default:
		s.serveAPI(w, r)
	}
}

// refuse answers as the API server does, since clients of either may ask.
func refuse(w http.ResponseWriter, code int, message string) {
	reason := map[int]string{401: "Unauthorized", 403: "Forbidden", 404: "NotFound", 503: "ServiceUnavailable"}[code]
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"kind": "Status", "apiVersion": "v1", "metadata": map[string]any{}, "status": "Failure", "message": message, "reason": reason, "code": code,
	})
}

// user says who is asking, by a client certificate or the token: "node", "server" or nobody.
func (s *supervisor) user(r *http.Request) string {
	if cert := s.clientCert(r); cert != nil {
		switch {
		case slices.Contains(cert.Subject.Organization, "system:masters"):
			return "server"
		case slices.Contains(cert.Subject.Organization, "system:nodes"):
			return "node"
		}
	}
	name, password, ok := r.BasicAuth()
	if !ok {
		return ""
	}
	// The whole token is as good as the secret in it.
	given, err := parseToken(password, name)
	if err != nil {
		return ""
	}
	matches := func(secret string) bool {
		return secret != "" && subtle.ConstantTimeCompare([]byte(secret), []byte(given.secret)) == 1
	}
	switch {
	case name == "server" && matches(s.secret):
		return "server"
	case name == "node" && (matches(s.secret) || matches(s.agentSecret)):
		return "node"
	}
	return ""
}

func (s *supervisor) clientCert(r *http.Request) *x509.Certificate {
	if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
		return nil
	}
	intermediates := x509.NewCertPool()
	for _, cert := range r.TLS.PeerCertificates[1:] {
		intermediates.AddCert(cert)
	}
	leaf := r.TLS.PeerCertificates[0]
	if _, err := leaf.Verify(x509.VerifyOptions{Roots: s.pool(s.pki.client), Intermediates: intermediates, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}); err != nil {
		return nil
	}
	return leaf
}

const passwordRejected = "Node password rejected, duplicate hostname or contents of '/etc/rancher/node/password' may not match server node-passwd entry, " +
	"try enabling a unique node name with the --with-node-id flag"

var errPassword = errors.New(passwordRejected)

func (s *supervisor) serveNodes(w http.ResponseWriter, r *http.Request) {
	user := s.user(r)
	if user == "" {
		refuse(w, http.StatusUnauthorized, "Unauthorized")
		return
	}
	route := strings.TrimPrefix(r.URL.Path, "/v1-k3s/")
	node := r.Header.Get("k3s-Node-Name")
	switch route {
	case "config":
		_ = json.NewEncoder(w).Encode(s.settings)
		return
	case "server-ca.crt":
		_, _ = w.Write(s.pki.server.pem)
		return
	case "client-ca.crt":
		_, _ = w.Write(s.pki.client.pem)
		return
	case "server-bootstrap", "join":
		d := s.datastore.Load()
		switch {
		case user != "server":
			refuse(w, http.StatusForbidden, "Forbidden")
		case route == "server-bootstrap":
			s.pki.serveBootstrap(w)
		case d == nil:
			refuse(w, http.StatusServiceUnavailable, "this server has no etcd that others could join")
		default:
			d.serveJoin(w, r)
		}
		return
	}
	// What follows is for nodes that will talk to the API, and checks them through it.
	if !s.coreReady.Load() {
		refuse(w, http.StatusServiceUnavailable, "runtime core not ready")
		return
	}
	ca, id := s.pki.client, identity{}
	switch route {
	case "readyz":
		_, _ = w.Write([]byte("ok"))
		return
	case "apiservers":
		_ = json.NewEncoder(w).Encode(s.servers())
		return
	case "serving-kubelet.crt":
		ca = s.pki.server
		id = identity{name: node, sans: append([]string{node, "localhost", "127.0.0.1"}, strings.Split(r.Header.Get("k3s-Node-IP"), ",")...)}
	case "client-kubelet.crt":
		id = identity{name: "system:node:" + node, groups: []string{"system:nodes"}}
	case "client-kube-proxy.crt":
		id = identity{name: "system:kube-proxy"}
	case "client-k3s-controller.crt":
		id = identity{name: "system:k3s-controller"}
	default:
		refuse(w, http.StatusNotFound, "404 page not found")
		return
	}
	if strings.HasSuffix(route, "-kubelet.crt") {
		if err := s.checkPassword(r.Context(), node, r.Header.Get("k3s-Node-Password")); err != nil {
			code := http.StatusServiceUnavailable
			if errors.Is(err, errPassword) {
				code = http.StatusForbidden
			}
			refuse(w, code, err.Error())
			return
		}
	}
	pair, err := ca.issue(id)
	if err != nil {
		refuse(w, http.StatusInternalServerError, err.Error())
		return
	}
	_, _ = w.Write(pair)
}

func (s *supervisor) serveAPI(w http.ResponseWriter, r *http.Request) {
	// Only this program may say who somebody is.
	for name := range r.Header {
		if strings.HasPrefix(name, "X-Remote-") {
			r.Header.Del(name)
		}
	}
	cert := s.clientCert(r)
	if cert == nil {
		s.plain.ServeHTTP(w, r)
		return
	}
	r.Header.Set("X-Remote-User", cert.Subject.CommonName)
	for _, group := range cert.Subject.Organization {
		r.Header.Add("X-Remote-Group", group)
	}
	s.asUser.ServeHTTP(w, r)
}

// proxy leads to the API server; a connection that will be upgraded (exec, port-forward) needs HTTP/1.1.
func (s *supervisor) proxy(certs ...tls.Certificate) http.Handler {
	config := &tls.Config{RootCAs: s.pool(s.pki.server), Certificates: certs, MinVersion: tls.VersionTLS12}
	modern := &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 100, DisableCompression: true}
	upgrades := &http.Transport{TLSClientConfig: config.Clone(), TLSNextProto: map[string]func(string, *tls.Conn) http.RoundTripper{}, DisableCompression: true}
	return &httputil.ReverseProxy{
		FlushInterval: -1,
		ErrorLog:      handshakeLog(),
		Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			if r.Header.Get("Upgrade") != "" {
				return upgrades.RoundTrip(r)
			}
			return modern.RoundTrip(r)
		}),
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "https", Host: apiserverAddress})
			r.Out.Host = r.In.Host
			r.SetXForwarded()
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			log.trace("API server: %v", err)
			refuse(w, http.StatusServiceUnavailable, "apiserver not ready")
		},
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
