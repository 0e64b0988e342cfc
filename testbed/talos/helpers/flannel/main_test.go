package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// What Talos writes.
const given = `{"name": "cbr0", "cniVersion": "1.0.0", "type": "flannel", "delegate": {"hairpinMode": true, "isDefaultGateway": true}}`

func subnet(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "subnet.env")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestABridgeIsMadeFromTheSubnet(t *testing.T) {
	file := subnet(t, "FLANNEL_NETWORK=10.244.0.0/16\nFLANNEL_SUBNET=10.244.3.1/24\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=true\n")
	raw, err := added([]byte(given), file)
	if err != nil {
		t.Fatal(err)
	}
	var got, want any
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(`{"name": "cbr0", "cniVersion": "1.0.0", "type": "bridge", "hairpinMode": true, "isDefaultGateway": true, "isGateway": true,
		"ipMasq": false, "mtu": 1450, "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.244.3.0/24"}]], "routes": [{"dst": "10.244.0.0/16"}]}}`), &want); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %s", raw)
	}
}

func TestWithoutASubnetThePodFails(t *testing.T) {
	for text, want := range map[string]string{
		"FLANNEL_MTU=1450\n":                "FLANNEL_SUBNET",
		"FLANNEL_SUBNET=10.244.3.1/24\n":    "FLANNEL_MTU",
		"FLANNEL_SUBNET=x\nFLANNEL_MTU=1\n": "FLANNEL_SUBNET",
	} {
		if _, err := added([]byte(given), subnet(t, text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v", text, err)
		}
	}
	if _, err := added([]byte(given), filepath.Join(t.TempDir(), "absent")); err == nil || !strings.Contains(err.Error(), "flanneld") {
		t.Errorf("got %v", err)
	}
}

func TestThePluginIsFoundInTheGivenFolders(t *testing.T) {
	folder := t.TempDir()
	if _, err := find("bridge", "/nowhere:"+folder); err == nil {
		t.Error("found what is not there")
	}
	file := filepath.Join(folder, "bridge")
	if err := os.WriteFile(file, nil, 0o700); err != nil {
		t.Fatal(err)
	}
	if got, err := find("bridge", "/nowhere:"+folder); err != nil || got != file {
		t.Errorf("got %q, %v", got, err)
	}
}
