// Command runc of a Talos node stands in front of the real one, in /usr/sbin, for what the machine lacks.
//
//   - CAP_SYS_RESOURCE: the container is started through ocirun, which leaves out what cannot be granted.
//   - cgroup v2: Talos gives the kubelet a plain bind of /sys/fs/cgroup. On v1 that is an empty folder, because each
//     controller is mounted below it; here they come along. They and what the kubelet mounts below /sys do not go back
//     to the node, where they would pile up with every start of the kubelet.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"ksail.dev/testbed/talos/helpers/host"
)

const (
	realRunc = "/usr/sbin/runc"
	ocirun   = "/usr/libexec/ocirun"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "runc of the testbed:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if bundle := bundle(args); bundle != "" && host.HasCgroupV1() {
		if err := rewrite(filepath.Join(bundle, "config.json")); err != nil {
			return err
		}
	}
	program := realRunc
	if host.LacksSysResource() {
		program = ocirun
	}
	return fmt.Errorf("%s: %w", program, syscall.Exec(program, append([]string{"runc"}, args...), os.Environ()))
}

// bundle finds DIR in `runc ... create --bundle DIR ID`, which is how containerd calls it.
func bundle(args []string) string {
	if at := slices.Index(args, "--bundle"); at >= 0 && at+1 < len(args) {
		return args[at+1]
	}
	return ""
}

func rewrite(path string) error {
	old, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	changed, err := withControllers(old)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.WriteFile(path, changed, 0o600)
}

// withControllers changes the options of binds of /sys and /sys/fs/cgroup and keeps all else as it is.
func withControllers(config []byte) ([]byte, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(config, &fields); err != nil {
		return nil, err
	}
	var mounts []map[string]json.RawMessage
	if raw, found := fields["mounts"]; found {
		if err := json.Unmarshal(raw, &mounts); err != nil {
			return nil, err
		}
	}
	if !slices.ContainsFunc(mounts, func(m map[string]json.RawMessage) bool { return binds(m, "/sys/fs/cgroup") }) {
		return config, nil
	}
	for _, m := range mounts {
		if !binds(m, "/sys/fs/cgroup") && !binds(m, "/sys") {
			continue
		}
		words := append(options(m), "rslave")
		if binds(m, "/sys/fs/cgroup") {
			words[slices.IndexFunc(words, isBind)] = "rbind"
		}
		raw, err := json.Marshal(words)
		if err != nil {
			return nil, err
		}
		m["options"] = raw
	}
	raw, err := json.Marshal(mounts)
	if err != nil {
		return nil, err
	}
	fields["mounts"] = raw
	return json.Marshal(fields)
}

func binds(mount map[string]json.RawMessage, destination string) bool {
	var at string
	_ = json.Unmarshal(mount["destination"], &at)
	return at == destination && slices.ContainsFunc(options(mount), isBind)
}

func options(mount map[string]json.RawMessage) []string {
	var words []string
	_ = json.Unmarshal(mount["options"], &words)
	return words
}

func isBind(option string) bool { return option == "bind" || option == "rbind" }
