package main

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"slices"
	"strings"
	"time"
)

// balance listens on a local port for the node's components and leads each connection to a server:
// those the cluster names, else the one this node joined with.
func balance(ctx context.Context, address string, client *serverClient) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	servers := make(chan []string, 1)
	first := hostPort(client.url)
	servers <- []string{first}
	log.info("Running load balancer k3s-agent-load-balancer %s -> [%s]", address, first)
	go func() {
		for ctx.Err() == nil {
			if raw, err := client.get(ctx, "apiservers", nil); err == nil {
				var known []string
				if json.Unmarshal(raw, &known) == nil && len(known) > 0 {
					// The address joined with stays the last resort: it may be a name that follows its server.
					known = append(slices.DeleteFunc(known, func(s string) bool { return s == first }), first)
					if old := <-servers; !slices.Equal(old, known) {
						log.info("Updated load balancer k3s-agent-load-balancer server addresses -> %v", known)
					}
					servers <- known
				}
			}
			select {
			case <-ctx.Done():
			case <-time.After(5 * time.Second):
			}
		}
	}()
	go func() {
		<-ctx.Done()
		listener.Close()
	}()
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			known := <-servers
			servers <- known
			go join(connection, known)
		}
	}()
	return nil
}

func join(client net.Conn, servers []string) {
	defer client.Close()
	for _, address := range servers {
		server, err := net.DialTimeout("tcp", address, 3*time.Second)
		if err != nil {
			continue
		}
		defer server.Close()
		done := make(chan struct{}, 2)
		for _, pair := range [][2]net.Conn{{server, client}, {client, server}} {
			go func() {
				_, _ = io.Copy(pair[0], pair[1])
				_ = pair[0].(*net.TCPConn).CloseWrite()
				done <- struct{}{}
			}()
		}
		<-done
		<-done
		return
	}
}

func hostPort(url string) string {
	_, rest, _ := strings.Cut(url, "://")
	rest, _, _ = strings.Cut(rest, "/")
	if _, _, err := net.SplitHostPort(rest); err != nil {
		return net.JoinHostPort(rest, "443")
	}
	return rest
}
