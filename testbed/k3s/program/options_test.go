package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestFilesComeBeforeTheCommandLine(t *testing.T) {
	folder := t.TempDir()
	config := filepath.Join(folder, "config.yaml")
	write(t, config, "token: from-file\nnode-label: [a=1, b=2]\ncluster-init: true\nhttps-listen-port: 6543\nno-such-thing: 1\n")
	write(t, filepath.Join(config+".d", "10-more.yaml"), "node-label+: [c=3]\ndisable: traefik,servicelb\n")
	t.Setenv("K3S_TOKEN", "from-environment")
	o, err := parseOptions("server", []string{"--config", config, "--token", "given", "--disable=coredns"})
	if err != nil {
		t.Fatal(err)
	}
	if o.token != "given" || o.port != 6543 || !o.clusterInit || !slices.Equal(o.nodeLabels, list{"a=1", "b=2", "c=3"}) {
		t.Errorf("%+v", o)
	}
	for _, name := range []string{"traefik", "servicelb", "coredns"} {
		if !o.disabled(name) {
			t.Errorf("%s is not disabled", name)
		}
	}
	if o.disabled("local-storage") || o.clusterDNS.String() != "10.43.0.10" {
		t.Errorf("%v %v", o.disable, o.clusterDNS)
	}
}

func TestEnvironmentAndDefaults(t *testing.T) {
	t.Setenv("K3S_TOKEN", "secret")
	t.Setenv("K3S_URL", "https://server:6443")
	o, err := parseOptions("agent", []string{"--node-name", "n", "--node-ip=1.2.3.4"})
	if err != nil {
		t.Fatal(err)
	}
	if o.token != "secret" || o.server != "https://server:6443" || o.ip() != "1.2.3.4" || o.nodeName != "n" {
		t.Errorf("%+v", o)
	}
}

func TestWrongFlags(t *testing.T) {
	for _, test := range []struct{ role, flag string }{{"server", "foo"}, {"agent", "tls-san"}, {"agent", "cluster-init"}} {
		_, err := parseOptions(test.role, []string{"--" + test.flag})
		if err == nil || err.Error() != "flag provided but not defined: -"+test.flag {
			t.Errorf("%s --%s: %v", test.role, test.flag, err)
		}
	}
	if _, err := parseOptions("server", []string{"--cluster-cidr=nonsense"}); err == nil {
		t.Error("a CIDR that is none was taken")
	}
}

func TestUsersArgumentsReplaceOurs(t *testing.T) {
	args := componentArgs(map[string]string{"b": "1", "a": "1"}, list{"b=2", "c", "b=3"})
	if got := strings.Join(args, " "); got != "--a=1 --b=2 --c= --b=3" {
		t.Error(got)
	}
}

func TestDelays(t *testing.T) {
	d, err := parseDelays("core=1h,network=10ms")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if d.wait(ctx, "network") != nil || d.wait(ctx, "taints") != nil || d.wait(ctx, "core") == nil {
		t.Error("the wrong points are slow")
	}
	for _, wrong := range []string{"nowhere=1s", "core=soon"} {
		if _, err := parseDelays(wrong); err == nil {
			t.Errorf("%s was taken", wrong)
		}
	}
}

func TestSecretsStayOutOfAnnotations(t *testing.T) {
	args := redactedArgs([]string{"server", "--token", "s3cret", "--agent-token=s3cret", "--tls-san=a", "--debug"})
	if got := strings.Join(args, " "); got != "server --token ******** --agent-token ******** --tls-san a --debug" {
		t.Error(got)
	}
	variables := redactedEnv([]string{"K3S_TOKEN=s3cret", "K3S_URL=https://a", "HOME=/"})
	if len(variables) != 2 || variables["K3S_TOKEN"] != redacted || variables["K3S_URL"] != "https://a" {
		t.Error(variables)
	}
}

func TestResolvers(t *testing.T) {
	for conf, usable := range map[string]bool{
		"nameserver 127.0.0.11\noptions ndots:0\n": false, "nameserver 172.18.0.1\n": true, "": false, "nameserver 172.18.0.1\nnameserver 169.254.1.1\n": false,
	} {
		if usableResolver(conf) != usable {
			t.Errorf("%q", conf)
		}
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
