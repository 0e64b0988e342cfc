package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestObjectsAreWrittenAsManifestsAndAsRequests(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "all")
	if err := generate(folder, "ns", 1000); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(folder + "/*.yaml")
	documents := 0
	for _, file := range files {
		text, _ := os.ReadFile(file)
		documents += strings.Count(string(text), "---\n")
	}
	requests, _ := os.ReadFile(folder + ".requests")
	lines := strings.Split(strings.TrimSpace(string(requests)), "\n")
	if documents != 1000 || len(lines) != 1000 {
		t.Errorf("%d documents, %d requests", documents, len(lines))
	}
	for _, line := range lines {
		var found request
		if err := json.Unmarshal([]byte(line), &found); err != nil || !strings.HasPrefix(found.Path, "/api") {
			t.Errorf("%v: %s", err, line)
		}
	}
}

func TestListsAndMappingsAreIndented(t *testing.T) {
	found := string(yaml(fields{"a": []any{fields{"b": 1, "c": []any{"x"}}, fields{"d": fields{"e": true}}}, "f": "0644"}))
	want := "a:\n- b: 1\n  c:\n  - \"x\"\n- d:\n    e: true\nf: \"0644\"\n"
	if found != want {
		t.Errorf("got %s", found)
	}
}

func TestEveryRequestIsSentAndMissingKindsAreTriedAgain(t *testing.T) {
	var lock sync.Mutex
	seen := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, asked *http.Request) {
		lock.Lock()
		defer lock.Unlock()
		seen[asked.URL.Path]++
		if asked.URL.Path == "/c" && seen["/c"] == 1 {
			answer.WriteHeader(http.StatusNotFound)
		}
	}))
	defer server.Close()
	requests := []request{{Path: "/a"}, {Path: "/b"}, {Path: "/c"}, {Path: "/d"}}
	found, err := send(server.Client(), server.URL, requests, 2)
	if err != nil || found.Requests != 5 || seen["/c"] != 2 || seen["/d"] != 1 {
		t.Errorf("%+v %v %v", found, err, seen)
	}
}

func TestACommandThatFailsHasNoFigure(t *testing.T) {
	if measure([]string{"false"}, new(strings.Builder)) == nil {
		t.Error("no error")
	}
}
