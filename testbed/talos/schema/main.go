// Prints what one version of Talos' machinery module knows about machine configuration, as lines for the table in
// src/config/talos/schema/fields.txt: documents, types, fields, and how fields merge. Found by reflection.
//
//	schema walk FOLDER       the lines of the version that this program is built with; FOLDER holds the module
//	schema combine NAME=FILE…  the table: lines of several versions, oldest first, with since and until
//	schema canon             a configuration as this version writes it
//	schema validate          whether a node in a container would accept configurations
package main

import (
	"encoding"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"sort"
	"strings"

	"github.com/siderolabs/talos/pkg/machinery/config/config"
	"github.com/siderolabs/talos/pkg/machinery/config/configloader"
)

func main() {
	var err error
	switch {
	case len(os.Args) == 3 && os.Args[1] == "walk":
		err = walk(os.Args[2])
	case len(os.Args) == 2 && os.Args[1] == "canon":
		err = canon()
	case len(os.Args) == 2 && os.Args[1] == "validate":
		err = validate()
	case len(os.Args) > 3 && os.Args[1] == "combine":
		err = combine(os.Args[2:])
	default:
		err = fmt.Errorf("usage: schema walk FOLDER | combine NAME=FILE… | canon | validate")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "schema:", err)
		os.Exit(1)
	}
}

// Types with a form of their own in YAML. Everything else is told apart by its Go kind.
var leaves = map[string]string{
	"time.Duration":                    "duration",
	"v1alpha1.Base64Bytes":             "base64",
	"x509.PEMEncodedCertificateAndKey": "pem(crt,key)",
	"x509.PEMEncodedCertificate":       "pem(crt)",
	"x509.PEMEncodedKey":               "pem(key)",
	"v1alpha1.Endpoint":                "endpoint",
	"v1alpha1.Unstructured":            "object",
	"meta.Unstructured":                "object",
	"v1alpha1.ArgValue":                "argument",
	"meta.ArgValue":                    "argument",
	"v1alpha1.InstallDiskSizeMatcher":  "sizematch",
	"v1alpha1.DiskSize":                "disksize",
	"meta.URL":                         "url",
	"meta.Addr":                        "address",
	"meta.Prefix":                      "prefix",
	"network.PortRange":                "portrange",
	"block.ByteSize":                   "bytesize",
	"block.PercentageSize":             "percentage",
	"block.Size":                       "size",
	"cel.Expression":                   "cel",
	"netip.Addr":                       "address",
	"netip.Prefix":                     "prefix",
	"netip.AddrPort":                   "addressport",
	"network.Prefix":                   "prefix",
	"nethelpers.HardwareAddr":          "hwaddr",
	"url.URL":                          "url",
	"meta.AddrPort":                    "addrport",
	"network.AddrPort":                 "addrport",
	"network.Addr":                     "address",
	"machine.Type":                     "machinetype",
}

// Lists whose elements merge by a key. A type with a `Merge` method that is in neither table stops the program.
var keyed = map[string]string{
	"v1alpha1.NetworkDeviceList":         "by=interface|deviceSelector",
	"v1alpha1.VlanList":                  "by=vlanId",
	"v1alpha1.AdmissionPluginConfigList": "by=name",
	"extensions.ConfigFileList":          "by=mountPath",
	"security.ImageVerificationRules":    "replaceby=image",
}

var scalarMergers = map[string]bool{
	"block.ByteSize": true, "block.PercentageSize": true, "v1alpha1.Args": true, "meta.Args": true,
	"v1alpha1.Endpoint": false,
}

type walker struct {
	types map[string][]string
	order []string
}

var (
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
	merger          = reflect.TypeFor[interface{ Merge(any) error }]()
)

func walk(folder string) error {
	kinds, err := kinds(folder)
	if err != nil {
		return err
	}
	w := &walker{types: map[string][]string{}}
	var excludes []string
	for _, kind := range append([]string{""}, kinds...) {
		text := "apiVersion: v1alpha1\nkind: " + kind + "\n"
		if kind == "" {
			text = "version: v1alpha1\nmachine: {}\n"
		}
		provider, err := configloader.NewFromBytes([]byte(text))
		if err != nil {
			provider, err = configloader.NewFromBytes([]byte(text + "name: x\n"))
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "schema: left out %s: %v\n", kind, err)
			continue
		}
		document := provider.Documents()[0]
		line := "document " + name(document.Kind(), kind)
		if _, named := document.(config.NamedDocument); named {
			line += " named"
		}
		if conflicting, ok := document.(interface{ ConflictsWithKinds() []string }); ok {
			for _, other := range conflicting.ConflictsWithKinds() {
				if kind < other {
					excludes = append(excludes, "exclusive "+kind+"+"+other)
				}
			}
		}
		typ := reflect.TypeOf(document).Elem()
		found, err := w.name(typ)
		if err != nil {
			return err
		}
		fmt.Println(line + " " + found)
	}
	sort.Strings(excludes)
	for _, line := range excludes {
		fmt.Println(line)
	}
	for _, name := range w.order {
		if len(w.types[name]) == 0 {
			fmt.Println(name + " -")
		}
		for _, line := range w.types[name] {
			fmt.Println(name + " " + line)
		}
	}
	return nil
}

