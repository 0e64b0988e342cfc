package main

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
)

// token is what a node joins with: a bare secret, or one that also names the user and
// pins the cluster's CA: K10<sha256 of the CA>::<user>:<secret>.
type token struct{ caHash, user, secret string }

func parseToken(text, user string) (token, error) {
	rest, full := strings.CutPrefix(text, "K10")
	if !full {
		// A short form with a user is one, too.
		if name, secret, ok := strings.Cut(text, ":"); ok && (name == "server" || name == "node") {
			return token{user: name, secret: secret}, nil
		}
		return token{user: user, secret: text}, nil
	}
	hash, credentials, ok := strings.Cut(rest, "::")
	if !ok || len(hash) != 64 {
		return token{}, fmt.Errorf("invalid token CA hash length")
	}
	name, secret, ok := strings.Cut(credentials, ":")
	if !ok || secret == "" {
		return token{}, fmt.Errorf("invalid token format")
	}
	return token{caHash: hash, user: name, secret: secret}, nil
}

func (t token) String() string {
	if t.caHash == "" {
		return t.secret
	}
	return "K10" + t.caHash + "::" + t.user + ":" + t.secret
}

func randomSecret() string {
	raw := make([]byte, 16)
	_, _ = rand.Read(raw)
	return hex.EncodeToString(raw)
}
