package main

import (
	"fmt"
	"strings"
)

const referencePrefix = "#/components/schemas/"

// Document is the part of an OpenAPI v3 document that is used.
type Document struct {
	Paths      map[string]map[string]any `json:"paths"`
	Components struct {
		Schemas map[string]map[string]any `json:"schemas"`
	} `json:"components"`
}

// addKinds adds the kinds that can be created through the paths of this document.
func (document *Document) addKinds(kinds map[string]map[string]Kind) error {
	for path, methods := range document.Paths {
		post, ok := methods["post"].(map[string]any)
		if !ok || post["x-kubernetes-action"] != "post" || strings.Contains(path, "{name}") {
			continue
		}
		gvk := post["x-kubernetes-group-version-kind"].(map[string]any)
		apiVersion := gvk["version"].(string)
		if group := gvk["group"].(string); group != "" {
			apiVersion = group + "/" + apiVersion
		}
		kind := gvk["kind"].(string)
		definition := document.definition(gvk)
		if definition == "" {
			return fmt.Errorf("no definition of %s %s", apiVersion, kind)
		}
		if kinds[apiVersion] == nil {
			kinds[apiVersion] = map[string]Kind{}
		}
		kinds[apiVersion][kind] = Kind{definition, strings.Contains(path, "/namespaces/{namespace}/")}
	}
	return nil
}

// definition is the name of the schema of a kind.
func (document *Document) definition(gvk map[string]any) string {
	for name, schema := range document.Components.Schemas {
		known, _ := schema["x-kubernetes-group-version-kind"].([]any)
		if len(known) != 1 {
			continue
		}
		if known := known[0].(map[string]any); known["group"] == gvk["group"] && known["version"] == gvk["version"] && known["kind"] == gvk["kind"] {
			return name
		}
	}
	return ""
}

// kept are the keywords that say something about values.
var kept = []string{
	"type", "format", "enum", "required", "nullable", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
	"multipleOf", "minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
	"x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-int-or-string",
	"x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource",
}

// reduce drops what is only for people. Of defaults only texts stay: they take part in telling list items apart.
func reduce(schema map[string]any) map[string]any {
	reduced := map[string]any{}
	for _, keyword := range kept {
		if value, ok := schema[keyword]; ok && value != "atomic" {
			reduced[keyword] = value
		}
	}
	if reference, ok := schema["$ref"].(string); ok {
		reduced["$ref"] = strings.TrimPrefix(reference, referencePrefix)
	}
	for _, keyword := range []string{"allOf", "anyOf", "oneOf"} {
		parts, ok := schema[keyword].([]any)
		if !ok {
			continue
		}
		var list []any
		for _, part := range parts {
			list = append(list, reduce(part.(map[string]any)))
		}
		reduced[keyword] = list
		// A description beside a reference is the only reason for this form.
		if only, isOne := list[0].(map[string]any); keyword == "allOf" && isOne && len(list) == 1 && len(only) == 1 && only["$ref"] != nil {
			delete(reduced, keyword)
			reduced["$ref"] = only["$ref"]
		}
	}
	for _, keyword := range []string{"items", "additionalProperties", "not"} {
		switch value := schema[keyword].(type) {
		case map[string]any:
			reduced[keyword] = reduce(value)
		case bool:
			reduced[keyword] = value
		}
	}
	if properties, ok := schema["properties"].(map[string]any); ok {
		all := map[string]any{}
		for name, value := range properties {
			property := value.(map[string]any)
			all[name] = reduce(property)
			if text, ok := property["default"].(string); ok && text != "" {
				all[name].(map[string]any)["default"] = text
			}
		}
		reduced["properties"] = all
	}
	return reduced
}
