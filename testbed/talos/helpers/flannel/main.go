// Command flannel is the CNI plugin of that name: it makes the bridge plugin's configuration from what flanneld wrote
// down, keeps it for the pod's end, and becomes the bridge plugin. IPv4 only.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

const (
	subnetFile = "/run/flannel/subnet.env"
	kept       = "/var/lib/cni/flannel"
)

func main() {
	if err := run(); err != nil {
		// CNI wants errors on stdout.
		_ = json.NewEncoder(os.Stdout).Encode(map[string]any{"cniVersion": "1.0.0", "code": 100, "msg": err.Error()})
		os.Exit(1)
	}
}

func run() error {
	input, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	state := filepath.Join(kept, filepath.Base(os.Getenv("CNI_CONTAINERID")))
	switch os.Getenv("CNI_COMMAND") {
	case "ADD":
		if input, err = added(input, subnetFile); err != nil {
			return err
		}
		if err := os.MkdirAll(kept, 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(state, input, 0o600); err != nil {
			return err
		}
	case "DEL":
		input, err = os.ReadFile(state)
		if errors.Is(err, os.ErrNotExist) {
			return nil // nothing was added
		}
		if err != nil {
			return err
		}
		if err := os.Remove(state); err != nil {
			return err
		}
	case "CHECK":
		if input, err = os.ReadFile(state); err != nil {
			return err
		}
	}
	return become("bridge", input)
}

// become replaces this process by another plugin that reads its configuration from stdin.
func become(plugin string, config []byte) error {
	file, err := find(plugin, os.Getenv("CNI_PATH"))
	if err != nil {
		return err
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		return err
	}
	if _, err := writer.Write(config); err != nil {
		return err
	}
	if err := writer.Close(); err != nil {
		return err
	}
	if err := syscall.Dup3(int(reader.Fd()), 0, 0); err != nil {
		return err
	}
	return fmt.Errorf("%s: %w", file, syscall.Exec(file, []string{plugin}, os.Environ()))
}

func find(program, path string) (string, error) {
	for _, folder := range filepath.SplitList(path) {
		file := filepath.Join(folder, program)
		if _, err := os.Stat(file); err == nil {
			return file, nil
		}
	}
	return "", fmt.Errorf("no %s in %q", program, path)
}

// added is the bridge plugin's configuration for a pod; the user's `delegate` goes before all but the addresses.
func added(input []byte, file string) ([]byte, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("flanneld has not written its subnet yet: %w", err)
	}
	subnet := values(string(raw))
	var given struct {
		Name, CNIVersion string
		Delegate         map[string]any
	}
	if err := json.Unmarshal(input, &given); err != nil {
		return nil, err
	}
	mtu, err := strconv.Atoi(subnet["FLANNEL_MTU"])
	if err != nil {
		return nil, fmt.Errorf("FLANNEL_MTU in %s: %w", file, err)
	}
	_, network, err := net.ParseCIDR(subnet["FLANNEL_SUBNET"])
	if err != nil {
		return nil, fmt.Errorf("FLANNEL_SUBNET in %s: %w", file, err)
	}
	config := map[string]any{"isGateway": true, "ipMasq": subnet["FLANNEL_IPMASQ"] != "true", "mtu": mtu}
	maps.Copy(config, given.Delegate)
	maps.Copy(config, map[string]any{
		"name": given.Name, "cniVersion": given.CNIVersion, "type": "bridge",
		"ipam": map[string]any{
			"type":   "host-local",
			"ranges": []any{[]any{map[string]any{"subnet": network.String()}}},
			"routes": []any{map[string]any{"dst": subnet["FLANNEL_NETWORK"]}},
		},
	})
	return json.Marshal(config)
}

func values(text string) map[string]string {
	found := map[string]string{}
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			found[name] = value
		}
	}
	return found
}
