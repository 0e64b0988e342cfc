package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// authority is a certificate authority of the cluster.
type authority struct {
	cert *x509.Certificate
	key  crypto.Signer
	pem  []byte // the certificate, or the chain that the file holds
}

// loadAuthority reads NAME.crt and NAME.key of a folder, or makes them.
func loadAuthority(folder, name, commonName string) (*authority, error) {
	crt, key := filepath.Join(folder, name+".crt"), filepath.Join(folder, name+".key")
	if _, err := os.Stat(crt); errors.Is(err, os.ErrNotExist) {
		now := time.Now()
		template := &x509.Certificate{
			Subject:   pkix.Name{CommonName: fmt.Sprintf("%s@%d", commonName, now.Unix())},
			NotBefore: now.Add(-time.Minute), NotAfter: now.AddDate(10, 0, 0),
			KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment | x509.KeyUsageCertSign,
			IsCA:     true, BasicConstraintsValid: true,
		}
		private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return nil, err
		}
		if err := writePair(crt, key, template, template, private.Public(), private, private, nil); err != nil {
			return nil, err
		}
	}
	return readAuthority(crt, key)
}

func readAuthority(crt, key string) (*authority, error) {
	certPEM, err := os.ReadFile(crt)
	if err != nil {
		return nil, err
	}
	keyPEM, err := os.ReadFile(key)
	if err != nil {
		return nil, err
	}
	cert, err := parseCert(certPEM)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", crt, err)
	}
	signer, err := parseKey(keyPEM)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	return &authority{cert: cert, key: signer, pem: certPEM}, nil
}

// identity is what a leaf certificate says.
type identity struct {
	name   string
	groups []string
	sans   []string // names and addresses; a serving certificate has some
}

// write makes NAME.crt and NAME.key. With keep, a pair that is there stays.
func (a *authority) write(folder, name string, id identity, keep bool) error {
	crt, key := filepath.Join(folder, name+".crt"), filepath.Join(folder, name+".key")
	if _, err := os.Stat(crt); err == nil && keep {
		return nil
	}
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	return writePair(crt, key, id.template(), a.cert, private.Public(), a.key, private, a.pem)
}

// issue is write for somebody else: certificate and key in one text.
func (a *authority) issue(id identity) ([]byte, error) {
	folder, err := os.MkdirTemp("", "issue")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	if err := a.write(folder, "leaf", id, false); err != nil {
		return nil, err
	}
	crt, _ := os.ReadFile(filepath.Join(folder, "leaf.crt"))
	key, err := os.ReadFile(filepath.Join(folder, "leaf.key"))
	return append(crt, key...), err
}

func (id identity) template() *x509.Certificate {
	now := time.Now()
	template := &x509.Certificate{
		Subject:   pkix.Name{CommonName: id.name, Organization: id.groups},
		NotBefore: now.Add(-time.Minute), NotAfter: now.AddDate(1, 0, 0),
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	if len(id.sans) > 0 {
		template.ExtKeyUsage = append(template.ExtKeyUsage, x509.ExtKeyUsageServerAuth)
	}
	for _, san := range slices.Compact(slices.Sorted(slices.Values(id.sans))) {
		if ip := net.ParseIP(san); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, san)
		}
	}
	return template
}

func writePair(crt, key string, template, parent *x509.Certificate, public crypto.PublicKey, signer, private crypto.Signer, chain []byte) error {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 63))
	if err != nil {
		return err
	}
	template.SerialNumber = serial
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, signer)
	if err != nil {
		return err
	}
	pkcs8, err := x509.MarshalECPrivateKey(private.(*ecdsa.PrivateKey))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(crt), 0o700); err != nil {
		return err
	}
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: pkcs8})
	if err := os.WriteFile(key, keyPEM, 0o600); err != nil {
		return err
	}
	return os.WriteFile(crt, append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), chain...), 0o644)
}

func parseCert(text []byte) (*x509.Certificate, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("no certificate in it")
	}
	return x509.ParseCertificate(block.Bytes)
}

// parseKey takes the three forms in which tools write private keys.
func parseKey(text []byte) (crypto.Signer, error) {
	for {
		block, rest := pem.Decode(text)
		if block == nil {
			return nil, errors.New("no private key in it")
		}
		if key, err := x509.ParseECPrivateKey(block.Bytes); err == nil {
			return key, nil
		}
		if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
			return key, nil
		}
		if key, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
			if signer, ok := key.(crypto.Signer); ok {
				return signer, nil
			}
		}
		text = rest
	}
}

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