func name(kind, asked string) string {
	if asked == "" {
		return "-"
	}
	return kind
}

var kindConstant = regexp.MustCompile(`\b\w+\s*=\s*"([A-Z]\w+Config)"`)

func kinds(folder string) ([]string, error) {
	found := map[string]bool{}
	err := filepath.WalkDir(filepath.Join(folder, "config", "types"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, match := range kindConstant.FindAllStringSubmatch(string(text), -1) {
			found[match[1]] = true
		}
		return err
	})
	var sorted []string
	for kind := range found {
		sorted = append(sorted, kind)
	}
	sort.Strings(sorted)
	return sorted, err
}

// name returns the name under which a struct is in the table, and walks it the first time.
func (w *walker) name(typ reflect.Type) (string, error) {
	short := strings.ReplaceAll(typ.String(), "V1Alpha1", "")
	if _, known := w.types[short]; known {
		return short, nil
	}
	w.types[short] = nil
	w.order = append(w.order, short)
	lines, err := w.fields(typ)
	w.types[short] = lines
	return short, err
}

func (w *walker) fields(typ reflect.Type) ([]string, error) {
	var lines []string
	for i := range typ.NumField() {
		field := typ.Field(i)
		tag := strings.Split(field.Tag.Get("yaml"), ",")
		if !field.IsExported() || tag[0] == "-" {
			continue
		}
		if tag[0] == "" && (len(tag) > 1 && tag[1] == "inline" || field.Anonymous) {
			inlined, err := w.fields(field.Type)
			if err != nil {
				return nil, err
			}
			lines = append(lines, inlined...)
			continue
		}
		key := tag[0]
		if key == "apiVersion" || key == "kind" && field.Name == "MetaKind" {
			// Every document has them; they say which type it is.
			continue
		}
		if key == "" {
			key = strings.ToLower(field.Name)
		}
		kind, err := w.kind(field.Type)
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", typ, field.Name, err)
		}
		for _, word := range strings.Split(field.Tag.Get("merge"), ",") {
			if word == "replace" {
				kind += " replace"
			}
		}
		if list, ok := keyed[field.Type.String()]; ok {
			kind += " " + list
		}
		lines = append(lines, key+" "+kind)
	}
	return lines, nil
}

func (w *walker) kind(typ reflect.Type) (string, error) {
	if leaf, ok := leaves[typ.String()]; ok {
		return leaf, nil
	}
	if typ.Kind() != reflect.Pointer && reflect.PointerTo(typ).Implements(merger) {
		_, list := keyed[typ.String()]
		if !list && !scalarMergers[typ.String()] {
			return "", fmt.Errorf("%s merges in its own way", typ)
		}
	}
	if typ.Kind() != reflect.Pointer && reflect.PointerTo(typ).Implements(textUnmarshaler) {
		return enum(typ)
	}
	switch typ.Kind() {
	case reflect.Pointer:
		kind, err := w.kind(typ.Elem())
		return "*" + kind, err
	case reflect.Slice:
		if typ.Elem().Kind() == reflect.Uint8 {
			return "", fmt.Errorf("%s: bytes in an unknown form", typ)
		}
		kind, err := w.kind(typ.Elem())
		return "[]" + kind, err
	case reflect.Map:
		kind, err := w.kind(typ.Elem())
		if kind == "any" {
			return "object", err
		}
		return "{}" + kind, err
	case reflect.Struct:
		return w.name(typ)
	case reflect.Interface:
		return "any", nil
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float64:
		return typ.Kind().String(), nil
	}
	return "", fmt.Errorf("no form for %s", typ)
}

// enum lists the words of a numbered type; the one that stands for zero, which merging passes over, has a `0` behind it.
func enum(typ reflect.Type) (string, error) {
	value := reflect.New(typ)
	text := value.Interface().(encoding.TextUnmarshaler)
	if typ.Kind() == reflect.Slice || typ.Kind() == reflect.Struct {
		return "", fmt.Errorf("%s reads text in its own way", typ)
	}
	seen := map[string]bool{}
	var words []string
	for number := range 70000 {
		current := reflect.New(typ)
		switch typ.Kind() {
		case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
			if current.Elem().OverflowInt(int64(number)) {
				continue
			}
			current.Elem().SetInt(int64(number))
		default:
			if current.Elem().OverflowUint(uint64(number)) {
				continue
			}
			current.Elem().SetUint(uint64(number))
		}
		word := fmt.Sprint(current.Elem().Interface())
		if word == "" || seen[word] || text.UnmarshalText([]byte(word)) != nil || !reflect.DeepEqual(value.Elem().Interface(), current.Elem().Interface()) {
			continue
		}
		seen[word] = true
		if number == 0 {
			word += "=0"
		}
		words = append(words, word)
	}
	if len(words) > 100 {
		// Routing tables: some numbers have names as well.
		return "table", nil
	}
	if len(words) == 0 {
		return "", fmt.Errorf("%s: no words found", typ)
	}
	return "enum(" + strings.Join(words, ",") + ")", nil
}
