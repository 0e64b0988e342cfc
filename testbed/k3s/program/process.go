package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// shutdownRequest is the end of a part of the node, which ends the node.
type shutdownRequest struct{ name, reason string }

func (s *shutdownRequest) Error() string { return s.name + " exited: " + s.reason }

// processes are the child processes of a node: the end of one ends all.
type processes struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	mu     sync.Mutex
	list   []*child
	ending bool
}

type child struct {
	name string
	cmd  *exec.Cmd
	done chan struct{}
}

func newProcesses(ctx context.Context) *processes {
	ctx, cancel := context.WithCancelCause(ctx)
	return &processes{ctx: ctx, cancel: cancel}
}

func (p *processes) stop(cause error) { p.cancel(cause) }

// kube starts one of the programs in the kube binary.
func (p *processes) kube(name string, args []string, env ...string) error {
	cmd := &exec.Cmd{Path: kubeBinary, Args: append([]string{name}, args...), Env: append(append(os.Environ(), kubeVersion()), env...)}
	return p.start(name, cmd, os.Stderr)
}

// kubeVersion makes a Kubernetes program call itself as in K3s.
func kubeVersion() string { return "KSAIL_TESTBED_KUBERNETES_VERSION=" + version }

// start runs a program until the node ends; the other way round, its end is a shutdown request.
func (p *processes) start(name string, cmd *exec.Cmd, output io.Writer) error {
	last := &lastError{to: output}
	if cmd.Stdout == nil {
		cmd.Stdout, cmd.Stderr = last, last
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ending {
		return context.Canceled
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	c := &child{name: name, cmd: cmd, done: make(chan struct{})}
	p.list = append(p.list, c)
	go func() {
		err := cmd.Wait()
		close(c.done)
		reason := last.text()
		if reason == "" {
			reason = fmt.Sprint(err)
		}
		p.cancel(&shutdownRequest{name: strings.TrimPrefix(name, "kube-"), reason: reason})
	}()
	return nil
}

// close lets no more children start and gives those there are.
func (p *processes) close() []*child {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ending = true
	return slices.Clone(p.list)
}

// kill ends the children as a crash of the one program that K3s is would.
func (p *processes) kill() {
	for _, c := range p.close() {
		_ = c.cmd.Process.Kill()
	}
}

// end stops the children and takes 5 s at most. The datastore goes last, so that the others can still write.
func (p *processes) end() {
	list := p.close()
	deadline := time.After(5 * time.Second)
	slices.SortStableFunc(list, func(a, b *child) int { return rank(a) - rank(b) })
	for len(list) > 0 {
		level := rank(list[0])
		var now []*child
		for len(list) > 0 && rank(list[0]) == level {
			_ = list[0].cmd.Process.Signal(syscall.SIGTERM)
			now, list = append(now, list[0]), list[1:]
		}
		for _, c := range now {
			select {
			case <-c.done:
			case <-deadline:
				for _, c := range slices.Concat(now, list) {
					_ = c.cmd.Process.Kill()
				}
				return
			}
		}
	}
}

func rank(c *child) int {
	switch c.name {
	case "etcd":
		return 2
	case "kube-apiserver":
		return 1
	}
	return 0
}

// lastError passes a program's output on and remembers why it says it failed.
type lastError struct {
	to     io.Writer
	mu     sync.Mutex
	rest   string
	reason string
}

var failure = regexp.MustCompile(`^E.*"command failed" err="((?:[^"\\]|\\.)*)"|^Error: (.*)`)

func (l *lastError) Write(data []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := strings.Split(l.rest+string(data), "\n")
	l.rest = lines[len(lines)-1]
	if len(l.rest) > 1<<16 {
		l.rest = ""
	}
	for _, line := range lines[:len(lines)-1] {
		if found := failure.FindStringSubmatch(line); found != nil {
			l.reason = strings.ReplaceAll(found[1]+found[2], `\"`, `"`)
		}
	}
	return l.to.Write(data)
}

func (l *lastError) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reason
}

// until calls check every interval, from now on, until it succeeds or the context ends.
func until(ctx context.Context, interval time.Duration, check func() bool) error {
	for !check() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(interval):
		}
	}
	return nil
}
