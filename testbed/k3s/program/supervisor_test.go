package main

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func testSupervisor(t *testing.T) (*supervisor, *httptest.Server) {
	t.Helper()
	o, err := parseOptions("server", []string{"--data-dir", t.TempDir(), "--node-name=n", "--node-ip=127.0.0.1", "--tls-san=outside,1.2.3.4"})
	if err != nil {
		t.Fatal(err)
	}
	pki, err := loadServerPKI(o)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newSupervisor(o, pki, "secret", "agents")
	if err != nil {
		t.Fatal(err)
	}
	s.checkPassword = func(_ context.Context, _, password string) error {
		if password != "right" {
			return errPassword
		}
		return nil
	}
	api := func(name string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, name+" "+r.Header.Get("X-Remote-User")+" "+strings.Join(r.Header.Values("X-Remote-Group"), ","))
		})
	}
	s.plain, s.asUser = api("plain"), api("user")
	server := httptest.NewUnstartedServer(s)
	server.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
	server.StartTLS()
	t.Cleanup(server.Close)
	return s, server
}

func ask(t *testing.T, server *httptest.Server, path, user, password string, header ...string) (int, string) {
	t.Helper()
	request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, nil)
	if user != "" {
		request.SetBasicAuth(user, password)
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	return response.StatusCode, string(body)
}

func TestStagesOfAStart(t *testing.T) {
	s, server := testSupervisor(t)
	expect := func(path, user, password string, code int, text string) {
		t.Helper()
		if got, body := ask(t, server, path, user, password); got != code || !strings.Contains(body, text) {
			t.Errorf("%s: %d %q, want %d %q", path, got, body, code, text)
		}
	}
	for _, path := range []string{"/ping", "/cacerts", "/readyz", "/v1-k3s/readyz"} {
		expect(path, "node", "secret", 503, "starting")
	}
	s.started.Store(true)
	expect("/ping", "", "", 200, "pong")
	expect("/cacerts", "", "", 200, "BEGIN CERTIFICATE")
	expect("/readyz", "", "", 503, "apiserver not ready")
	expect("/v1-k3s/readyz", "", "", 401, "")
	expect("/v1-k3s/readyz", "node", "wrong", 401, "")
	expect("/v1-k3s/readyz", "node", "secret", 503, "runtime core not ready")
	s.apiUp.Store(true)
	expect("/readyz", "", "", 200, "plain")
	s.coreReady.Store(true)
	hash := hashOf(s.pki.server.pem)
	for password, user := range map[string]string{
		"secret": "node", "agents": "node", "K10" + hash + "::node:secret": "node", "K10" + hash + "::server:secret": "server",
	} {
		expect("/v1-k3s/readyz", user, password, 200, "ok")
	}
	expect("/v1-k3s/readyz", "server", "agents", 401, "")
	expect("/v1-k3s/server-bootstrap", "node", "secret", 403, "")
	expect("/v1-k3s/server-bootstrap", "server", "secret", 200, "server-ca.key")
	expect("/v1-k3s/nothing", "node", "secret", 404, "")
}

func TestNodeCertificates(t *testing.T) {
	s, server := testSupervisor(t)
	s.started.Store(true)
	s.coreReady.Store(true)
	node := []string{"k3s-Node-Name", "worker", "k3s-Node-IP", "10.0.0.7", "k3s-Node-Password", "right"}
	code, body := ask(t, server, "/v1-k3s/serving-kubelet.crt", "node", "secret", node...)
	cert, err := parseCert([]byte(body))
	if code != 200 || err != nil || cert.VerifyHostname("10.0.0.7") != nil || cert.VerifyHostname("worker") != nil {
		t.Errorf("%d %v", code, err)
	}
	if _, err := parseKey([]byte(body)); err != nil {
		t.Error(err)
	}
	_, body = ask(t, server, "/v1-k3s/client-kubelet.crt", "node", "secret", node...)
	if cert, err := parseCert([]byte(body)); err != nil || cert.Subject.CommonName != "system:node:worker" || cert.Subject.Organization[0] != "system:nodes" {
		t.Error(err)
	}
	node[5] = "wrong"
	if code, body := ask(t, server, "/v1-k3s/serving-kubelet.crt", "node", "secret", node...); code != 403 || !strings.Contains(body, "Node password rejected") {
		t.Error(code, body)
	}
}

func TestOnlyCertificatesMakeUsers(t *testing.T) {
	s, server := testSupervisor(t)
	s.started.Store(true)
	s.apiUp.Store(true)
	if _, body := ask(t, server, "/api", "", "", "X-Remote-User", "root"); body != "plain  " {
		t.Errorf("a header was believed: %q", body)
	}
	admin, err := tls.LoadX509KeyPair(s.pki.file("client-admin.crt"), s.pki.file("client-admin.key"))
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := loadAuthority(t.TempDir(), "ca", "stranger")
	if err != nil {
		t.Fatal(err)
	}
	pair, err := stranger.issue(identity{name: "system:admin", groups: []string{"system:masters"}})
	if err != nil {
		t.Fatal(err)
	}
	forged, err := tls.X509KeyPair(pair, pair)
	if err != nil {
		t.Fatal(err)
	}
	for want, cert := range map[string]tls.Certificate{"user system:admin system:masters": admin, "plain  ": forged} {
		transport := server.Client().Transport.(*http.Transport).Clone()
		transport.TLSClientConfig.Certificates = []tls.Certificate{cert}
		response, err := (&http.Client{Transport: transport}).Get(server.URL + "/api")
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if string(body) != want {
			t.Errorf("%q, want %q", body, want)
		}
	}
}

func TestAuthoritiesThatAreThereAreUsed(t *testing.T) {
	data := t.TempDir()
	folder := filepath.Join(data, "server", "tls")
	before, err := loadAuthority(folder, "server-ca", "mine")
	if err != nil {
		t.Fatal(err)
	}
	load := func() *serverPKI {
		o, err := parseOptions("server", []string{"--data-dir", data, "--node-name=n", "--node-ip=127.0.0.1", "--tls-san=outside"})
		if err != nil {
			t.Fatal(err)
		}
		pki, err := loadServerPKI(o)
		if err != nil {
			t.Fatal(err)
		}
		return pki
	}
	pki := load()
	if string(pki.server.pem) != string(before.pem) {
		t.Error("another CA was made")
	}
	admin, _ := os.ReadFile(pki.file("client-admin.crt"))
	load()
	if again, _ := os.ReadFile(pki.file("client-admin.crt")); string(again) != string(admin) {
		t.Error("a restart makes another client certificate")
	}
	raw, _ := os.ReadFile(pki.file("serving-kube-apiserver.crt"))
	cert, err := parseCert(raw)
	if err != nil || cert.VerifyHostname("outside") != nil || cert.VerifyHostname("10.43.0.1") != nil || cert.CheckSignatureFrom(before.cert) != nil {
		t.Error("the serving certificate does not fit", err)
	}
}

func TestTokens(t *testing.T) {
	hash := strings.Repeat("a", 64)
	for text, want := range map[string]token{
		"short": {"", "node", "short"}, "server:x": {"", "server", "x"}, "K10" + hash + "::server:x:y": {hash, "server", "x:y"},
	} {
		if got, err := parseToken(text, "node"); err != nil || got != want {
			t.Errorf("%s: %v %v", text, got, err)
		}
	}
	for _, wrong := range []string{"K10short::server:x", "K10" + hash + "::server", "K10" + hash} {
		if _, err := parseToken(wrong, "node"); err == nil {
			t.Errorf("%s was taken", wrong)
		}
	}
}
