package main

import (
	"encoding/json"
	"io"
	"path/filepath"
	"strings"
	"testing"
)

func TestRegistriesBecomeHosts(t *testing.T) {
	file := filepath.Join(t.TempDir(), "registries.yaml")
	write(t, file, `
mirrors:
  docker.io: {endpoint: ["http://cache:5000"]}
  "*": {endpoint: ["https://all"]}
configs:
  cache:5000: {auth: {username: me, password: "p w"}, tls: {insecure_skip_verify: true, ca_file: /ca.crt}}
`)
	r, err := readRegistries(file)
	if err != nil {
		t.Fatal(err)
	}
	hosts := r.hosts()
	for name, wanted := range map[string][]string{
		"docker.io":  {`server = "https://registry-1.docker.io/v2"`, `[host."http://cache:5000/v2"]`, "skip_verify = true", `ca = ["/ca.crt"]`},
		"_default":   {`[host."https://all/v2"]`},
		"cache:5000": {`server = "https://cache:5000/v2"`},
	} {
		for _, text := range wanted {
			if !strings.Contains(hosts[name], text) {
				t.Errorf("%s lacks %s:\n%s", name, text, hosts[name])
			}
		}
	}
	if auth := r.auth(); !strings.Contains(auth, `configs."cache:5000".auth]`) || !strings.Contains(auth, `password = "p w"`) {
		t.Error(auth)
	}
	if r, err := readRegistries(filepath.Join(t.TempDir(), "none")); err != nil || len(r.hosts()) != 0 {
		t.Error("no file must be no registries", err)
	}
}

func TestHostsOfOthersStay(t *testing.T) {
	got := mergeHosts("172.18.0.1 host.k3d.internal\n172.18.0.2 a b\n", map[string]string{"a": "172.18.0.9", "c": "172.18.0.3"})
	if want := "172.18.0.9 a\n172.18.0.2 b\n172.18.0.3 c\n172.18.0.1 host.k3d.internal\n"; got != want {
		t.Error(got)
	}
	if again := mergeHosts(got, map[string]string{"c": "172.18.0.3"}); again != got {
		t.Error("nothing new is a change")
	}
}

func TestPluginConfiguration(t *testing.T) {
	file := filepath.Join(t.TempDir(), "subnet.env")
	if _, err := readSubnet(file); err == nil {
		t.Error("a network without a subnet file")
	}
	write(t, file, "FLANNEL_NETWORK=10.42.0.0/16\nFLANNEL_SUBNET=10.42.3.1/24\nFLANNEL_MTU=1450\n")
	subnet, err := readSubnet(file)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := bridgeConfig([]byte(`{"name": "cbr0", "cniVersion": "1.0.0", "delegate": {"hairpinMode": true}}`), subnet)
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Type, Name  string
		MTU         int
		HairpinMode bool
		IPAM        struct {
			Ranges [][]struct{ Subnet string }
			Routes []struct{ Dst string }
		}
	}
	if err := json.Unmarshal(raw, &config); err != nil {
		t.Fatal(err)
	}
	if config.Type != "bridge" || config.MTU != 1450 || !config.HairpinMode || config.IPAM.Ranges[0][0].Subnet != "10.42.3.0/24" || config.IPAM.Routes[0].Dst != "10.42.0.0/16" {
		t.Errorf("%s", raw)
	}
}

func TestTheReasonOfAnEnd(t *testing.T) {
	last := &lastError{to: io.Discard}
	for _, piece := range []string{"E1 a.go:1] \"harmless\" err=\"x\"\nE1 run.go:72] \"command fai", "led\" err=\"failed to run: \\\"y\\\"\"\nI1 bye\n"} {
		_, _ = last.Write([]byte(piece))
	}
	if last.text() != `failed to run: "y"` {
		t.Error(last.text())
	}
}
