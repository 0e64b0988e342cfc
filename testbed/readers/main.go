// Command readers shows what the YAML readers of Kubernetes make of texts: that of `kubectl apply` (k8s.io/apimachinery)
// and that of most other programs (sigs.k8s.io/yaml).
//
// Standard input is a sequence of texts, each after a line with its length in bytes. Standard output has one line of JSON
// for each text, see [answer].
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// What kubectl's visitor of streams gives its decoder.
const bufferSize = 4096

// answer is what the readers make of one text.
type answer struct {
	// Kubectl has all documents that are not empty.
	Kubectl result `json:"kubectl"`
	// Sigs has the first document, as everything has it that calls `yaml.YAMLToJSON`.
	Sigs result `json:"sigs"`
	// Strict is why `yaml.YAMLToJSONStrict` refuses the first document, if it does.
	Strict string `json:"strict,omitempty"`
}

// result has documents up to the error, if there is one.
type result struct {
	Documents []json.RawMessage `json:"documents"`
	Error     string            `json:"error,omitempty"`
}

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "readers:", err)
		os.Exit(1)
	}
}

func run(from io.Reader, to io.Writer) error {
	in, out := bufio.NewReader(from), bufio.NewWriter(to)
	for {
		line, err := in.ReadString('\n')
		if errors.Is(err, io.EOF) && line == "" {
			return out.Flush()
		}
		if err != nil {
			return err
		}
		length, err := strconv.Atoi(strings.TrimSpace(line))
		if err != nil {
			return err
		}
		text := make([]byte, length)
		if _, err := io.ReadFull(in, text); err != nil {
			return err
		}
		encoded, err := json.Marshal(read(text))
		if err != nil {
			return err
		}
		out.Write(encoded)
		out.WriteByte('\n')
	}
}

func read(text []byte) answer {
	found := answer{Kubectl: kubectl(text), Sigs: guarded(func() result { return sigs(text) })}
	if _, err := yaml.YAMLToJSONStrict(text); err != nil {
		found.Strict = err.Error()
	}
	return found
}

// kubectl reads as the visitor of streams in k8s.io/cli-runtime does.
func kubectl(text []byte) result {
	found := result{Documents: []json.RawMessage{}}
	decoder := utilyaml.NewYAMLOrJSONDecoder(bytes.NewReader(text), bufferSize)
	for {
		extension := runtime.RawExtension{}
		err := decoder.Decode(&extension)
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			found.Error = err.Error()
			return found
		}
		raw := bytes.TrimSpace(extension.Raw)
		if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
			continue
		}
		found.Documents = append(found.Documents, json.RawMessage(bytes.Clone(raw)))
	}
}

func sigs(text []byte) result {
	raw, err := yaml.YAMLToJSON(text)
	if err != nil {
		return result{Documents: []json.RawMessage{}, Error: err.Error()}
	}
	return result{Documents: []json.RawMessage{raw}}
}

// guarded turns a panic into an error: a reader that panics has not read the text.
func guarded(read func() result) (found result) {
	defer func() {
		if cause := recover(); cause != nil {
			found = result{Documents: []json.RawMessage{}, Error: fmt.Sprint(cause)}
		}
	}()
	return read()
}
