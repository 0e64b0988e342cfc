package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// configPath finds the configuration file before there are flags.
func configPath(args []string) string {
	path := env(defaultConfig, "K3S_CONFIG_FILE")
	for i, arg := range args {
		name, value, glued := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		if !strings.HasPrefix(arg, "-") || (name != "config" && name != "c") {
			continue
		}
		if glued {
			path = value
		} else if i+1 < len(args) {
			path = args[i+1]
		}
	}
	return path
}

// configArgs turns config.yaml and config.yaml.d/*.yaml into arguments. A later file
// replaces an earlier one's value, or adds to it where the key ends with a plus.
func configArgs(path string, known func(string) bool) ([]string, error) {
	files, _ := filepath.Glob(filepath.Join(path+".d", "*.y*ml"))
	values, order := map[string][]string{}, []string{}
	for _, file := range append([]string{path}, files...) {
		raw, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		var content map[string]any
		if err := yaml.Unmarshal(raw, &content); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		for key, value := range content {
			name, add := strings.CutSuffix(key, "+")
			if !known(name) {
				log.warning("Unknown flag --%s found in %s, skipping", name, filepath.Base(file))
				continue
			}
			if !slices.Contains(order, name) {
				order = append(order, name)
			}
			if !add {
				values[name] = nil
			}
			many, ok := value.([]any)
			if !ok {
				many = []any{value}
			}
			for _, one := range many {
				values[name] = append(values[name], fmt.Sprint(one))
			}
		}
	}
	slices.Sort(order)
	var args []string
	for _, name := range order {
		for _, value := range values[name] {
			args = append(args, "--"+name+"="+value)
		}
	}
	return args, nil
}
