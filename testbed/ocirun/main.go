// Command ocirun stands in front of runc where the machine itself lacks
// CAP_SYS_RESOURCE (some CI and sandbox hosts do). There runc cannot grant the
// capability, raise a hard limit or lower an OOM score, so every privileged
// container would fail to start. ocirun takes exactly these wishes out of the
// container's config.json (create, run, restore) or process.json (exec) and
// then becomes runc. It runs once per container and per exec: keep it small.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

const sysResource = "CAP_SYS_RESOURCE"

// runcPaths are the places where distributions install the real runc.
var runcPaths = []string{"/usr/sbin/runc", "/usr/bin/runc", "/usr/local/sbin/runc", "/usr/local/bin/runc"}

// host is what this process may hand on to a container.
type host struct {
	oomScoreAdj int
	hardLimit   func(name string) (uint64, bool)
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "ocirun:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	config, process := files(args)
	for path, rewrite := range map[string]func([]byte, host) ([]byte, error){config: rewriteConfig, process: rewriteProcess} {
		if path == "" {
			continue
		}
		if err := rewriteFile(path, rewrite); err != nil {
			return err
		}
	}
	for _, path := range runcPaths {
		if _, err := os.Stat(path); err == nil {
			return syscall.Exec(path, append([]string{"runc"}, args...), os.Environ())
		}
	}
	return fmt.Errorf("no runc in %s", strings.Join(runcPaths, ", "))
}

// files finds the config.json of `create|run|restore [--bundle DIR]` and the
// process.json of `exec --process FILE` in a runc command line.
func files(args []string) (config, process string) {
	command, bundle := "", "."
	for i := 0; i < len(args); i++ {
		name, value, glued := strings.Cut(args[i], "=")
		if !strings.HasPrefix(name, "-") {
			if command == "" {
				command = name
			}
			continue
		}
		name = "--" + strings.TrimLeft(name, "-")
		if !glued && takesValue[name] && i+1 < len(args) {
			i++
			value = args[i]
		}
		switch name {
		case "--bundle", "--b":
			bundle = value
		case "--process", "--p":
			process = value
		}
	}
	switch command {
	case "create", "run", "restore":
		return filepath.Join(bundle, "config.json"), ""
	case "exec":
		return "", process
	}
	return "", ""
}

// takesValue lists the options of runc (before the command, and of the
// commands handled here) whose value may be a separate word.
var takesValue = map[string]bool{
	"--root": true, "--log": true, "--log-format": true, "--criu": true, "--rootless": true,
	"--bundle": true, "--b": true, "--console-socket": true, "--pidfd-socket": true, "--pid-file": true, "--preserve-fds": true,
	"--process": true, "--p": true, "--cwd": true, "--env": true, "--e": true, "--user": true, "--u": true, "--additional-gids": true, "--g": true,
	"--process-label": true, "--apparmor": true, "--cap": true, "--c": true, "--cgroup": true,
	"--image-path": true, "--work-path": true, "--manage-cgroups-mode": true, "--empty-ns": true, "--lsm-profile": true, "--lsm-mount-context": true,
}

func rewriteFile(path string, rewrite func([]byte, host) ([]byte, error)) error {
	old, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	changed, err := rewrite(old, thisHost())
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	// Written in place: the file may be one that only its owner can replace.
	return os.WriteFile(path, changed, 0o600)
}

func rewriteConfig(config []byte, h host) ([]byte, error) {
	return edit(config, func(fields map[string]json.RawMessage) error {
		process, ok := fields["process"]
		if !ok {
			return nil
		}
		changed, err := rewriteProcess(process, h)
		fields["process"] = changed
		return err
	})
}

func rewriteProcess(process []byte, h host) ([]byte, error) {
	return edit(process, func(fields map[string]json.RawMessage) error {
		if err := editField(fields, "capabilities", dropSysResource); err != nil {
			return err
		}
		if err := editField(fields, "rlimits", func(limits []rlimit) []rlimit { return clamp(limits, h) }); err != nil {
			return err
		}
		return editField(fields, "oomScoreAdj", func(score int) int { return max(score, h.oomScoreAdj) })
	})
}

// edit changes some members of a JSON object and keeps the others as they are.
func edit(object []byte, change func(map[string]json.RawMessage) error) ([]byte, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(object, &fields); err != nil || fields == nil {
		return object, err
	}
	if err := change(fields); err != nil {
		return nil, err
	}
	return json.Marshal(fields)
}

func editField[T any](fields map[string]json.RawMessage, name string, change func(T) T) error {
	raw, ok := fields[name]
	if !ok || string(raw) == "null" {
		return nil
	}
	var value T
	if err := json.Unmarshal(raw, &value); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	changed, err := json.Marshal(change(value))
	fields[name] = changed
	return err
}

func dropSysResource(sets map[string][]string) map[string][]string {
	for name, set := range sets {
		kept := make([]string, 0, len(set))
		for _, capability := range set {
			if capability != sysResource {
				kept = append(kept, capability)
			}
		}
		sets[name] = kept
	}
	return sets
}

type rlimit struct {
	Type string `json:"type"`
	Hard uint64 `json:"hard"`
	Soft uint64 `json:"soft"`
}

func clamp(limits []rlimit, h host) []rlimit {
	kept := make([]rlimit, 0, len(limits))
	for _, limit := range limits {
		hard, known := h.hardLimit(limit.Type)
		if !known {
			continue
		}
		limit.Hard = min(limit.Hard, hard)
		limit.Soft = min(limit.Soft, limit.Hard)
		kept = append(kept, limit)
	}
	return kept
}

// rlimitNumbers are the RLIMIT_* numbers of Linux (all architectures Go runs
// containers on here use the generic ones).
var rlimitNumbers = map[string]int{
	"RLIMIT_CPU": 0, "RLIMIT_FSIZE": 1, "RLIMIT_DATA": 2, "RLIMIT_STACK": 3, "RLIMIT_CORE": 4, "RLIMIT_RSS": 5,
	"RLIMIT_NPROC": 6, "RLIMIT_NOFILE": 7, "RLIMIT_MEMLOCK": 8, "RLIMIT_AS": 9, "RLIMIT_LOCKS": 10,
	"RLIMIT_SIGPENDING": 11, "RLIMIT_MSGQUEUE": 12, "RLIMIT_NICE": 13, "RLIMIT_RTPRIO": 14, "RLIMIT_RTTIME": 15,
}

func thisHost() host {
	raw, _ := os.ReadFile("/proc/self/oom_score_adj")
	score, _ := strconv.Atoi(strings.TrimSpace(string(raw)))
	return host{
		oomScoreAdj: score,
		hardLimit: func(name string) (uint64, bool) {
			number, known := rlimitNumbers[name]
			var limit syscall.Rlimit
			if !known || syscall.Getrlimit(number, &limit) != nil {
				return 0, false
			}
			return limit.Max, true
		},
	}
}
