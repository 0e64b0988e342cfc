// Command loadgen is what `benches/peers apply` measures with.
//
//	loadgen generate FOLDER NAMESPACE COUNT   writes manifests and, as FOLDER.requests, the PATCH requests that apply them
//	loadgen patch -kubeconfig FILE -c N       sends the requests on standard input, N at a time, and prints a figure
//	loadgen measure COMMAND...                runs a command and prints its time and largest memory
//
// Figures are lines of JSON on standard output.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "loadgen:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) == 0 {
		return errors.New("generate, patch or measure?")
	}
	switch rest := arguments[1:]; arguments[0] {
	case "generate":
		if len(rest) != 3 {
			return errors.New("generate takes a folder, a namespace and a number")
		}
		count, err := strconv.Atoi(rest[2])
		if err != nil || count < 2 {
			return fmt.Errorf("%q is no number of objects", rest[2])
		}
		return generate(rest[0], rest[1], count)
	case "patch":
		flags := flag.NewFlagSet("patch", flag.ContinueOnError)
		kubeconfig := flags.String("kubeconfig", os.Getenv("KUBECONFIG"), "file with the only cluster and user")
		concurrency := flags.Int("c", 16, "requests at a time")
		if err := flags.Parse(rest); err != nil {
			return err
		}
		return patch(*kubeconfig, *concurrency, os.Stdin, os.Stdout)
	case "measure":
		return measure(rest, os.Stdout)
	default:
		return fmt.Errorf("no such command: %s", arguments[0])
	}
}

// figure is what a measured command or a series of requests took.
type figure struct {
	Milliseconds int64 `json:"ms"`
	// MaxRSS is the largest memory of a command in KiB.
	MaxRSS int64 `json:"max_rss_kib,omitempty"`
	// Requests is how many were sent, repeated ones included.
	Requests int `json:"requests,omitempty"`
}

func measure(command []string, out io.Writer) error {
	if len(command) == 0 {
		return errors.New("measure what?")
	}
	child := exec.Command(command[0], command[1:]...)
	child.Stdout, child.Stderr = os.Stderr, os.Stderr
	begun := time.Now()
	if err := child.Run(); err != nil {
		return err
	}
	found := figure{Milliseconds: time.Since(begun).Milliseconds()}
	if usage, ok := child.ProcessState.SysUsage().(*syscall.Rusage); ok {
		found.MaxRSS = usage.Maxrss
	}
	return json.NewEncoder(out).Encode(found)
}
