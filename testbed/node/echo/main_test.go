package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestGetPrintsTheAnswer(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(answer))
	defer server.Close()
	var out strings.Builder
	if err := run([]string{"get", server.URL + "/path"}, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), " /path 127.0.0.1:") {
		t.Errorf("got %q", out.String())
	}
}

func TestGetFailsOnAnErrorStatus(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	if err := run([]string{"get", server.URL}, &strings.Builder{}); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("got %v", err)
	}
}

func TestResolve(t *testing.T) {
	var out strings.Builder
	if err := run([]string{"resolve", "127.0.0.1"}, &out); err != nil || out.String() != "127.0.0.1\n" {
		t.Errorf("got %q, %v", out.String(), err)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{nil, {"get"}, {"dance", "now"}} {
		if err := run(args, &strings.Builder{}); err == nil || !strings.Contains(err.Error(), "usage") {
			t.Errorf("%v: got %v", args, err)
		}
	}
}
