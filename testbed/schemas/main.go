// Reduces the OpenAPI documents of Kubernetes to what validation needs.
//
//	schemas OUT MODULE...
//
// MODULE are unpacked `k8s.io/kubernetes` modules as VERSION=FOLDER, newest first. OUT gets one file per minor version:
// the newest is complete, the others hold the definitions in which they differ from it.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// Release is one file.
type Release struct {
	// Release is the version of the module.
	Release string `json:"release"`
	// Kinds are the kinds that can be created: by apiVersion and name, their definition and whether they live in namespaces.
	Kinds map[string]map[string]Kind `json:"kinds"`
	// Definitions are OpenAPI schemas by name.
	Definitions map[string]any `json:"definitions"`
}

// Kind says where a kind is defined.
type Kind struct {
	Definition string `json:"definition"`
	Namespaced bool   `json:"namespaced"`
}

func main() {
	if len(os.Args) < 3 {
		fail(fmt.Errorf("usage: schemas OUT VERSION=FOLDER..."))
	}
	var newest *Release
	for _, argument := range os.Args[2:] {
		version, folder, _ := strings.Cut(argument, "=")
		release, err := read(version, folder)
		if err != nil {
			fail(err)
		}
		if newest == nil {
			newest = release
		} else {
			maps.DeleteFunc(release.Definitions, func(name string, definition any) bool {
				return reflect.DeepEqual(definition, newest.Definitions[name])
			})
		}
		minor := strings.TrimPrefix(version[:strings.LastIndex(version, ".")], "v")
		size, err := write(filepath.Join(os.Args[1], minor+".json.gz"), release)
		if err != nil {
			fail(err)
		}
		fmt.Printf("%s: %d definitions, %d bytes\n", version, len(release.Definitions), size)
	}
}

// read collects the documents of all group versions of one release.
func read(version, folder string) (*Release, error) {
	files, err := filepath.Glob(filepath.Join(folder, "api/openapi-spec/v3/*_openapi.json"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no OpenAPI documents in %s: %v", folder, err)
	}
	enums, err := readEnums(filepath.Join(folder, "pkg/generated/openapi/zz_generated.openapi.go"))
	if err != nil {
		return nil, err
	}
	all := map[string]any{}
	release := &Release{Release: version, Kinds: map[string]map[string]Kind{}, Definitions: map[string]any{}}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var document Document
		if err := json.Unmarshal(text, &document); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		for name, schema := range document.Components.Schemas {
			reduced := reduce(schema)
			if err := enums.addTo(name, reduced); err != nil {
				return nil, err
			}
			all[name] = reduced
		}
		if err := document.addKinds(release.Kinds); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	for _, kinds := range release.Kinds {
		for _, kind := range kinds {
			keep(kind.Definition, all, release.Definitions)
		}
	}
	return release, nil
}

// keep copies a definition and everything it refers to.
func keep(name string, all, kept map[string]any) {
	if _, known := kept[name]; known {
		return
	}
	kept[name] = all[name]
	var walk func(any)
	walk = func(value any) {
		switch value := value.(type) {
		case map[string]any:
			if reference, ok := value["$ref"].(string); ok {
				keep(reference, all, kept)
			}
			for _, key := range slices.Sorted(maps.Keys(value)) {
				walk(value[key])
			}
		case []any:
			for _, item := range value {
				walk(item)
			}
		}
	}
	walk(all[name])
}

func write(path string, release *Release) (int, error) {
	text, err := json.Marshal(release)
	if err != nil {
		return 0, err
	}
	var packed bytes.Buffer
	writer, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return 0, err
	}
	if _, err := writer.Write(text); err != nil {
		return 0, err
	}
	if err := writer.Close(); err != nil {
		return 0, err
	}
	return packed.Len(), os.WriteFile(path, packed.Bytes(), 0o644)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "schemas:", err)
	os.Exit(1)
}
