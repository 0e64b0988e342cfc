package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"k8s.io/client-go/rest"
	"sigs.k8s.io/yaml"
)

// writeAdminKubeconfig writes what users take out of the node, in place and not in one step, as K3s does.
func writeAdminKubeconfig(o *options, pki *serverPKI) error {
	var mode os.FileMode = 0o600
	if bits, err := strconv.ParseUint(o.kubeconfigMode, 8, 32); err == nil {
		mode = os.FileMode(bits)
	}
	path := o.kubeconfig
	if path == "" {
		path = defaultKubeconfig
	}
	cert, err := os.ReadFile(pki.file("client-admin.crt"))
	if err != nil {
		return err
	}
	key, err := os.ReadFile(pki.file("client-admin.key"))
	if err != nil {
		return err
	}
	named := func(kind string, value map[string]any) []any {
		return []any{map[string]any{"name": "default", kind: value}}
	}
	text, err := yaml.Marshal(map[string]any{
		"apiVersion": "v1", "kind": "Config", "preferences": map[string]any{}, "current-context": "default",
		"clusters": named("cluster", map[string]any{
			"server": fmt.Sprintf("https://127.0.0.1:%d", o.port), "certificate-authority-data": pki.server.pem,
		}),
		"users":    named("user", map[string]any{"client-certificate-data": cert, "client-key-data": key}),
		"contexts": named("context", map[string]any{"cluster": "default", "user": "default"}),
	})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(path, text, mode); err != nil {
		return err
	}
	_ = os.Chmod(path, mode)
	if path != defaultKubeconfig {
		// The node's own kubectl looks in the usual place.
		_ = os.MkdirAll(filepath.Dir(defaultKubeconfig), 0o755)
		_ = os.Remove(defaultKubeconfig)
		if err := os.Symlink(path, defaultKubeconfig); err != nil {
			return err
		}
	}
	log.info("Wrote kubeconfig %s", path)
	log.info("Run: k3s kubectl")
	return nil
}

// writeKubeconfig writes the configuration of a component of the node.
func writeKubeconfig(path, server, ca, cert, key string) error {
	text, err := yaml.Marshal(map[string]any{
		"apiVersion": "v1", "kind": "Config", "current-context": "default",
		"clusters": []any{map[string]any{"name": "local", "cluster": map[string]any{"server": server, "certificate-authority": ca}}},
		"users":    []any{map[string]any{"name": "user", "user": map[string]any{"client-certificate": cert, "client-key": key}}},
		"contexts": []any{map[string]any{"name": "default", "context": map[string]any{"cluster": "local", "user": "user"}}},
	})
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}

func restConfig(server, ca, cert, key string) *rest.Config {
	return &rest.Config{
		Host: server, QPS: 50, Burst: 100,
		TLSClientConfig: rest.TLSClientConfig{CAFile: ca, CertFile: cert, KeyFile: key},
	}
}
