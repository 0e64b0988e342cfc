// Command kustomize-oracle shows what kustomize makes of kustomizations that never touch a disk.
//
// Each line of standard input is a JSON object, see [question]; each line of standard output is the [answer] to one. A
// process answers some hundred questions in a second, because kustomize reads the schema of Kubernetes once.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/kustomize/kyaml/openapi"
)

// question is one build.
type question struct {
	// Files has the text of each file, by its path below the root of the file system.
	Files map[string]string `json:"files"`
	// Target is the folder to build.
	Target string `json:"target"`
	// Legacy sorts as `kubectl kustomize` does; else objects stay where they were accumulated.
	Legacy bool `json:"legacy,omitempty"`
	// Unrestricted lets kustomizations load files from outside of their folder.
	Unrestricted bool `json:"unrestricted,omitempty"`
	// ManagedBy labels every object with kustomize's version.
	ManagedBy bool `json:"managedBy,omitempty"`
}

// answer has the objects in order, or why there are none.
type answer struct {
	Objects []json.RawMessage `json:"objects"`
	Error   string            `json:"error,omitempty"`
}

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "kustomize-oracle:", err)
		os.Exit(1)
	}
}

func run(from io.Reader, to io.Writer) error {
	in, out := bufio.NewReader(from), bufio.NewWriter(to)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) && len(line) == 0 {
			return out.Flush()
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		var asked question
		if err := json.Unmarshal(line, &asked); err != nil {
			return err
		}
		if err := encoder.Encode(guarded(asked)); err != nil {
			return err
		}
		// Whoever asks one question at a time waits for the answer.
		if in.Buffered() == 0 {
			if err := out.Flush(); err != nil {
				return err
			}
		}
	}
}

// guarded makes an error of a panic: kustomize would end with it, and so would all questions that follow.
func guarded(asked question) (found answer) {
	// A schema of one kustomization must not be known to the next one.
	for _, text := range asked.Files {
		if strings.Contains(text, "openapi") {
			openapi.ResetOpenAPI()
			defer openapi.ResetOpenAPI()
			break
		}
	}
	defer func() {
		if why := recover(); why != nil {
			found = answer{Error: fmt.Sprint("panic: ", why)}
		}
	}()
	objects, err := build(asked)
	if err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Objects: objects}
}

func build(asked question) ([]json.RawMessage, error) {
	files := filesys.MakeFsInMemory()
	for name, text := range asked.Files {
		if err := files.WriteFile(path.Join("/", name), []byte(text)); err != nil {
			return nil, err
		}
	}
	options := krusty.MakeDefaultOptions()
	if asked.Legacy {
		options.Reorder = krusty.ReorderOptionLegacy
	}
	if asked.Unrestricted {
		options.LoadRestrictions = types.LoadRestrictionsNone
	}
	options.AddManagedbyLabel = asked.ManagedBy
	built, err := krusty.MakeKustomizer(options).Run(files, path.Join("/", asked.Target))
	if err != nil {
		return nil, err
	}
	objects := []json.RawMessage{}
	for _, object := range built.Resources() {
		encoded, err := object.MarshalJSON()
		if err != nil {
			return nil, err
		}
		objects = append(objects, encoded)
	}
	return objects, nil
}
