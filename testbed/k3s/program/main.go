// Command k3s stands in for K3s in the testbed's node image: its command line,
// environment, supervisor, files and log lines, in front of the real Kubernetes
// programs of the Kind image, which it runs as child processes. It is chosen by the
// name it is called with, as K3s is. What it leaves out: docs/design/testbed.md.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
)

// version is the release this image stands in for, set by the linker.
var version = "v0.0.0+k3s1"

const (
	libexec    = "/usr/libexec/k3s"
	kubeBinary = libexec + "/kube" // every Kubernetes program in one, chosen by argv[0]
)

func main() {
	name, args := filepath.Base(os.Args[0]), os.Args[1:]
	if name == "flannel" {
		os.Exit(flannelPlugin())
	}
	if name == "k3s" {
		if len(args) == 0 {
			args = []string{"--help"}
		}
		name, args = args[0], args[1:]
	}
	name = strings.TrimPrefix(name, "k3s-")
	switch name {
	case "server", "agent":
		if os.Getpid() == 1 {
			os.Exit(reap())
		}
		if err := node(name, args); err != nil {
			log.fatal(err)
		}
	case "kubectl", "ctr", "crictl":
		log.fatal(become(name, args))
	case "--version", "-v", "version":
		fmt.Printf("k3s version %s (ksail testbed stand-in)\ngo version %s\n", version, runtime.Version())
	case "--help", "-h", "help":
		fmt.Print(usage)
	default:
		fmt.Fprintf(os.Stderr, "No help topic for '%s'\n", name)
		os.Exit(3)
	}
}

const usage = `NAME:
   k3s - the ksail testbed's stand-in for K3s

USAGE:
   k3s command [command options]

COMMANDS:
   server   Run management server
   agent    Run node agent
   kubectl  Run kubectl
   crictl   Run crictl
   ctr      Run ctr
`

// node runs a server or an agent until it is told to stop or one of its parts ends.
func node(role string, args []string) error {
	o, err := parseOptions(role, args)
	if errors.Is(err, errHelp) {
		return nil
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "Incorrect Usage: %s\n\n", err)
		return fmt.Errorf("Error: %w", err)
	}
	log.debug = o.debug
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGQUIT)
	defer stop()
	if err := o.delays.wait(ctx, "start"); err != nil {
		return nil
	}
	p := newProcesses(ctx)
	run := runAgentOnly
	if role == "server" {
		run = runServer
	}
	go func() {
		if err := run(p.ctx, o, p); err != nil && p.ctx.Err() == nil {
			p.stop(err)
		}
	}()
	<-p.ctx.Done()
	cause := context.Cause(p.ctx)
	var shutdown *shutdownRequest
	switch {
	case ctx.Err() != nil:
		log.info("Shutdown request received: signal")
	case errors.As(cause, &shutdown):
		// As K3s: a part that ends is a reason to stop, not a failure of the program.
		log.info("Shutdown request received: %v", shutdown)
	default:
		p.kill()
		return cause
	}
	p.end()
	return nil
}

// become replaces this program by a tool of the node, with the settings K3s gives it.
func become(name string, args []string) error {
	path := kubeBinary
	switch name {
	case "kubectl":
		if os.Getenv("KUBECONFIG") == "" && !slices.ContainsFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "--kubeconfig") }) {
			if _, err := os.Stat(defaultKubeconfig); err == nil {
				os.Setenv("KUBECONFIG", defaultKubeconfig)
			}
		}
	case "ctr":
		path = libexec + "/ctr"
		setDefault("CONTAINERD_ADDRESS", containerdSocket)
		setDefault("CONTAINERD_NAMESPACE", "k8s.io")
	case "crictl":
		path = libexec + "/crictl"
		setDefault("CRI_CONFIG_FILE", filepath.Join(defaultDataDir, "agent/etc/crictl.yaml"))
	}
	return fmt.Errorf("%s: %w", path, syscall.Exec(path, append([]string{name}, args...), append(os.Environ(), kubeVersion())))
}

func setDefault(name, value string) {
	if os.Getenv(name) == "" {
		os.Setenv(name, value)
	}
}

// reap is process 1: it runs this program again as a child, hands signals on and
// collects what containers' shims leave behind, so that nobody else has to.
func reap() int {
	evacuateCgroup()
	path, err := os.Executable()
	if err != nil {
		log.fatal(err)
	}
	self := &exec.Cmd{Path: path, Args: os.Args, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGHUP, syscall.SIGCHLD)
	if err := self.Start(); err != nil {
		log.fatal(err)
	}
	for received := range signals {
		if received != syscall.SIGCHLD {
			_ = self.Process.Signal(received)
			continue
		}
		for {
			var status syscall.WaitStatus
			pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG, nil)
			if pid <= 0 || err != nil {
				break
			}
			if pid == self.Process.Pid {
				if status.Signaled() {
					return 128 + int(status.Signal())
				}
				return status.ExitStatus()
			}
		}
	}
	return 1
}

// evacuateCgroup makes room for pods on cgroup v2, where a group with processes of
// its own cannot hand controllers down. K3s does it only as process 1, too.
func evacuateCgroup() {
	const root = "/sys/fs/cgroup"
	controllers, err := os.ReadFile(root + "/cgroup.controllers")
	if err != nil {
		return
	}
	_ = os.MkdirAll(root+"/init", 0o755)
	processes, _ := os.ReadFile(root + "/cgroup.procs")
	for _, pid := range strings.Fields(string(processes)) {
		_ = os.WriteFile(root+"/init/cgroup.procs", []byte(pid), 0o644)
	}
	for _, controller := range strings.Fields(string(controllers)) {
		_ = os.WriteFile(root+"/cgroup.subtree_control", []byte("+"+controller), 0o644)
	}
}
