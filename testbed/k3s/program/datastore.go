package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"
)

// The datastore is always an etcd. A server on its own keeps its data in one that nobody else can
// reach, in the place of K3s's SQLite; `--cluster-init` and servers that join make a cluster of them.

func isMember(o *options) bool { return exists(o.path("server", "db", "etcd", "member")) }

// embeddedEtcd says whether the datastore is a cluster's.
func embeddedEtcd(o *options) bool { return o.clusterInit || o.server != "" || isMember(o) }

// datastore is the etcd of this server.
type datastore struct {
	cluster bool
	client  *etcdClient
}

// startDatastore starts etcd, and before that makes it a member where first is the server to join.
func startDatastore(ctx context.Context, o *options, p *processes, pki *serverPKI, first *serverClient) (*datastore, error) {
	if err := os.MkdirAll(o.path("server", "db"), 0o700); err != nil {
		return nil, err
	}
	d := &datastore{cluster: embeddedEtcd(o)}
	own := map[string]string{"log-level": "warn", "log-outputs": o.path("server", "db", "etcd.log")}
	var err error
	if d.cluster {
		if d.client, err = newEtcdClient("https://127.0.0.1:2379", pki); err != nil {
			return nil, err
		}
		err = clusterArgs(ctx, o, pki, first, own)
	} else {
		d.client, err = newEtcdClient("http://127.0.0.1:2379", nil)
		singleArgs(o, own)
	}
	if err != nil {
		return nil, err
	}
	args := componentArgs(own, o.etcdArgs)
	log.info("Starting etcd %s", strings.Join(args, " "))
	return d, p.start("etcd", exec.Command(libexec+"/etcd", args...), os.Stderr)
}

func singleArgs(o *options, own map[string]string) {
	own["name"], own["data-dir"] = "default", o.path("server", "db", "single")
	for _, kind := range []string{"listen", "advertise"} {
		own[kind+"-client-urls"] = "http://127.0.0.1:2379"
	}
	own["listen-peer-urls"], own["initial-advertise-peer-urls"], own["initial-cluster"] = "http://127.0.0.1:2380", "http://127.0.0.1:2380", "default=http://127.0.0.1:2380"
	// A node that is lost takes its volume along: there is nobody to save the data for.
	own["unsafe-no-fsync"] = "true"
}

func clusterArgs(ctx context.Context, o *options, pki *serverPKI, first *serverClient, own map[string]string) error {
	name, err := memberName(o)
	if err != nil {
		return err
	}
	peer := fmt.Sprintf("https://%s:2380", o.ip())
	own["name"], own["data-dir"], own["unsafe-no-fsync"] = name, o.path("server", "db", "etcd"), "true"
	own["listen-client-urls"] = fmt.Sprintf("https://127.0.0.1:2379,https://%s:2379", o.ip())
	own["advertise-client-urls"] = fmt.Sprintf("https://%s:2379", o.ip())
	own["listen-peer-urls"], own["initial-advertise-peer-urls"], own["initial-cluster"] = peer, peer, name+"="+peer
	own["cert-file"], own["key-file"], own["trusted-ca-file"] = pki.file("etcd/server-client.crt"), pki.file("etcd/server-client.key"), pki.file("etcd/server-ca.crt")
	own["peer-cert-file"], own["peer-key-file"], own["peer-trusted-ca-file"] = pki.file("etcd/peer-server-client.crt"), pki.file("etcd/peer-server-client.key"), pki.file("etcd/peer-ca.crt")
	own["client-cert-auth"], own["peer-client-cert-auth"] = "true", "true"
	if first == nil {
		return nil
	}
	own["initial-cluster-state"] = "existing"
	return until(ctx, 5*time.Second, func() bool {
		log.info("Adding member %s=%s to etcd cluster of %s", name, peer, first.url)
		header := http.Header{}
		header.Set("k3s-Etcd-Name", name)
		header.Set("k3s-Etcd-Peer", peer)
		answer, err := first.get(ctx, "join", header)
		if err != nil {
			log.info("Waiting for other members to finish joining etcd cluster: %v", err)
			return false
		}
		own["initial-cluster"] = string(answer)
		return true
	})
}

// memberName is this server's in etcd, for as long as it keeps its data.
func memberName(o *options) (string, error) {
	file := o.path("server", "db", "etcd", "name")
	if raw, err := os.ReadFile(file); err == nil {
		return strings.TrimSpace(string(raw)), nil
	}
	if err := os.MkdirAll(o.path("server", "db", "etcd"), 0o700); err != nil {
		return "", err
	}
	name := o.nodeName + "-" + randomSecret()[:8]
	return name, os.WriteFile(file, []byte(name), 0o600)
}

