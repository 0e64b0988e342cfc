package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// serverClient talks to a supervisor with the token. It may be used once the server's CA is known.
type serverClient struct {
	url   string
	token token
	http  *http.Client
	ca    []byte
}

// connect fetches the CA and checks it, for ever, as K3s does.
func connect(ctx context.Context, url string, t token) (*serverClient, error) {
	c := &serverClient{url: strings.TrimSuffix(url, "/"), token: t}
	err := until(ctx, 2*time.Second, func() bool {
		if err := c.fetchCA(ctx); err != nil {
			log.error("Failed to validate connection to cluster at %s: %v", c.url, err)
			return false
		}
		return true
	})
	return c, err
}

func (c *serverClient) fetchCA(ctx context.Context) error {
	ca, err := fetch(ctx, insecure(), c.url+"/cacerts", nil)
	if err != nil {
		return fmt.Errorf("failed to get CA certs: %w", err)
	}
	if hash := hashOf(ca); c.token.caHash != "" && c.token.caHash != hash {
		return fmt.Errorf("token CA hash does not match the Cluster CA certificate hash: %s != %s", c.token.caHash, hash)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(ca) {
		return errors.New("no certificate in the answer")
	}
	c.ca = ca
	c.http = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}}
	return nil
}

// get asks a route for nodes, with the headers that say which node asks.
func (c *serverClient) get(ctx context.Context, route string, header http.Header) ([]byte, error) {
	header = header.Clone()
	if header == nil {
		header = http.Header{}
	}
	request := &http.Request{Header: header}
	request.SetBasicAuth(c.token.user, c.token.secret)
	return fetch(ctx, c.http, c.url+"/v1-k3s/"+route, header)
}

func fetch(ctx context.Context, client *http.Client, url string, header http.Header) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	if header != nil {
		request.Header = header
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	switch response.StatusCode {
	case http.StatusOK:
		return body, nil
	case http.StatusUnauthorized:
		return nil, fmt.Errorf("%s: %w", url, errUnauthorized)
	}
	var status struct{ Message string }
	if json.Unmarshal(body, &status) != nil || status.Message == "" {
		status.Message = strings.TrimSpace(string(body))
	}
	if status.Message == passwordRejected {
		return nil, errPassword
	}
	return nil, fmt.Errorf("%s: %s: %s", url, response.Status, status.Message)
}

// retry calls step until it succeeds, with K3s's pause of 5 to 10 s and its words.
func retry(ctx context.Context, step func() error) error {
	for {
		err := step()
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		log.info("Waiting to retrieve agent configuration; server is not ready: %v", err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(5*time.Second + rand.N(5*time.Second)):
		}
	}
}
