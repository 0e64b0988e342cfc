package main

import (
	"strings"
	"testing"
)

func TestEveryLineIsAnswered(t *testing.T) {
	in := `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"},"status":{"phase":"Succeeded"}}
{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"},"status":{"phase":"Odd"}}
`
	var out strings.Builder
	if err := run(strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], `"Current"`) || !strings.Contains(lines[1], `"Error"`) {
		t.Fatalf("unexpected answers: %q", lines)
	}
}

func TestBrokenInputIsRefused(t *testing.T) {
	var out strings.Builder
	if err := run(strings.NewReader("{"), &out); err == nil {
		t.Fatal("no error")
	}
}