// ready waits until etcd takes requests: it has a leader, and this member is no learner any more.
func (d *datastore) ready(ctx context.Context) error {
	return until(ctx, 100*time.Millisecond, func() bool {
		status, err := d.client.status(ctx)
		return err == nil && status.Leader != "" && status.Leader != "0" && !status.IsLearner
	})
}

// promote turns learners into voting members, from the leader's server. One has to be seen twice: until
// then there can be no other, which is what makes servers join one at a time.
func (d *datastore) promote(ctx context.Context) {
	seen := map[string]bool{}
	_ = until(ctx, 3*time.Second, func() bool {
		before := seen
		seen = map[string]bool{}
		status, err := d.client.status(ctx)
		if err != nil || status.Leader != status.Header.Member {
			return false
		}
		members, err := d.client.members(ctx)
		if err != nil {
			return false
		}
		for _, member := range members {
			if !member.IsLearner || member.Name == "" {
				continue
			}
			if seen[member.ID] = true; !before[member.ID] {
				continue
			}
			if err := d.client.call(ctx, "cluster/member/promote", map[string]any{"ID": member.ID}, nil); err != nil {
				log.trace("Failed to promote %s: %v", member.Name, err)
				continue
			}
			log.info("Promoted learner %s", member.Name)
		}
		return false
	})
}

// serveJoin adds a member for a server that is about to start its etcd, and names all members.
func (d *datastore) serveJoin(w http.ResponseWriter, r *http.Request) {
	name, peer := r.Header.Get("k3s-Etcd-Name"), r.Header.Get("k3s-Etcd-Peer")
	cluster, err := d.add(r.Context(), name, peer)
	if err != nil {
		refuse(w, http.StatusServiceUnavailable, err.Error())
		return
	}
	_, _ = w.Write([]byte(cluster))
}

func (d *datastore) add(ctx context.Context, name, peer string) (string, error) {
	if name == "" || peer == "" {
		return "", errors.New("name and peer are required")
	}
	members, err := d.client.members(ctx)
	if err != nil {
		return "", err
	}
	for _, member := range members {
		// One that asked before and did not get to its start.
		if len(member.PeerURLs) > 0 && member.PeerURLs[0] == peer && member.Name == "" {
			return initialCluster(members, name, peer), nil
		}
	}
	if err := d.client.call(ctx, "cluster/member/add", map[string]any{"peerURLs": []string{peer}, "isLearner": true}, nil); err != nil {
		return "", err
	}
	return initialCluster(members, name, peer), nil
}

func initialCluster(members []etcdMember, name, peer string) string {
	parts := []string{name + "=" + peer}
	for _, member := range members {
		if member.Name != "" && len(member.PeerURLs) > 0 && member.PeerURLs[0] != peer {
			parts = append(parts, member.Name+"="+member.PeerURLs[0])
		}
	}
	return strings.Join(parts, ",")
}

// removeMember drops the member of a node that was deleted.
func (d *datastore) removeMember(ctx context.Context, node string) error {
	members, err := d.client.members(ctx)
	if err != nil {
		return err
	}
	for _, member := range members {
		if at := strings.LastIndex(member.Name, "-"); at > 0 && member.Name[:at] == node {
			log.info("Removing etcd member %s from cluster", member.Name)
			return d.client.call(ctx, "cluster/member/remove", map[string]any{"ID": member.ID}, nil)
		}
	}
	return nil
}

// joinServer takes the cluster's authorities from the server at --server, before this one has any of its own.
func joinServer(ctx context.Context, o *options) (*serverClient, error) {
	if o.token == "" {
		return nil, errors.New("--token is required")
	}
	t, err := parseToken(o.token, "server")
	if err != nil {
		return nil, err
	}
	first, err := connect(ctx, o.server, t)
	if err != nil {
		return nil, err
	}
	var files map[string][]byte
	var failed error
	if err := until(ctx, 2*time.Second, func() bool {
		raw, err := first.get(ctx, "server-bootstrap", nil)
		if errors.Is(err, errUnauthorized) {
			failed = fmt.Errorf("starting kubernetes: preparing server: failed to get bootstrap data: %w", err)
			return true
		}
		if err == nil {
			err = json.Unmarshal(raw, &files)
		}
		if err != nil {
			log.info("Waiting for bootstrap data: %v", err)
		}
		return err == nil
	}); err != nil || failed != nil {
		return nil, errors.Join(err, failed)
	}
	if err := os.MkdirAll(o.path("server", "tls", "etcd"), 0o700); err != nil {
		return nil, err
	}
	for _, name := range sharedFiles {
		if err := os.WriteFile(o.path("server", "tls", name), files[name], 0o600); err != nil {
			return nil, err
		}
	}
	return first, nil
}
