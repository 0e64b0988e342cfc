package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestBundle(t *testing.T) {
	for line, want := range map[string]string{
		"--root /r --log /l create --bundle /b --pid-file /p id": "/b",
		"--root /r exec --process /p.json id":                    "",
		"delete id":                                              "",
		"create --bundle":                                        "",
	} {
		if got := bundle(strings.Fields(line)); got != want {
			t.Errorf("%q: got %q, want %q", line, got, want)
		}
	}
}

func TestTheKubeletGetsTheControllers(t *testing.T) {
	const config = `{"linux": {"memory": 9007199254740993}, "mounts": [
		{"destination": "/proc", "type": "proc", "source": "proc"},
		{"destination": "/sys", "type": "bind", "source": "/sys", "options": ["rbind", "rshared", "rw"]},
		{"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "/sys/fs/cgroup", "options": ["bind", "rshared", "rw"]}]}`
	const want = `{"linux": {"memory": 9007199254740993}, "mounts": [
		{"destination": "/proc", "type": "proc", "source": "proc"},
		{"destination": "/sys", "type": "bind", "source": "/sys", "options": ["rbind", "rshared", "rw", "rslave"]},
		{"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "/sys/fs/cgroup", "options": ["rbind", "rshared", "rw", "rslave"]}]}`
	path := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := rewrite(path); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(parsed(t, string(got)), parsed(t, want)) {
		t.Errorf("got %s", got)
	}
}

func TestOtherContainersAreKeptAsTheyAre(t *testing.T) {
	for _, config := range []string{
		`{"mounts": [{"destination": "/sys", "options": ["rbind"]}]}`,
		`{"mounts": [{"destination": "/sys/fs/cgroup", "type": "cgroup", "options": ["ro"]}, {"destination": "/sys", "options": ["bind"]}]}`,
		`{"hostname": "n"}`,
	} {
		got, err := withControllers([]byte(config))
		if err != nil || string(got) != config {
			t.Errorf("%s: got %s, %v", config, got, err)
		}
	}
}

func TestABrokenFileIsAnErrorThatNamesIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := rewrite(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
}

func parsed(t *testing.T, in string) any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(in))
	decoder.UseNumber()
	var out any
	if err := decoder.Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out
}
