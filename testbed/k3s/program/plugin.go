package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

const pluginState = "/var/lib/cni/flannel"

// flannelPlugin is the CNI plugin "flannel": it makes the bridge plugin's configuration
// from what the node's agent wrote down, and becomes the bridge plugin.
func flannelPlugin() int {
	if err := delegate(); err != nil {
		// CNI wants an error on stdout, as JSON.
		_ = json.NewEncoder(os.Stdout).Encode(map[string]any{"cniVersion": "1.0.0", "code": 100, "msg": err.Error()})
	}
	return 1
}

func delegate() error {
	input, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	bridge, err := find("bridge", os.Getenv("CNI_PATH"))
	if err != nil {
		return err
	}
	state := filepath.Join(pluginState, filepath.Base(os.Getenv("CNI_CONTAINERID")))
	var config []byte
	switch command := os.Getenv("CNI_COMMAND"); command {
	case "VERSION", "STATUS", "GC":
		config = input
	case "DEL", "CHECK":
		config, err = os.ReadFile(state)
		if command == "DEL" && errors.Is(err, os.ErrNotExist) {
			os.Exit(0) // nothing was added
		}
		if command == "DEL" {
			_ = os.Remove(state)
		}
	default:
		var subnet map[string]string
		if subnet, err = readSubnet(subnetFile); err != nil {
			return fmt.Errorf("failed to load flannel 'subnet.env' file: %w. Check the flannel pod log for this node", err)
		}
		if config, err = bridgeConfig(input, subnet); err != nil {
			return err
		}
		if err := os.MkdirAll(pluginState, 0o700); err != nil {
			return err
		}
		err = os.WriteFile(state, config, 0o600)
	}
	if err != nil {
		return err
	}
	// The next program reads its configuration from stdin.
	reader, writer, err := os.Pipe()
	if err != nil {
		return err
	}
	if _, err := writer.Write(config); err != nil {
		return err
	}
	writer.Close()
	if err := syscall.Dup2(int(reader.Fd()), 0); err != nil {
		return err
	}
	return syscall.Exec(bridge, []string{"bridge"}, os.Environ())
}

func find(program, path string) (string, error) {
	for _, folder := range filepath.SplitList(path) {
		if file := filepath.Join(folder, program); exists(file) {
			return file, nil
		}
	}
	return "", fmt.Errorf("no %s in %q", program, path)
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

func readSubnet(file string) (map[string]string, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	values := map[string]string{}
	for line := range strings.SplitSeq(string(raw), "\n") {
		if name, value, ok := strings.Cut(line, "="); ok {
			values[strings.TrimPrefix(name, "FLANNEL_")] = value
		}
	}
	return values, nil
}

func bridgeConfig(input []byte, subnet map[string]string) ([]byte, error) {
	var given struct {
		Name, CNIVersion string
		Delegate         map[string]any
		PrevResult       any `json:"prevResult,omitempty"`
	}
	if err := json.Unmarshal(input, &given); err != nil {
		return nil, err
	}
	var mtu int
	_, _ = fmt.Sscan(subnet["MTU"], &mtu)
	config := map[string]any{
		"name": given.Name, "cniVersion": given.CNIVersion, "type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": false, "mtu": mtu,
		"ipam": map[string]any{
			"type": "host-local", "ranges": []any{[]any{map[string]any{"subnet": network(subnet["SUBNET"])}}},
			"routes": []any{map[string]any{"dst": subnet["NETWORK"]}},
		},
	}
	maps.Copy(config, given.Delegate)
	return json.Marshal(config)
}
