// Command flux-pull unpacks an artifact with the library that Flux's source controller uses, and prints what the library
// knows of it.
//
//	flux-pull [--insecure] [--ca-file FILE] REGISTRY/REPOSITORY:TAG DIRECTORY
//
// Credentials are those of the Docker client.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"

	"github.com/fluxcd/pkg/oci"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/crane"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "flux-pull:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	flags := flag.NewFlagSet("flux-pull", flag.ContinueOnError)
	insecure := flags.Bool("insecure", false, "allow plain HTTP")
	authority := flags.String("ca-file", "", "PEM file with certificates to trust")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if flags.NArg() != 2 {
		return errors.New("expected an address and a directory")
	}
	options := append(oci.DefaultOptions(), crane.WithAuthFromKeychain(authn.DefaultKeychain))
	if *insecure {
		options = append(options, crane.Insecure)
	}
	if *authority != "" {
		transport, err := trusting(*authority)
		if err != nil {
			return err
		}
		options = append(options, crane.WithTransport(transport))
	}
	metadata, err := oci.NewClient(options).Pull(context.Background(), flags.Arg(0), flags.Arg(1))
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(metadata)
}

// trusting is a transport that trusts the certificates in a file and no others.
func trusting(file string) (http.RoundTripper, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s: no certificate", file)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	return transport, nil
}
