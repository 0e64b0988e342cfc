package main

import (
	"fmt"
	stdlog "log"
	"os"
	"strings"
	"sync"
	"time"
)

// logger writes lines as K3s does, since k3d and people look for them in the container's log.
type logger struct {
	mu    sync.Mutex
	debug bool
}

var log = &logger{}

func (l *logger) line(level, format string, values ...any) {
	text := fmt.Sprintf(format, values...)
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(os.Stderr, "time=%q level=%s msg=%q\n", time.Now().UTC().Format(time.RFC3339), level, text)
}

func (l *logger) info(format string, values ...any)    { l.line("info", format, values...) }
func (l *logger) warning(format string, values ...any) { l.line("warning", format, values...) }
func (l *logger) error(format string, values ...any)   { l.line("error", format, values...) }

func (l *logger) trace(format string, values ...any) {
	if l.debug {
		l.line("debug", format, values...)
	}
}

func (l *logger) fatal(err error) {
	l.line("fatal", "%s", err)
	os.Exit(1)
}

// handshakeLog takes the HTTP server's complaints about its clients, which are of interest only to debuggers.
func handshakeLog() *stdlog.Logger { return stdlog.New(tracer{}, "", 0) }

type tracer struct{}

func (tracer) Write(line []byte) (int, error) {
	log.trace("%s", strings.TrimSpace(string(line)))
	return len(line), nil
}
