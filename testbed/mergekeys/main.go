// Prints what the strategic merge of kustomize knows of Kubernetes: how lists of built-in types are merged, and which
// kinds have no namespace.
//
// Each line `shape` is a type, numbered from 1 in the order of the lines, with words that say what is below it:
//
//	FIELD:N   the field FIELD is of type N, 0 being one below which nothing is merged
//	*:N       so is every field that is not named
//	[]:N      items of the list are of type N
//	!K,L      the list is merged by the fields K and L of its items, or as a set if there are none
//
// `definition NAME N`, `kind APIVERSION KIND N` and `cluster APIVERSION KIND` follow.
package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/kustomize/kyaml/openapi"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// printer numbers shapes; the same text is the same shape.
type printer struct {
	root *spec.Schema
	// done are the numbers of definitions, by name.
	done map[string]int
	// open are the definitions on the way to the present one.
	open map[string]bool
	// known are the numbers of shapes, by text.
	known  map[string]int
	shapes []string
}

func main() {
	p := printer{openapi.Schema(), map[string]int{}, map[string]bool{}, map[string]int{}, nil}
	var names, kinds, cluster []string
	for _, name := range slices.Sorted(maps.Keys(p.root.Definitions)) {
		definition := p.root.Definitions[name]
		if number := p.definition(name); number > 0 {
			names = append(names, fmt.Sprintf("definition %s %d", name, number))
		}
		known, _ := definition.Extensions["x-kubernetes-group-version-kind"].([]any)
		for _, one := range known {
			gvk := one.(map[string]any)
			apiVersion := gvk["version"].(string)
			if group := gvk["group"].(string); group != "" {
				apiVersion = group + "/" + apiVersion
			}
			kind := gvk["kind"].(string)
			if number := p.definition(name); number > 0 {
				kinds = append(kinds, fmt.Sprintf("kind %s %s %d", apiVersion, kind, number))
			}
			if openapi.IsCertainlyClusterScoped(yaml.TypeMeta{APIVersion: apiVersion, Kind: kind}) {
				cluster = append(cluster, fmt.Sprintf("cluster %s %s", apiVersion, kind))
			}
		}
	}
	slices.Sort(kinds)
	slices.Sort(cluster)
	lines := slices.Concat(p.shapes, names, kinds, slices.Compact(cluster))
	if _, err := fmt.Println(strings.Join(lines, "\n")); err != nil {
		os.Exit(1)
	}
}

// definition is the number of a named type. One that contains itself is cut where it does.
func (p *printer) definition(name string) int {
	if number, ok := p.done[name]; ok || p.open[name] {
		return number
	}
	p.open[name] = true
	schema := p.root.Definitions[name]
	number, _ := p.shape(&schema)
	delete(p.open, name)
	p.done[name] = number
	return number
}

// shape is the number of a type, and whether values of it can have something below.
func (p *printer) shape(schema *spec.Schema) (int, bool) {
	if reference := schema.Ref.String(); reference != "" {
		name := strings.TrimPrefix(reference, "#/definitions/")
		definition := p.root.Definitions[name]
		_, deep := p.depth(&definition)
		return p.definition(name), deep
	}
	words, merged := p.words(schema)
	_, deep := p.depth(schema)
	if !merged {
		return 0, deep
	}
	text := "shape " + strings.Join(words, " ")
	number, ok := p.known[text]
	if !ok {
		p.shapes = append(p.shapes, text)
		number = len(p.shapes)
		p.known[text] = number
	}
	return number, deep
}

// depth says whether values of a type can have something below.
func (p *printer) depth(schema *spec.Schema) (string, bool) {
	kind := strings.Join(schema.Type, ",")
	return kind, kind == "object" || kind == "array" || len(schema.Properties) > 0
}

// words describe a type; merged is whether something in it is merged by other than the names of fields.
func (p *printer) words(schema *spec.Schema) (words []string, merged bool) {
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		property := schema.Properties[name]
		number, deep := p.shape(&property)
		merged = merged || number > 0
		if deep {
			words = append(words, fmt.Sprintf("%s:%d", name, number))
		}
	}
	if more := schema.AdditionalProperties; more != nil && more.Schema != nil {
		number, deep := p.shape(more.Schema)
		merged = merged || number > 0
		if deep {
			words = append(words, fmt.Sprintf("*:%d", number))
		}
	}
	if (&openapi.ResourceSchema{Schema: schema}).Elements() != nil {
		number, _ := p.shape(schema.Items.Schema)
		merged = merged || number > 0
		words = append(words, fmt.Sprintf("[]:%d", number))
	}
	strategy, keys := (&openapi.ResourceSchema{Schema: schema}).PatchStrategyAndKeyList()
	if slices.Contains(strings.Split(strategy, ","), "merge") {
		merged = true
		words = append(words, "!"+strings.Join(keys, ","))
	}
	return words, merged
}
