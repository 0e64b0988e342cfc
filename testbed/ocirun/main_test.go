package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

var small = host{
	oomScoreAdj: 100,
	hardLimit: func(name string) (uint64, bool) {
		return map[string]uint64{"RLIMIT_NOFILE": 1024}[name], name == "RLIMIT_NOFILE"
	},
}

func TestFiles(t *testing.T) {
	for _, c := range []struct{ line, config, process string }{
		{"--root /run/r --log /l.json --log-format json create --bundle /b --pid-file /p id", "/b/config.json", ""},
		{"--root=/run/r --systemd-cgroup run -b /b id", "/b/config.json", ""},
		{"create --bundle=/b id", "/b/config.json", ""},
		{"create id", "config.json", ""},
		{"--root create exec --process /p.json --detach id", "", "/p.json"},
		{"exec -p /p.json id", "", "/p.json"},
		{"exec --process=/p.json id", "", "/p.json"},
		{"exec id sh", "", ""},
		{"delete --force id", "", ""},
		{"kill id 9", "", ""},
		{"--version", "", ""},
	} {
		config, process := files(strings.Fields(c.line))
		if config != c.config || process != c.process {
			t.Errorf("%q: got %q and %q, want %q and %q", c.line, config, process, c.config, c.process)
		}
	}
}

func TestConfigLosesWhatTheHostCannotGrant(t *testing.T) {
	got := rewritten(t, rewriteConfig, `{
		"ociVersion": "1.0.2", "hostname": "n", "linux": {"resources": {"memory": {"limit": 9007199254740993}}},
		"process": {
			"args": ["/sbin/init"], "oomScoreAdj": -998,
			"rlimits": [{"type": "RLIMIT_NOFILE", "hard": 1048576, "soft": 512}, {"type": "RLIMIT_NEW", "hard": 1, "soft": 1}],
			"capabilities": {"bounding": ["CAP_SYS_ADMIN", "CAP_SYS_RESOURCE"], "effective": ["CAP_SYS_RESOURCE"]}
		}}`)
	want := parsed(t, `{
		"ociVersion": "1.0.2", "hostname": "n", "linux": {"resources": {"memory": {"limit": 9007199254740993}}},
		"process": {
			"args": ["/sbin/init"], "oomScoreAdj": 100,
			"rlimits": [{"type": "RLIMIT_NOFILE", "hard": 1024, "soft": 512}],
			"capabilities": {"bounding": ["CAP_SYS_ADMIN"], "effective": []}
		}}`)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestProcessKeepsWhatTheHostCanGrant(t *testing.T) {
	const same = `{"args": ["true"], "oomScoreAdj": 500, "capabilities": null, "rlimits": [{"type": "RLIMIT_NOFILE", "hard": 64, "soft": 32}]}`
	if got := rewritten(t, rewriteProcess, same); !reflect.DeepEqual(got, parsed(t, same)) {
		t.Errorf("got %v", got)
	}
	if got := rewritten(t, rewriteProcess, `{"args": ["true"]}`); !reflect.DeepEqual(got, parsed(t, `{"args": ["true"]}`)) {
		t.Errorf("got %v", got)
	}
}

func TestConfigWithoutProcessIsKept(t *testing.T) {
	if got := rewritten(t, rewriteConfig, `{"hostname": "n"}`); !reflect.DeepEqual(got, parsed(t, `{"hostname": "n"}`)) {
		t.Errorf("got %v", got)
	}
}

func TestBrokenFileIsAnErrorAndIsNotTouched(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := rewriteFile(path, rewriteConfig); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v, want an error that names the file", err)
	}
	if raw, _ := os.ReadFile(path); string(raw) != "{" {
		t.Errorf("file is now %q", raw)
	}
}

func TestThisHostKnowsItsLimits(t *testing.T) {
	h := thisHost()
	if hard, ok := h.hardLimit("RLIMIT_NOFILE"); !ok || hard == 0 {
		t.Errorf("RLIMIT_NOFILE: %d, %v", hard, ok)
	}
	if _, ok := h.hardLimit("RLIMIT_NONSENSE"); ok {
		t.Error("an unknown limit must not be known")
	}
}

func rewritten(t *testing.T, rewrite func([]byte, host) ([]byte, error), in string) any {
	t.Helper()
	out, err := rewrite([]byte(in), small)
	if err != nil {
		t.Fatal(err)
	}
	return parsed(t, string(out))
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
