package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// etcdClient speaks etcd's JSON form of its API, of which a server needs five calls.
type etcdClient struct {
	url  string
	http *http.Client
}

type etcdMember struct {
	ID, Name  string
	PeerURLs  []string
	IsLearner bool
}

type etcdStatus struct {
	Header struct {
		Member string `json:"member_id"`
	}
	Leader    string
	IsLearner bool
}

func newEtcdClient(url string, pki *serverPKI) (*etcdClient, error) {
	c := &etcdClient{url: url, http: &http.Client{Timeout: 10 * time.Second}}
	if pki == nil {
		return c, nil
	}
	cert, err := tls.LoadX509KeyPair(pki.file("etcd/client.crt"), pki.file("etcd/client.key"))
	if err != nil {
		return nil, err
	}
	ca, err := os.ReadFile(pki.file("etcd/server-ca.crt"))
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	c.http.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}}
	return c, nil
}

func (c *etcdClient) call(ctx context.Context, path string, request, answer any) error {
	body, err := json.Marshal(request)
	if err != nil {
		return err
	}
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+"/v3/"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	response, err := c.http.Do(post)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		var failure struct{ Message string }
		if json.Unmarshal(raw, &failure) != nil || failure.Message == "" {
			failure.Message = fmt.Sprintf("%s: %s", response.Status, raw)
		}
		return fmt.Errorf("%s", failure.Message)
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(raw, answer)
}

func (c *etcdClient) status(ctx context.Context) (etcdStatus, error) {
	var status etcdStatus
	err := c.call(ctx, "maintenance/status", struct{}{}, &status)
	return status, err
}

func (c *etcdClient) members(ctx context.Context) ([]etcdMember, error) {
	var answer struct{ Members []etcdMember }
	err := c.call(ctx, "cluster/member/list", struct{}{}, &answer)
	return answer.Members, err
}
