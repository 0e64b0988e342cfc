// Command echo is a network probe for tests, preloaded in every node:
//
//	echo serve [ADDRESS]   answers HTTP with its host name, the path and the caller's address (default :8080)
//	echo get URL           prints what the URL answers
//	echo resolve NAME      prints the addresses of a name, one per line
//
// get and resolve give up after 5 seconds and then exit with 1.
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "echo:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	switch {
	case len(args) == 1 && args[0] == "serve":
		return http.ListenAndServe(":8080", http.HandlerFunc(answer))
	case len(args) == 2 && args[0] == "serve":
		return http.ListenAndServe(args[1], http.HandlerFunc(answer))
	case len(args) == 2 && args[0] == "get":
		return get(ctx, args[1], out)
	case len(args) == 2 && args[0] == "resolve":
		return resolve(ctx, args[1], out)
	}
	return fmt.Errorf("usage: echo serve [ADDRESS] | get URL | resolve NAME")
}

func answer(w http.ResponseWriter, r *http.Request) {
	name, _ := os.Hostname()
	fmt.Fprintf(w, "%s %s %s\n", name, r.URL.Path, r.RemoteAddr)
}

func get(ctx context.Context, url string, out io.Writer) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(out, response.Body); err != nil {
		return err
	}
	if response.StatusCode >= 400 {
		return fmt.Errorf("%s answered %s", url, response.Status)
	}
	return nil
}

func resolve(ctx context.Context, name string, out io.Writer) error {
	addresses, err := net.DefaultResolver.LookupHost(ctx, name)
	for _, address := range addresses {
		fmt.Fprintln(out, address)
	}
	return err
}
