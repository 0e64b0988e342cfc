package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"sync"
	"sync/atomic"
	"time"
)

// Objects that others need: the namespace and the definition.
const first = 2

// patch sends all requests as server-side applies and prints how long that took.
func patch(kubeconfig string, concurrency int, in io.Reader, out io.Writer) error {
	text, err := os.ReadFile(kubeconfig)
	if err != nil {
		return err
	}
	server, transport, err := connection(string(text), concurrency)
	if err != nil {
		return err
	}
	var requests []request
	for decoder := json.NewDecoder(in); ; {
		var next request
		err := decoder.Decode(&next)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		requests = append(requests, next)
	}
	found, err := send(&http.Client{Transport: transport}, server, requests, concurrency)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(found)
}

// send applies the first requests one after the other and the others at once.
func send(client *http.Client, server string, requests []request, concurrency int) (figure, error) {
	var sent atomic.Int64
	apply := func(request request) error {
		// A definition takes a moment until it is served.
		for attempt := 0; ; attempt++ {
			sent.Add(1)
			status, err := one(client, server, request)
			switch {
			case err != nil:
				return err
			case status < 300:
				return nil
			case (status == http.StatusNotFound || status == http.StatusTooManyRequests) && attempt < 100:
				time.Sleep(50 * time.Millisecond)
			default:
				return fmt.Errorf("%s: status %d", request.Path, status)
			}
		}
	}
	begun := time.Now()
	for _, request := range requests[:min(first, len(requests))] {
		if err := apply(request); err != nil {
			return figure{}, err
		}
	}
	queue := make(chan request)
	failures := make(chan error, concurrency)
	var workers sync.WaitGroup
	for range concurrency {
		workers.Add(1)
		go func() {
			defer workers.Done()
			var failed error
			for request := range queue {
				if failed == nil {
					failed = apply(request)
				}
			}
			failures <- failed
		}()
	}
	for _, request := range requests[min(first, len(requests)):] {
		queue <- request
	}
	close(queue)
	workers.Wait()
	close(failures)
	took := time.Since(begun)
	for failed := range failures {
		if failed != nil {
			return figure{}, failed
		}
	}
	return figure{Milliseconds: took.Milliseconds(), Requests: int(sent.Load())}, nil
}

func one(client *http.Client, server string, request request) (int, error) {
	address := server + request.Path + "?fieldManager=loadgen&force=true"
	sent, err := http.NewRequest(http.MethodPatch, address, bytes.NewReader(request.Body))
	if err != nil {
		return 0, err
	}
	sent.Header.Set("Content-Type", "application/apply-patch+yaml")
	sent.Header.Set("Accept", "application/json")
	answer, err := client.Do(sent)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, err
}

// connection takes server and certificates from a kubeconfig with one cluster and one user. Connections are kept, and
// there are as many as requests at a time.
func connection(kubeconfig string, concurrency int) (string, *http.Transport, error) {
	field := func(name string) string {
		found := regexp.MustCompile(`(?m)^\s*-?\s*` + name + `: *"?([^\s"]+)`).FindStringSubmatch(kubeconfig)
		if found == nil {
			return ""
		}
		return found[1]
	}
	decoded := func(name string) []byte {
		data, _ := base64.StdEncoding.DecodeString(field(name))
		return data
	}
	authorities := x509.NewCertPool()
	if !authorities.AppendCertsFromPEM(decoded("certificate-authority-data")) {
		return "", nil, errors.New("the kubeconfig has no certificate-authority-data")
	}
	certificate, err := tls.X509KeyPair(decoded("client-certificate-data"), decoded("client-key-data"))
	if err != nil {
		return "", nil, err
	}
	return field("server"), &http.Transport{
		TLSClientConfig:     &tls.Config{RootCAs: authorities, Certificates: []tls.Certificate{certificate}},
		MaxConnsPerHost:     concurrency,
		MaxIdleConnsPerHost: concurrency,
	}, nil
}
