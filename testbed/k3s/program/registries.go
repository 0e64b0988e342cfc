package main

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// registries is registries.yaml: where images come from instead of the registry in their name.
type registries struct {
	Mirrors map[string]struct {
		Endpoint []string `json:"endpoint"` // "rewrite" is only known to K3s's own containerd
	} `json:"mirrors"`
	Configs map[string]struct {
		Auth *struct {
			Username      string `json:"username"`
			Password      string `json:"password"`
			Auth          string `json:"auth"`
			IdentityToken string `json:"identity_token"`
		} `json:"auth"`
		TLS *struct {
			CAFile             string `json:"ca_file"`
			CertFile           string `json:"cert_file"`
			KeyFile            string `json:"key_file"`
			InsecureSkipVerify bool   `json:"insecure_skip_verify"`
		} `json:"tls"`
	} `json:"configs"`
}

func readRegistries(path string) (*registries, error) {
	r := &registries{}
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return r, nil
	}
	if err != nil {
		return nil, err
	}
	if err := yaml.Unmarshal(raw, r); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// writeHosts writes containerd's hosts.toml of every registry that is mentioned.
func (r *registries) writeHosts(folder string) error {
	for name, content := range r.hosts() {
		file := filepath.Join(folder, name, "hosts.toml")
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (r *registries) hosts() map[string]string {
	names := slices.Concat(slices.Collect(maps.Keys(r.Mirrors)), slices.Collect(maps.Keys(r.Configs)))
	files := map[string]string{}
	for _, name := range names {
		folder := name
		if name == "*" {
			folder = "_default"
		}
		var text strings.Builder
		if name != "*" {
			fmt.Fprintf(&text, "server = %q\n", registryURL(name))
			text.WriteString(r.tls("", name))
		}
		for _, endpoint := range r.Mirrors[name].Endpoint {
			address := endpointURL(endpoint)
			fmt.Fprintf(&text, "\n[host.%q]\n  capabilities = [\"pull\", \"resolve\"]\n", address)
			if parsed, err := url.Parse(address); err == nil {
				text.WriteString(r.tls("  ", parsed.Host))
			}
		}
		files[folder] = text.String()
	}
	return files
}

func (r *registries) tls(indent, host string) string {
	tls := r.Configs[host].TLS
	if tls == nil {
		return ""
	}
	var text strings.Builder
	if tls.CAFile != "" {
		fmt.Fprintf(&text, "%sca = [%q]\n", indent, tls.CAFile)
	}
	if tls.CertFile != "" || tls.KeyFile != "" {
		fmt.Fprintf(&text, "%sclient = [[%q, %q]]\n", indent, tls.CertFile, tls.KeyFile)
	}
	if tls.InsecureSkipVerify {
		fmt.Fprintf(&text, "%sskip_verify = true\n", indent)
	}
	return text.String()
}

// auth is the part of containerd's own configuration that holds credentials.
func (r *registries) auth() string {
	var text strings.Builder
	for _, host := range slices.Sorted(maps.Keys(r.Configs)) {
		if auth := r.Configs[host].Auth; auth != nil {
			fmt.Fprintf(&text, "\n[plugins.\"io.containerd.cri.v1.images\".registry.configs.%q.auth]\n  username = %q\n  password = %q\n  auth = %q\n  identitytoken = %q\n",
				host, auth.Username, auth.Password, auth.Auth, auth.IdentityToken)
		}
	}
	return text.String()
}

func registryURL(name string) string {
	if name == "docker.io" {
		name = "registry-1.docker.io"
	}
	return "https://" + name + "/v2"
}

// endpointURL completes an address as K3s does: https unless it says otherwise, and the API's path.
func endpointURL(endpoint string) string {
	if !strings.Contains(endpoint, "://") {
		endpoint = "https://" + endpoint
	}
	parsed, err := url.Parse(endpoint)
	if err != nil {
		return endpoint
	}
	if strings.Trim(parsed.Path, "/") == "" {
		parsed.Path = "/v2"
	}
	return parsed.String()
}
