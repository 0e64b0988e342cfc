package main

import (
	"strings"
	"testing"
)

func TestEachTextHasALine(t *testing.T) {
	var out strings.Builder
	if err := run(strings.NewReader("19\na: 0644\n---\nb: yes\n5\na: [\n"), &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines: %s", len(lines), out.String())
	}
	if want := `{"kubectl":{"documents":[{"a":420},{"b":true}]},"sigs":{"documents":[{"a":420}]}}`; lines[0] != want {
		t.Errorf("got %s, want %s", lines[0], want)
	}
	if !strings.Contains(lines[1], `"kubectl":{"documents":[],"error":"`) {
		t.Errorf("no error: %s", lines[1])
	}
}

func TestDuplicateKeysAreOnlyRefusedByTheStrictReader(t *testing.T) {
	found := read([]byte("a: 1\na: 2\n"))
	if found.Kubectl.Error != "" || string(found.Kubectl.Documents[0]) != `{"a":2}` || found.Strict == "" {
		t.Errorf("%+v", found)
	}
}

func TestATextThatEndsEarlyIsRefused(t *testing.T) {
	if run(strings.NewReader("10\na"), new(strings.Builder)) == nil {
		t.Error("no error")
	}
}
