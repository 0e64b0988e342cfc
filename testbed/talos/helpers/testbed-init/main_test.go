package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheMappingIsNotTheOneOfTheInitialNamespace(t *testing.T) {
	file := filepath.Join(t.TempDir(), "map")
	var shown string
	err := pretendNamespace(file, "/target", func(from, over string) error {
		raw, err := os.ReadFile(from)
		shown = over + ":" + string(raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	// How containerd reads it: it is in no user namespace if all 4294967295 users are mapped to themselves.
	var inside, outside, users uint64
	if _, err := fmt.Sscanf(shown, "/target:%d %d %d\n", &inside, &outside, &users); err != nil {
		t.Fatalf("%q: %v", shown, err)
	}
	if inside != 0 || outside != 0 || users == 4294967295 {
		t.Errorf("got %q", shown)
	}
}

func TestARefusedMountIsAnErrorThatNamesTheFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "map")
	err := pretendNamespace(file, "/target", func(string, string) error { return errors.New("refused") })
	if err == nil || !strings.Contains(err.Error(), "/target: refused") {
		t.Errorf("got %v", err)
	}
	if err := pretendNamespace("/nowhere/map", "/target", nil); err == nil || !strings.Contains(err.Error(), "/nowhere/map") {
		t.Errorf("got %v", err)
	}
}
