package main

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"time"
)

// embeddedEtcd says whether the datastore is a cluster's etcd. A single server keeps its data in an etcd
// that nobody else can reach, in the place of K3s's SQLite.
func embeddedEtcd(o *options) bool { return o.clusterInit || o.server != "" || isMember(o) }

func isMember(o *options) bool {
	_, err := os.Stat(o.path("server", "db", "etcd", "member"))
	return err == nil
}

func startDatastore(ctx context.Context, o *options, p *processes, _ *supervisor, _ *serverClient) error {
	args := componentArgs(map[string]string{
		"name": "default", "data-dir": o.path("server", "db", "single"), "log-level": "warn", "log-outputs": o.path("server", "db", "etcd.log"),
		"listen-client-urls": "http://127.0.0.1:2379", "advertise-client-urls": "http://127.0.0.1:2379",
		"listen-peer-urls": "http://127.0.0.1:2380", "initial-advertise-peer-urls": "http://127.0.0.1:2380", "initial-cluster": "default=http://127.0.0.1:2380",
		// A node that is lost takes its volume along: there is nobody to save the data for.
		"unsafe-no-fsync": "true",
	}, o.etcdArgs)
	if err := os.MkdirAll(o.path("server", "db"), 0o700); err != nil {
		return err
	}
	log.info("Starting the datastore: etcd %s", strings.Join(args, " "))
	if err := p.start("etcd", exec.Command(libexec+"/etcd", args...), os.Stderr); err != nil {
		return err
	}
	return until(ctx, 50*time.Millisecond, func() bool { return accepts("127.0.0.1:2379") })
}

func joinServer(context.Context, *options) (*serverClient, error) { return nil, errUnauthorized }
